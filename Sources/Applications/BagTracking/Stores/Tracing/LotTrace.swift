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

    /// Upper-case, as labels are read.
    let lot: String
    /// All bags of the lot, retired ones too.
    let children: Int
    /// Those in no sack.
    let loose: Int
    /// In the order of their codes.
    let sacks: [Sack]

    /// The bills with how many bags of the lot are on each, in the order of their codes.
    var bills: [(bill: Bill, count: Int)] {
        var counts: [Bill: Int] = [:]
        for sack in sacks {
            if let bill = sack.bill { counts[bill, default: 0] += sack.count }
        }
        return counts.map { (bill: $0.key, count: $0.value) }.sorted { $0.bill.code < $1.bill.code }
    }

    /// Traces a lot in one statement; nil when no bag is of it.
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
                sacks.append(Sack(code: code, count: count, bill: row.isNull(3) ? nil : try LotTrace.bill(row)))
            } else if try row[0] as ChildStatus == .loose {
                loose += count
            }
        }
        guard children > 0 else { return nil }
        self.lot = lot
        self.children = children
        self.loose = loose
        self.sacks = sacks
    }

    private static func bill(_ row: Row) throws -> Bill {
        Bill(id: try row[3], code: try row[4], state: try row[5], consignee: try row[6], destination: try row[7])
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
