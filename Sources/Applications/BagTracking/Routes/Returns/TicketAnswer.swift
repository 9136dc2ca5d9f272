import Portico

/// A return ticket with its sacks.
struct TicketAnswer: JSONRepresentable, Hashable {
    static let schemaName = "ReturnTicket"
    static let example = TicketAnswer(
        TicketRow(
            new: 7, code: TicketCode(on: CalendarDate(daysSinceEpoch: 20_413), number: 0x0F3A), areaCode: "lucknow",
            header: TicketHeader.example, by: 3, at: Instant(milliseconds: 1_763_721_338_120)),
        createdBy: .example, items: [])

    let ticket: TicketRow
    let createdBy: ScanItem.User
    let items: [TicketItem]

    init(_ ticket: TicketRow, createdBy: ScanItem.User, items: [TicketItem]) {
        self.ticket = ticket
        self.createdBy = createdBy
        self.items = items
    }

    /// Bags in its sacks when they came back.
    var childCount: Int { items.reduce(0) { $0 + $1.childCount } }
    var weightGrams: Int { items.reduce(0) { $0 + $1.weightGrams } }

    func write(to object: inout JSONObjectWriter) {
        object.field("id", id: ticket.id)
        object.field("code", ticket.code)
        object.field("state", ticket.state)
        object.field("area_code", ticket.areaCode)
        object.field("location", ticket.location, "Where the sacks are taken back")
        object.field("consignee", ticket.consignee, "Who brings them")
        object.field("notes", ticket.notes)
        object.field("sack_count", items.count, "Sacks on it")
        object.field("child_count", childCount, "Bags in them when they came back")
        object.field("weight_grams", weightGrams)
        object.field("created_by", createdBy)
        object.field("created_at", ticket.createdAt)
        object.field("closed_at", ticket.closedAt, "When it was committed or cancelled")
        object.field("items", items.map(\.answer), "Its sacks, in the order they came")
    }
}
