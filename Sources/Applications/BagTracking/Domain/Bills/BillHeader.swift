/// What is written at the top of a bill and can be changed while it is open (rules R23, R25).
struct BillHeader: Sendable, Hashable {
    static let capacities = 1...500

    var capacity: Int
    var description: String?
    var consignee: String?
    var destination: String?

    /// Every member that breaks its rule; empty for a sound header.
    var problems: [FieldProblem] {
        var found: [FieldProblem] = []
        if !BillHeader.capacities.contains(capacity) {
            found.append(.outOfRange("capacity", "Enter a whole number of sacks from 1 to 500."))
        }
        let texts = [
            ("description", description, 500), ("consignee", consignee, 120), ("destination", destination, 200),
        ]
        for case (let field, let text?, let most) in texts {
            if text.utf8.contains(0) {
                found.append(FieldProblem(field: field, code: "invalid_format", message: "Remove the NUL character."))
            } else if let problem = FieldProblem.length(of: text, in: 1...most, field: field) {
                found.append(problem)
            }
        }
        return found
    }

    /// A text without white space at its ends; nil when nothing is left.
    static func tidied(_ text: String?) -> String? {
        text.map(FreeText.trimmed).flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// What is to be different about an open bill; nil leaves a member as it is, the empty text takes it away.
struct BillChange: Sendable, Hashable {
    var capacity: Int?
    var description: String?
    var consignee: String?
    var destination: String?

    /// The header with the change.
    func applied(to header: BillHeader) -> BillHeader {
        func text(_ new: String?, _ old: String?) -> String? { new.map { BillHeader.tidied($0) } ?? old }
        return BillHeader(
            capacity: capacity ?? header.capacity, description: text(description, header.description),
            consignee: text(consignee, header.consignee), destination: text(destination, header.destination))
    }
}
