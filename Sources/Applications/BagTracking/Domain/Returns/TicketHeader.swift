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

    /// - Throws: the first member that breaks its rule.
    init(location: String, consignee: String?, notes: String?) throws(FieldProblem) {
        let place = ScannedText.tidied(location)
        let consignee = BillHeader.tidied(consignee)
        let notes = BillHeader.tidied(notes)
        if let problem = FieldProblem.length(of: place, in: 2...120, field: "location") { throw problem }
        for case (let field, let text?, let most) in [("consignee", consignee, 120), ("notes", notes, 500)] {
            if let problem = FieldProblem.length(of: text, in: 1...most, field: field) { throw problem }
        }
        self.location = place
        self.consignee = consignee
        self.notes = notes
    }
}
