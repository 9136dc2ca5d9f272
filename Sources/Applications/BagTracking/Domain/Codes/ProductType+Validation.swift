extension ProductType {
    /// The longest sack code that a type may ask for: prefix and digits together.
    static let longestCode = 20

    /// Every member that breaks rule R2, in the order of the API's fields; empty for a sound type.
    var problems: [FieldProblem] {
        var found: [FieldProblem] = []
        if !ASCII.isIdentifier(code) {
            found.append(.invalid("code", "Use 2 to 30 small letters, digits and _, beginning with a letter."))
        }
        if let problem = FieldProblem.length(of: name, in: 1...60, field: "name") { found.append(problem) }
        if !ProductType.isPrefix(prefix) {
            found.append(
                .invalid("prefix", "Use 1 to 10 capital letters, digits and hyphens, beginning with a letter."))
        }
        found += ProductType.range(digits, in: 3...12, field: "digits")
        if (3...12).contains(digits), prefix.utf8.count + digits > ProductType.longestCode {
            found.append(.outOfRange("digits", "Prefix and digits together have at most 20 characters."))
        }
        found += ProductType.range(capacity, in: 1...500, field: "capacity")
        found += ProductType.range(unitWeightGrams, in: 1...100_000, field: "unit_weight_grams")
        return found
    }

    /// Refuses a change of anything but `name` and `is_active` (rule R2).
    ///
    /// - Parameter fields: the names of the members that a PATCH carries; unknown ones do not matter.
    static func refusal(toPatch fields: [String]) -> Refusal? {
        let fixed = ["code", "prefix", "digits", "capacity", "unit_weight_grams"].filter(fields.contains)
        return fixed.isEmpty ? nil : .productTypeFixed(fixed)
    }

    private static func isPrefix(_ text: String) -> Bool {
        guard let first = text.utf8.first, ASCII.isUpperLetter(first), text.utf8.count <= 10 else { return false }
        return text.utf8.allSatisfy { ASCII.isUpperLetter($0) || ASCII.isDigit($0) || $0 == ASCII.hyphen }
    }

    private static func range(_ value: Int, in range: ClosedRange<Int>, field: String) -> [FieldProblem] {
        guard !range.contains(value) else { return [] }
        return [.outOfRange(field, "Enter a whole number from \(range.lowerBound) to \(range.upperBound).")]
    }
}
