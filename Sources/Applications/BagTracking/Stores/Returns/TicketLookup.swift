import Portico

/// Finds return tickets.
///
/// Whoever changes a ticket locks it first, then bills in the order of their ids, then sacks in the order of theirs.
struct TicketLookup<Session: SQLSession> {
    let session: Session

    init(_ session: Session) {
        self.session = session
    }

    /// A ticket as the caller sees it.
    /// - Throws: ``Refusal`` `ticket_not_found`, ``SQLError``.
    func ticket(_ id: Int64, for caller: BagCaller, locked: Bool) throws -> TicketRow {
        let row = try session.first(
            "returns.by_id",
            "SELECT \(TicketRow.columns) FROM return_tickets t WHERE t.id = \(id)\(locked ? session.dialect.forUpdate : "")",
            TicketRow.init)
        guard let row, caller.sees(row.areaCode) else { throw Refusal.ticketNotFound() }
        return row
    }

    /// The sacks of a ticket, in the order they came.
    /// - Throws: ``SQLError``.
    func items(of ticketID: Int64) throws -> [TicketItem] {
        try session.all(
            "returns.items",
            """
            SELECT \(TicketItem.columns) FROM return_items i JOIN bags b ON b.id = i.bag_id
            JOIN bills l ON l.id = i.original_bill_id WHERE i.ticket_id = \(ticketID) ORDER BY i.scan_id
            """, TicketItem.init)
    }

    /// The ticket with a code; nil where there is none.
    /// - Throws: ``SQLError``.
    func ticket(code: TicketCode) throws -> TicketRow? {
        try session.first(
            "returns.by_code", "SELECT \(TicketRow.columns) FROM return_tickets t WHERE t.code = \(code.text)",
            TicketRow.init)
    }

    /// A page of tickets with their sacks, newest first, in two statements.
    /// - Throws: ``SQLError``.
    func page(_ filter: TicketFilter, before: Int64?, limit: Int) throws -> Page<TicketAnswer> {
        let fetched = try session.all(
            "returns.list",
            """
            SELECT \(TicketRow.columns), u.name FROM return_tickets t LEFT JOIN accounts u ON u.id = t.created_by
            WHERE t.id < \(before ?? Int64.max) \(filter.condition) ORDER BY t.id DESC LIMIT \(limit + 1)
            """
        ) { (ticket: try TicketRow($0), name: try $0[TicketRow.columnCount] as String?) }
        let page = Page(fetched: fetched, limit: limit) { [String($0.ticket.id)] }
        let items = try items(of: page.items.map(\.ticket.id))
        let answers = page.items.map { entry in
            TicketAnswer(
                entry.ticket, createdBy: ScanItem.User(id: entry.ticket.createdBy, name: entry.name ?? ""),
                items: items[entry.ticket.id] ?? [])
        }
        return Page(items: answers, next: page.next)
    }

    /// A ticket with its sacks.
    /// - Throws: ``SQLError``.
    func answer(_ ticket: TicketRow) throws -> TicketAnswer {
        let name = try session.scalar(
            "returns.creator", "SELECT name FROM accounts WHERE id = \(ticket.createdBy)", as: String.self)
        return TicketAnswer(
            ticket, createdBy: ScanItem.User(id: ticket.createdBy, name: name ?? ""), items: try items(of: ticket.id))
    }

    private func items(of ids: [Int64]) throws -> [Int64: [TicketItem]] {
        guard let first = ids.first else { return [:] }
        let list = ids.dropFirst().reduce("\(first)" as SQL) { $0 + ", \($1)" }
        let rows = try session.all(
            "returns.items_of_page",
            """
            SELECT i.ticket_id, \(TicketItem.columns) FROM return_items i JOIN bags b ON b.id = i.bag_id
            JOIN bills l ON l.id = i.original_bill_id WHERE i.ticket_id IN (\(list)) ORDER BY i.ticket_id, i.scan_id
            """
        ) { (ticket: try $0[0] as Int64, item: try TicketItem($0, from: 1)) }
        return Dictionary(grouping: rows, by: \.ticket).mapValues { $0.map(\.item) }
    }
}

/// What a list of return tickets is narrowed to.
struct TicketFilter: Sendable, Hashable {
    var state: TicketState?
    var areaCode: String?
    /// How codes begin, upper-cased.
    var prefix: String?

    /// The list's name for its cursors.
    var list: String { ListCursor.name("returns", [state?.rawValue, areaCode, prefix]) }

    fileprivate var condition: SQL {
        var sql: SQL = ""
        if let state { sql += " AND t.state = \(state)" }
        if let areaCode { sql += " AND t.area_code = \(areaCode)" }
        if let prefix { sql += " AND t.code >= \(prefix) AND t.code < \(prefix + "\u{10FFFF}")" }
        return sql
    }
}
