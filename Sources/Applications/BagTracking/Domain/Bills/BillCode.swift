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

    /// What is unique: the code without its case.
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

    /// A tidied code, or the beginning of one, without its case.
    static func key(_ tidied: String) -> String { tidied.lowercased() }
}
