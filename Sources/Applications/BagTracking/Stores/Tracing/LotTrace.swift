import Portico

/// Where the bags of one seed lot went: their sacks, and the bills those left on.
struct LotTrace: Sendable, Hashable {
    /// The bill of a sack, as far as a trace tells of it.
    struct Bill: Sendable, Hashable {
        let id: Int64
        let code: String
        let state: String
        let consignee: String?
        let destination: String?
    }

    /// A sack with bags of the lot.
    struct Sack: Sendable, Hashable {
        let code: String
        /// Bags of the lot in it; others may be in it as well.
        let count: Int
        let bill: Bill?
    }

    /// A sack that came back with bags of the lot in it.
    struct Return: Sendable, Hashable {
        let sackCode: String
        /// The bill it had left on.
        let bill: Bill
        let ticketCode: String
        /// Bags of the lot that were in it when it came back.
        let count: Int
    }

    /// Upper-case, as labels are read.
    let lot: String
    /// All bags of the lot, retired ones too.
    let children: Int
    /// Those in no sack.
    let loose: Int
    /// In the order of their codes.
    let sacks: [Sack]

    /// What came back from bills, in the order of the tickets. A cancelled return is none.
    let returns: [Return]

    /// The bills that the lot went to, with how many of its bags are on each and how many came back from it, in the
    /// order of their codes.
    var bills: [(bill: Bill, count: Int, returned: Int)] {
        var counts: [Bill: (count: Int, returned: Int)] = [:]
        for sack in sacks {
            if let bill = sack.bill { counts[bill, default: (0, 0)].count += sack.count }
        }
        for item in returns { counts[item.bill, default: (0, 0)].returned += item.count }
        return counts.map { (bill: $0.key, count: $0.value.count, returned: $0.value.returned) }
            .sorted { $0.bill.code < $1.bill.code }
    }

    /// Traces a lot in two statements; nil when no bag is of it.
    /// - Throws: ``SQLError``.
    init?(_ lot: String, in session: some SQLSession) throws {
        let index: SQL = session.dialect == .sqlite ? "INDEXED BY bags_lot" : ""
        var sacks: [Sack] = []
        var children = 0
        var loose = 0
        try session.each(
            "bags.trace_lot",
            """
            SELECT c.status, p.code, count(*), l.id, l.code, l.state, l.consignee, l.destination
            FROM bags c \(index) LEFT JOIN bags p ON p.id = c.parent_id LEFT JOIN bills l ON l.id = p.bill_id
            WHERE c.lot = \(lot)
            GROUP BY c.status, p.code, l.id, l.code, l.state, l.consignee, l.destination ORDER BY p.code
            """
        ) { row in
            let count: Int = try row[2]
            children += count
            if let code: String = try row[1] {
                sacks.append(Sack(code: code, count: count, bill: row.isNull(3) ? nil : try Bill(row, from: 3)))
            } else if try row[0] as ChildStatus == .loose {
                loose += count
            }
        }
        guard children > 0 else { return nil }
        self.lot = lot
        self.children = children
        self.loose = loose
        self.sacks = sacks
        returns = try LotTrace.returns(of: lot, index, in: session)
    }

    /// A bag came back with a sack when the last thing that moved it before the return put it into that sack.
    private static func returns(of lot: String, _ index: SQL, in session: some SQLSession) throws -> [Return] {
        // SQLite knows nothing of how few returns there are, and would look at all of them for every bag.
        let join: SQL = session.dialect == .sqlite ? "CROSS JOIN" : "JOIN"
        return try session.all(
            "bags.trace_returns",
            """
            SELECT p.code, t.code, count(DISTINCT c.id), l.id, l.code, l.state, l.consignee, l.destination
            FROM bags c \(index) \(join) custody_event_bags x ON x.bag_id = c.id
            \(join) custody_events e ON e.id = x.event_id AND e.fact IN ('linked', 'imported', 'moved_in')
            \(join) return_items i ON i.bag_id = e.parent_bag_id
            JOIN return_tickets t ON t.id = i.ticket_id JOIN bags p ON p.id = i.bag_id
            JOIN bills l ON l.id = i.original_bill_id
            \(join) custody_events r ON r.parent_bag_id = i.bag_id AND r.scan_id = i.scan_id AND r.fact = 'returned'
            WHERE c.lot = \(lot) AND coalesce(i.restored, 0) = 0 AND e.id < r.id AND NOT EXISTS (
                SELECT 1 FROM custody_event_bags y JOIN custody_events o ON o.id = y.event_id
                WHERE y.bag_id = c.id AND o.id > e.id AND o.id < r.id AND o.fact IN
                    ('linked', 'imported', 'moved_in', 'unlinked', 'moved_out', 'emptied', 'undone'))
            GROUP BY p.code, t.id, t.code, l.id, l.code, l.state, l.consignee, l.destination ORDER BY t.id, p.code
            """
        ) { row in
            Return(sackCode: try row[0], bill: try Bill(row, from: 3), ticketCode: try row[1], count: try row[2])
        }
    }
}

extension LotTrace.Bill {
    fileprivate init(_ row: Row, from first: Int) throws {
        self.init(
            id: try row[first], code: try row[first + 1], state: try row[first + 2], consignee: try row[first + 3],
            destination: try row[first + 4])
    }
}

/// To whom a bill goes, and where.
struct Consignment: Sendable, Hashable {
    let consignee: String?
    let destination: String?

    /// The consignment of a bill; nil when there is no such bill.
    /// - Throws: ``SQLError``.
    init?(bill id: Int64, in session: some SQLSession) throws {
        let found = try session.first(
            "bills.consignment", "SELECT consignee, destination FROM bills WHERE id = \(id)"
        ) { (consignee: try $0[0] as String?, destination: try $0[1] as String?) }
        guard let found else { return nil }
        consignee = found.consignee
        destination = found.destination
    }
}
