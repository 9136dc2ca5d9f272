import Portico

/// Reads bills as answers and pages show them.
struct BillReader<Session: SQLSession> {
    let session: Session

    init(_ session: Session) {
        self.session = session
    }

    /// A bill as the caller sees it, in two statements.
    /// - Throws: ``Refusal`` `bill_not_found`, ``SQLError``.
    func bill(_ id: Int64, for caller: BagCaller) throws -> BillAnswer {
        let found = try row(id, for: caller)
        return BillAnswer(found.bill, createdBy: found.createdBy, check: try checks(of: [id], for: caller)[id])
    }

    /// A bill as the caller sees it, without its check, in one statement.
    /// - Throws: ``Refusal`` `bill_not_found`, ``SQLError``.
    func row(_ id: Int64, for caller: BagCaller) throws -> BillListing {
        let found = try session.first(
            "bills.with_creator",
            """
            SELECT \(BillRow.columns), u.name FROM bills l LEFT JOIN accounts u ON u.id = l.created_by WHERE l.id = \(id)
            """, BillListing.init)
        guard let found, caller.sees(found.bill.areaCode) else { throw Refusal.billNotFound() }
        return found
    }

    /// The answer to the caller about a row that is as it is now.
    /// - Throws: ``SQLError``.
    func answer(_ bill: BillRow, for caller: BagCaller) throws -> BillAnswer {
        let name = try session.scalar(
            "bills.creator", "SELECT name FROM accounts WHERE id = \(bill.createdBy)", as: String.self)
        return BillAnswer(
            bill, createdBy: ScanItem.User(id: bill.createdBy, name: name ?? ""),
            check: try checks(of: [bill.id], for: caller)[bill.id])
    }

    /// One page of a list as the caller sees it, newest first, in two statements.
    /// - Parameter before: id of the last bill of the page before; nil for the first page.
    /// - Throws: ``SQLError``.
    func page(
        _ filter: BillFilter, for caller: BagCaller, before: Int64?, limit: Int
    ) throws -> Page<BillAnswer> {
        let fetched = try session.all(
            "bills.list",
            """
            SELECT \(BillRow.columns), u.name
            FROM (SELECT * FROM bills WHERE \(filter.condition) AND id < \(before ?? .max)
                ORDER BY id DESC LIMIT \(limit + 1)) AS l
            LEFT JOIN accounts u ON u.id = l.created_by ORDER BY l.id DESC
            """, BillListing.init)
        let page = Page(fetched: fetched, limit: limit) { [String($0.bill.id)] }
        let checks = try checks(of: page.items.map(\.bill.id), for: caller)
        let items = page.items.map { BillAnswer($0.bill, createdBy: $0.createdBy, check: checks[$0.bill.id]) }
        return Page(items: items, next: page.next)
    }

    /// The latest check of each bill, with its findings as the caller may know them (rule R9).
    /// - Throws: ``SQLError``.
    func checks(of ids: [Int64], for caller: BagCaller) throws -> [Int64: GateCheckAnswer] {
        guard let first = ids.first else { return [:] }
        let list = ids.dropFirst().reduce("\(first)" as SQL) { $0 + ", \($1)" }
        var checks: [Int64: GateCheckAnswer] = [:]
        try session.each(
            "gate.checks",
            """
            SELECT \(GateCheckRow.columns), f.id, b.code, b.area_code, f.scanned, f.resolution
            FROM gate_checks c LEFT JOIN gate_findings f ON f.gate_check_id = c.id LEFT JOIN bags b ON b.id = f.bag_id
            WHERE c.id IN (SELECT max(id) FROM gate_checks WHERE bill_id IN (\(list)) GROUP BY bill_id)
            ORDER BY c.id, f.id
            """
        ) { row in
            let check = try GateCheckRow(row)
            var answer =
                checks[check.billID]
                ?? GateCheckAnswer(id: check.id, state: check.state, progress: check.progress, findings: [])
            let next = GateCheckRow.columnCount
            if !row.isNull(next) {
                let sack = FoundSack(code: try row[next + 1], areaCode: try row[next + 2], scanned: try row[next + 3])
                answer.findings.append(
                    GateCheckAnswer.Finding(
                        id: try row[next], code: sack.text(for: caller), resolution: try row[next + 4]))
            }
            checks[check.billID] = answer
        }
        return checks
    }

