/// What every code goes through before anything looks at it, wherever it came from (rule R1).
enum ScannedText {
    /// The most characters (Unicode scalars) a received code may have.
    static let maximumLength = 200

    /// `raw` normalised by rule R1, in its order.
    ///
    /// The length is measured on what is left after invisible characters, surrounding white space and the scanner's
    /// symbology identifier are gone, and before a web address is resolved: the limit speaks about what was scanned.
    ///
    /// - Parameter kind: what the caller expects; only decides which error an unusable web address gets.
    /// - Throws: `too_long`, `invalid_sscc`, or the invalid code of `kind`.
    static func normalise(_ raw: String, expecting kind: BagKind = .child) throws(CodeError) -> String {
        if isPlain(raw) { return raw }
        let text = withoutIdentifier(tidied(raw))
        let count = text.unicodeScalars.count
        guard count <= maximumLength else { throw .tooLong(count) }
        guard ScannedLink.isLink(text) else { return ASCII.upperCased(text) }
        return ASCII.upperCased(try ScannedLink.code(in: text, expecting: kind))
    }

    /// What the row of a scan keeps of a text: normalised when possible, else tidied and cut to the column's 200.
    static func recorded(_ raw: String) -> String {
        if let code = try? normalise(raw) { return code }
        return String(String.UnicodeScalarView(tidied(raw).unicodeScalars.prefix(maximumLength)))
    }

    /// `raw` without invisible characters and without white space at its ends: the first two steps of R1.
    static func tidied(_ raw: String) -> String {
        var kept = String.UnicodeScalarView()
        kept.append(contentsOf: raw.unicodeScalars.lazy.filter { !isInvisible($0) })
        guard let first = kept.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = kept.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(kept[first...last])
    }

    /// Whether nothing in `raw` can change, which is so for nearly every code that a scanner sends.
    private static func isPlain(_ raw: String) -> Bool {
        let bytes = raw.utf8
        return bytes.count <= maximumLength
            && bytes.allSatisfy { ASCII.isDigit($0) || ASCII.isUpperLetter($0) || $0 == ASCII.hyphen }
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x200B...0x200D, 0x2060, 0xFEFF: true
        default: false
        }
    }

    /// Drops one leading symbology identifier: `]`, a letter, a letter or digit (ISO/IEC 15424).
    private static func withoutIdentifier(_ text: String) -> String {
        let head = Array(text.utf8.prefix(3))
        guard head.count == 3, head[0] == 0x5D, ASCII.isLetter(head[1]),
            ASCII.isLetter(head[2]) || ASCII.isDigit(head[2])
        else { return text }
        return String(text.unicodeScalars.dropFirst(3))
    }
}
