/// What is written at the top of a return ticket.
struct TicketHeader: Sendable, Hashable {
    /// Where the sacks are taken back.
    let location: String
    let consignee: String?
    let notes: String?

    /// A sound one, for examples.
    static let example = TicketHeader(place: "Depot 2, gate B")

    private init(place: String) {
        location = place
        consignee = nil
        notes = nil
    }

    /// - Throws: ``Refusal`` `validation_failed` that names every member that breaks its rule.
    init(location: String, consignee: String?, notes: String?) throws(Refusal) {
        let problems = TicketHeader.problems(location: location, consignee: consignee, notes: notes)
        guard problems.isEmpty else { throw .validation(problems) }
        self.location = ScannedText.tidied(location)
        self.consignee = BillHeader.tidied(consignee)
        self.notes = BillHeader.tidied(notes)
    }

    /// Every member that breaks its rule; empty for a sound header.
    static func problems(location: String, consignee: String?, notes: String?) -> [FieldProblem] {
        let texts: [(field: String, text: String?, range: ClosedRange<Int>)] = [
            ("location", ScannedText.tidied(location), 2...120), ("consignee", BillHeader.tidied(consignee), 1...120),
            ("notes", BillHeader.tidied(notes), 1...500),
        ]
        return texts.compactMap { field, text, range in
            text.flatMap { FieldProblem.length(of: $0, in: range, field: field) }
        }
    }
}
