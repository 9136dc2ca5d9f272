/// The code that people give a bill: free text, tidied (rule R22).
struct BillCode: Sendable, Hashable {
    static let length = 3...50

    /// The code as it is shown, in the case typed.
    let text: String

    /// - Throws: the problem of field `code` when too little or too much is left of it.
    init(_ raw: String) throws(FieldProblem) {
        text = BillCode.tidied(raw)
        if let problem = FieldProblem.length(of: text, in: BillCode.length, field: "code") { throw problem }
    }

    /// What is unique: the code without its case, and however its letters were composed.
    var key: String { BillCode.key(text) }

    /// `raw` without invisible characters and white space at its ends, and with one space for every run of it inside.
    static func tidied(_ raw: String) -> String {
        var words: [String.UnicodeScalarView] = [.init()]
        for scalar in ScannedText.tidied(raw).unicodeScalars {
            if scalar.properties.isWhitespace {
                if words.last?.isEmpty == false { words.append(.init()) }
            } else {
                words[words.count - 1].append(scalar)
            }
        }
        return words.lazy.map { String($0) }.joined(separator: " ")
    }

    /// A tidied code, or the beginning of one, without its case. What is longer than any way to write a code is cut, and
    /// stays longer than every key there is.
    static func key(_ tidied: String) -> String {
        guard tidied.utf8.count > longestSpelling else { return CaselessText.of(tidied) }
        return CaselessText.of(String(String.UnicodeScalarView(tidied.unicodeScalars.prefix(longestSpelling))))
    }

    /// Characters of a code of 50 whose letters have all their marks beside them: no letter has more than three.
    private static let longestSpelling = 4 * length.upperBound
}
