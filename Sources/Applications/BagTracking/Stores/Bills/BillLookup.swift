import Portico

/// Finds bills and their checks.
///
/// Whoever changes a bill and its sacks locks the bill first, then the sacks in the order of their ids.
struct BillLookup<Session: SQLSession> {
    let session: Session

    init(_ session: Session) {
        self.session = session
    }

    /// The row with an id; nil where there is none.
    /// - Throws: ``SQLError``.
    func bill(_ id: Int64, locked: Bool) throws -> BillRow? {
        try session.first(
            "bills.by_id",
            "SELECT \(BillRow.columns) FROM bills l WHERE l.id = \(id)\(locked ? session.dialect.forUpdate : "")",
            BillRow.init)
    }

    /// A bill as the caller sees it.
    /// - Throws: ``Refusal`` `bill_not_found`, ``SQLError``.
    func bill(_ id: Int64?, for caller: BagCaller, locked: Bool) throws -> BillRow {
        guard let id, let row = try bill(id, locked: locked), caller.sees(row.areaCode) else {
            throw Refusal.billNotFound()
        }
        return row
    }

    /// The bill with a code, whatever its case; nil where there is none.
    /// - Throws: ``SQLError``.
    func bill(code: String) throws -> BillRow? {
        let key = BillCode.key(BillCode.tidied(code))
        return try session.first(
            "bills.by_code", "SELECT \(BillRow.columns) FROM bills l WHERE l.code_key = \(key)", BillRow.init)
    }

    /// The check of a bill that is running; nil when none is. Its row changes only while the bill is locked.
    /// - Throws: ``SQLError``.
    func runningCheck(of billID: Int64) throws -> GateCheckRow? {
        try session.first(
            "gate.running",
            "SELECT \(GateCheckRow.columns) FROM gate_checks c WHERE c.bill_id = \(billID) AND c.state = 'running'",
            GateCheckRow.init)
    }
}

/// What a check at the gate has come to.
enum GateCheckState: String, Sendable, Hashable, CaseIterable, SQLBindable, SQLReadable {
    case running, passed, abandoned
}

/// A row of `gate_checks`.
struct GateCheckRow: Sendable, Hashable {
    let id: Int64
    let billID: Int64
    let state: GateCheckState
    var progress: GateProgress
    let startedAt: Instant

    /// The columns in the order that ``init(_:)`` reads them.
    static let columns: SQL = "c.id, c.bill_id, c.state, c.expected_count, c.seen_count, c.open_findings, c.started_at"
    /// How many there are.
    static let columnCount = 7
}

extension GateCheckRow {
    init(_ row: Row) throws { try self.init(row, from: 0) }

    init(_ row: Row, from first: Int) throws {
        id = try row[first]
        billID = try row[first + 1]
        state = try row[first + 2]
        progress = GateProgress(
            expectedCount: try row[first + 3], seenCount: try row[first + 4], openFindings: try row[first + 5])
        startedAt = try row[first + 6]
    }
}
