/// One field of a request that breaks its rule: an entry of `errors` in a `validation_failed` answer.
struct FieldProblem: Error, Sendable, Hashable {
    let field: String
    /// The stable code, for example `out_of_range`.
    let code: String
    /// What the person should enter.
    let message: String
}

extension FieldProblem {
    static func required(_ field: String, _ message: String) -> FieldProblem {
        FieldProblem(field: field, code: "required", message: message)
    }

    static func invalid(_ field: String, _ message: String) -> FieldProblem {
        FieldProblem(field: field, code: "invalid", message: message)
    }

    static func outOfRange(_ field: String, _ message: String) -> FieldProblem {
        FieldProblem(field: field, code: "out_of_range", message: message)
    }

    /// The problem with the length of a text in Unicode scalars; a text of nothing but white space is too short.
    static func length(of text: String, in range: ClosedRange<Int>, field: String) -> FieldProblem? {
        let count = FreeText.trimmed(text).isEmpty ? 0 : text.unicodeScalars.count
        guard !range.contains(count) else { return nil }
        return FieldProblem(
            field: field, code: count < range.lowerBound ? "too_short" : "too_long",
            message: "Enter \(range.lowerBound) to \(range.upperBound) characters.")
    }
}
