/// The reason that a correction or a hold must give (rules R17, R21).
enum Reason {
    static let length = 3...200

    /// The reason without white space at its ends.
    ///
    /// - Throws: a problem of `field` when the reason is missing, too short or too long.
    static func check(_ text: String?, field: String = "reason") throws(FieldProblem) -> String {
        guard let text else { throw .required(field, "Say why.") }
        let tidy = FreeText.trimmed(text)
        if let problem = FieldProblem.length(of: tidy, in: length, field: field) { throw problem }
        return tidy
    }
}
