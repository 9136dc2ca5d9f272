/// The fields of a printed bag label, found in its text after rule R1 (rule R5).
///
/// A scanner by hand for three expressions, because every child scan passes here:
/// `^LABEL\s*NO\.?\s*:?\s*([0-9]{4,17})(?=\s|$)`, and after it the first `\sLOT\s*NO\.?\s*:?\s*(\S{1,40})` and the
/// first `\sD\.?O\.?T\.?\s*:?\s*(\S{6,10})`.
struct LabelText {
    let code: String
    let lot: String?
    /// The date of test as printed, not yet read as a date.
    let dateOfTest: String?

    /// Nil when `text` is not a label.
    init?(_ text: String) {
        guard text.hasPrefix("LABEL") else { return nil }
        var cursor = LabelCursor(Array(text.unicodeScalars), at: 0)
        guard cursor.take("LABEL"), cursor.takeNumberSign() else { return nil }
        cursor.skipSeparator()
        guard let code = cursor.run(of: 4...17, where: { ("0"..."9").contains($0) }), cursor.isAtSpaceOrEnd else {
            return nil
        }
        self.code = code
        self.lot = cursor.value(of: 1...40) { $0.take("LOT") && $0.takeNumberSign() }
        self.dateOfTest = cursor.value(of: 6...10) { $0.takeDateSign() }
    }

    /// Whether `text` is the text of a label.
    static func isLabel(_ text: String) -> Bool {
        LabelText(text) != nil
    }
}

/// A place in the text of a label that moves forward over what it recognises.
private struct LabelCursor {
    private let scalars: [Unicode.Scalar]
    private var position: Int

    init(_ scalars: [Unicode.Scalar], at position: Int) {
        self.scalars = scalars
        self.position = position
    }

    var isAtSpaceOrEnd: Bool {
        position == scalars.count || scalars[position].properties.isWhitespace
    }

    mutating func take(_ word: String) -> Bool {
        guard scalars[position...].starts(with: word.unicodeScalars) else { return false }
        position += word.unicodeScalars.count
        return true
    }

    /// `\s*NO`
    mutating func takeNumberSign() -> Bool {
        skipSpaces()
        return take("NO")
    }

    /// `D\.?O\.?T`
    mutating func takeDateSign() -> Bool {
        guard take("D") else { return false }
        _ = take(".")
        guard take("O") else { return false }
        _ = take(".")
        return take("T")
    }

    /// `\.?\s*:?\s*`
    mutating func skipSeparator() {
        _ = take(".")
        skipSpaces()
        _ = take(":")
        skipSpaces()
    }

    /// As many characters from here as satisfy `isMember`, up to the upper bound; nil when too few. Moves behind
    /// them.
    mutating func run(of length: ClosedRange<Int>, where isMember: (Unicode.Scalar) -> Bool) -> String? {
        let found = scalars[position...].prefix(length.upperBound).prefix(while: isMember)
        guard found.count >= length.lowerBound else { return nil }
        position += found.count
        return String(String.UnicodeScalarView(found))
    }

    /// The text after the first white space and `sign` from here on that has a value of a fitting length.
    func value(of length: ClosedRange<Int>, after sign: (inout LabelCursor) -> Bool) -> String? {
        for index in position..<scalars.count where scalars[index].properties.isWhitespace {
            var field = LabelCursor(scalars, at: index + 1)
            if sign(&field), let value = field.separatedValue(of: length) { return value }
        }
        return nil
    }

    /// `\.?\s*:?\s*(\S{…})`: when too little follows the separator, its own marks count as part of the value, as
    /// the optional parts of the expression would give them back. A label that ends after the sign has no value.
    private mutating func separatedValue(of length: ClosedRange<Int>) -> String? {
        let atDot = position
        _ = take(".")
        skipSpaces()
        let atColon = position
        _ = take(":")
        skipSpaces()
        guard position < scalars.count else { return nil }
        for start in [position, atColon, atDot] {
            var value = LabelCursor(scalars, at: start)
            if let text = value.run(of: length, where: { !$0.properties.isWhitespace }) { return text }
        }
        return nil
    }

    private mutating func skipSpaces() {
        while position < scalars.count, scalars[position].properties.isWhitespace { position += 1 }
    }
}
