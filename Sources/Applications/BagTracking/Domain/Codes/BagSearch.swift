/// What the search box of a list asks for (rule R46).
enum BagSearch: Sendable, Hashable {
    /// Codes that begin with this text; every code when it is empty.
    case prefix(String)
    /// Codes that end in this text, because people read the last digits aloud.
    case suffix(String)

    /// The fewest characters after the star.
    static let shortestSuffix = 2

    /// What was asked for, normalised, as the parameter says it.
    var text: String {
        switch self {
        case .prefix(let beginning): beginning
        case .suffix(let ending): "*\(ending)"
        }
    }

    /// Reads the parameter `q`: `*` and an ending, or a beginning. Only a star in front has a meaning; elsewhere it
    /// is a character like any other, and finds nothing.
    ///
    /// - Throws: a problem of the field `q`.
    static func parse(_ query: String) throws(FieldProblem) -> BagSearch {
        let text = ScannedText.tidied(query)
        guard text.unicodeScalars.first == "*" else { return .prefix(try normalise(text)) }
        let ending = try normalise(String(text.unicodeScalars.dropFirst()))
        guard ending.unicodeScalars.count >= shortestSuffix else {
            throw FieldProblem(
                field: "q", code: "too_short", message: "Enter at least \(shortestSuffix) characters after the star.")
        }
        return .suffix(ending)
    }

    private static func normalise(_ text: String) throws(FieldProblem) -> String {
        do throws(CodeError) {
            return try ScannedText.normalise(text)
        } catch {
            throw FieldProblem(field: "q", code: error.code, message: error.detail)
        }
    }
}