    /// The sacks on a bill, in the order they were put on it.
    /// - Parameter after: place and id of the last sack of the page before; nil for the first page.
    /// - Throws: ``SQLError``.
    func sacks(of billID: Int64, after: (place: Int64, id: Int64)?, limit: Int) throws -> Page<BagRow> {
        let start: SQL =
            after.map { "AND (coalesce(bill_position, 0), id) > (\($0.place), \($0.id))" } ?? ""
        let fetched = try session.all(
            "bills.sacks",
            """
            SELECT \(BagRow.columns), coalesce(bill_position, 0) FROM bags
            WHERE bill_id = \(billID) \(start) ORDER BY coalesce(bill_position, 0), id LIMIT \(limit + 1)
            """
        ) { (row: try BagRow($0), place: try $0[BagRow.columnCount] as Int64) }
        let page = Page(fetched: fetched, limit: limit) { [String($0.place), String($0.row.id)] }
        return Page(items: page.items.map(\.row), next: page.next)
    }

    /// What happened to a bill, newest first.
    /// - Throws: ``SQLError``.
    func timeline(of billID: Int64) throws -> [BillStep] {
        try session.all(
            "bills.timeline",
            """
            SELECT e.action, e.to_state, e.at, e.reason, coalesce(u.name, '') FROM bill_events e
            LEFT JOIN accounts u ON u.id = e.actor_id WHERE e.bill_id = \(billID) ORDER BY e.id DESC LIMIT 200
            """
        ) {
            BillStep(
                deed: try $0[0], state: try $0[1], at: try $0[2], reason: try $0[3], userName: try $0[4])
        }
    }
}

/// One thing that happened to a bill.
struct BillStep: Sendable, Hashable {
    let deed: BillDeed
    let state: BillState
    let at: Instant
    let reason: String?
    let userName: String
}

/// A bill with the name of who opened it.
struct BillListing: Sendable {
    let bill: BillRow
    let createdBy: ScanItem.User

    /// Reads the columns of a bill, then the name of its creator.
    init(_ row: Row) throws {
        bill = try BillRow(row)
        createdBy = ScanItem.User(id: bill.createdBy, name: try row[BillRow.columnCount] as String? ?? "")
    }
}

/// What a list of bills is narrowed to.
struct BillFilter: Sendable, Hashable {
    var state: BillState?
    var areaCode: String?
    /// How codes begin, tidied, whatever their case.
    var prefix: String?
    var createdBy: Int64?
    /// Opened from this time on.
    var from: Instant?
    /// Opened before this time.
    var to: Instant?
    /// Whether only bills with sacks on the lorry that are not on them are listed.
    var hasFindings = false

    /// The list's name for its cursors.
    var list: String {
        ListCursor.name(
            "bills",
            [
                state?.rawValue, areaCode, prefix, createdBy.map { "\($0)" }, from.map { "\($0.milliseconds)" },
                to.map { "\($0.milliseconds)" }, hasFindings ? "findings" : nil,
            ])
    }

    /// Which bills are meant.
    var condition: SQL {
        var sql: SQL = "id > 0"
        if let areaCode { sql += " AND area_code = \(areaCode)" }
        if let state { sql += " AND state = \(state)" }
        if let createdBy { sql += " AND created_by = \(createdBy)" }
        if let prefix {
            let key = BillCode.key(prefix)
            sql += " AND code_key >= \(key) AND code_key < \(key + "\u{10FFFF}")"
        }
        if let from { sql += " AND created_at >= \(from)" }
        if let to { sql += " AND created_at < \(to)" }
        if hasFindings {
            sql += """
                 AND state = 'loading' AND id IN (
                    SELECT bill_id FROM gate_checks WHERE state = 'running' AND open_findings > 0)
                """
        }
        return sql
    }
}
