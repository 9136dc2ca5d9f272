/// A warehouse town: the unit of visibility (rule R9).
struct Area: Sendable, Hashable {
    /// `^[a-z][a-z0-9_]{1,29}$`
    var code: String
    /// What people read, 1–60 characters.
    var name: String
    var isActive = true

    /// The areas that every new database begins with.
    static let builtIn = [
        Area(code: "lucknow", name: "Lucknow"),
        Area(code: "indore", name: "Indore"),
        Area(code: "jaipur", name: "Jaipur"),
        Area(code: "hisar", name: "Hisar"),
        Area(code: "sri_ganganagar", name: "Sri Ganganagar"),
        Area(code: "sangaria", name: "Sangaria"),
        Area(code: "bathinda", name: "Bathinda"),
        Area(code: "raipur", name: "Raipur"),
        Area(code: "ranchi", name: "Ranchi"),
        Area(code: "akola", name: "Akola"),
    ]

    /// Every member that breaks the rules; empty for a sound area.
    var problems: [FieldProblem] {
        var found: [FieldProblem] = []
        if !AreaCode.isValid(code) {
            found.append(.invalid("code", "Use 2 to 30 small letters, digits and _, beginning with a letter."))
        }
        if let problem = FieldProblem.length(of: name, in: 1...60, field: "name") { found.append(problem) }
        return found
    }
}

/// The form of the code of an area.
enum AreaCode {
    /// Whether `text` matches `^[a-z][a-z0-9_]{1,29}$`.
    static func isValid(_ text: String) -> Bool {
        ASCII.isIdentifier(text)
    }
}
