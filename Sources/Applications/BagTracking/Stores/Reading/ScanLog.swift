import Portico

/// What a list of scans is narrowed to.
struct ScanFilter: Sendable, Hashable {
    var userID: Int64?
    var kind: ScanKind?
    var outcome: ScanOutcome?
    /// What was scanned, normalised.
    var code: String?
    /// The sack that bags were scanned into.
    var parentCode: String?
    /// The bill that sacks were scanned onto, or checked against.
    var billID: Int64?
    /// The return ticket that sacks were scanned onto.
    var ticketID: Int64?
    /// Recorded from this time on.
    var from: Instant?
    /// Recorded before this time.
    var to: Instant?
    /// The only area that the caller sees; nil for callers who see all.
    var areaCode: String?
    /// Whether scans that were undone are left out.
    var isStanding = false
    /// Whether only scans are listed that were undone.
    var isUndone = false
    /// Whether only scans are listed that came more than a minute after they were made.
    var isLate = false

    /// The list's name for its cursors.
    var list: String {
        ListCursor.name(
            "scans",
            [
                userID.map { "\($0)" }, kind?.rawValue, outcome?.rawValue, code, parentCode,
                billID.map { "\($0)" }, ticketID.map { "ticket \($0)" }, from.map { "\($0.milliseconds)" },
                to.map { "\($0.milliseconds)" }, areaCode,
                isStanding ? "standing" : nil, isUndone ? "undone" : nil, isLate ? "late" : nil,
            ])
    }
}

/// Lists scans, newest first.
struct ScanLog<Session: SQLSession> {
    let session: Session

    init(_ session: Session) {
        self.session = session
    }

    /// One page.
    /// - Parameter before: id of the last scan of the page before; nil for the first page.
    /// - Throws: ``SQLError``.
    func page(_ filter: ScanFilter, before: Int64?, limit: Int) throws -> Page<ScanItem> {
        let bounds = try bounds(filter, before: before ?? .max)
        let statement = statement(filter, bounds: bounds, limit: limit + 1)
        let fetched = try session.all("scans.list", statement, ScanItem.init)
        return Page(fetched: fetched, limit: limit) { [String($0.id)] }
    }

    /// Whether there is a scan of this id that a caller may know of (rule R9).
    /// - Throws: ``SQLError``.
    func hasScan(_ id: Int64, for caller: BagCaller) throws -> Bool {
        let area: SQL = caller.areaCode.map { "AND area_code = \($0)" } ?? ""
        return try session.scalar("scans.has", "SELECT 1 FROM scans WHERE id = \(id) \(area)", as: Int.self) != nil
    }

    /// A sack that came back from another area's bill was on a bill that readers of this area must not see (rule R9).
    private func ofOwnArea(_ filter: ScanFilter) -> SQL {
        filter.areaCode.map { "AND l.area_code = \($0)" } ?? ""
    }

    /// The statement of one page.
    func statement(_ filter: ScanFilter, bounds: Range<Int64>, limit: Int) -> SQL {
        """
        SELECT page.*, u.name, l.code, t.code
        FROM (SELECT \(ScanLog.columns) FROM scans \(index(filter)) WHERE \(condition(filter, bounds))
            ORDER BY id DESC LIMIT \(limit)) AS page
        LEFT JOIN accounts u ON u.id = page.user_id LEFT JOIN bills l ON l.id = page.bill_id \(ofOwnArea(filter))
        LEFT JOIN return_tickets t ON t.id = page.ticket_id
        ORDER BY page.id DESC
        """
    }

    /// The ids between which all scans of the filter's time lie. Ids are given in the order of recording, give or take
    /// ``BagListQuery/disorder``.
    private func bounds(_ filter: ScanFilter, before: Int64) throws -> Range<Int64> {
        // The scans of one bill are few: its index finds them without knowing between which ids they lie.
        guard filter.billID == nil, filter.from != nil || filter.to != nil else { return 0..<before }
        let from = (filter.from ?? Instant(milliseconds: .min / 2)) - BagListQuery.disorder
        let to = (filter.to ?? Instant(milliseconds: .max / 2)) + BagListQuery.disorder
        let found = try session.first(
            "scans.ids_at",
            """
            SELECT (SELECT id FROM scans WHERE recorded_at >= \(from) ORDER BY recorded_at, id LIMIT 1),
                (SELECT id FROM scans WHERE recorded_at < \(to) ORDER BY recorded_at DESC, id DESC LIMIT 1)
            """
        ) { (low: try $0[0] as Int64?, high: try $0[1] as Int64?) }
        guard let low = found?.low, let high = found?.high else { return 0..<0 }
        let top = min(high + 1, before)
        return min(low, top)..<top
    }

    /// What decides most is asked of an index that has it in the order of ids.
    private func condition(_ filter: ScanFilter, _ bounds: Range<Int64>) -> SQL {
        var sql: SQL = "id < \(bounds.upperBound) AND id >= \(bounds.lowerBound)"
        if let code = filter.code { sql += " AND code = \(code)" }
        if let parentCode = filter.parentCode { sql += " AND parent_code = \(parentCode)" }
        if let billID = filter.billID { sql += " AND bill_id = \(billID)" }
        if let ticketID = filter.ticketID { sql += " AND ticket_id = \(ticketID)" }
        if let userID = filter.userID { sql += " AND user_id = \(userID)" }
        if let areaCode = filter.areaCode { sql += " AND area_code = \(areaCode)" }
        if let kind = filter.kind {
            sql += kind == .child ? " AND kind = 'child'" : " AND kind = \(kind) AND kind <> 'child'"
        }
        if let outcome = filter.outcome {
            sql += outcome == .linked ? " AND outcome = 'linked'" : " AND outcome = \(outcome) AND outcome <> 'linked'"
        }
        if filter.isStanding { sql += " AND undone_at IS NULL" }
        if filter.isUndone { sql += " AND undone_at IS NOT NULL" }
        if filter.isLate { sql += " AND recorded_at - scanned_at > 60000" }
        if let from = filter.from { sql += " AND recorded_at >= \(from)" }
        if let to = filter.to { sql += " AND recorded_at < \(to)" }
        return sql
    }

    private func index(_ filter: ScanFilter) -> SQL {
        guard session.dialect == .sqlite else { return "" }
        if filter.code != nil { return "INDEXED BY scans_code" }
        if filter.parentCode != nil { return "INDEXED BY scans_parent" }
        if filter.billID != nil { return "INDEXED BY scans_bill" }
        if filter.ticketID != nil { return "INDEXED BY scans_ticket" }
        if filter.isUndone { return "INDEXED BY scans_undone" }
        if filter.isLate { return "INDEXED BY scans_delayed" }
        let isUncommon = filter.outcome.map { $0 != .linked } ?? false
        if filter.userID != nil { return isUncommon ? "INDEXED BY scans_user_outcome" : "INDEXED BY scans_user" }
        if isUncommon { return "INDEXED BY scans_outcome" }
        if let kind = filter.kind, kind != .child { return "INDEXED BY scans_kind" }
        if filter.areaCode != nil { return "INDEXED BY scans_area" }
        return "NOT INDEXED"
    }

    private static var columns: SQL {
        """
        id, user_id, client_scan_id, kind, outcome, reject_code, code, parent_code, bill_id, ticket_id, area_code,
        count_after, capacity, status_after, device_id, scanned_at, recorded_at, clock_adjusted, undone_at, undone_by,
        undo_reason
        """
    }
}

extension ScanLog where Session == Reading {
    /// The newest scans of a person.
    /// - Parameter area: the only area the person sees; nil for people of all areas.
    /// - Throws: ``SQLError``.
    static func newest(of userID: Int64, area: String?, limit: Int, in reading: Reading) throws -> [ScanItem] {
        try ScanLog(reading).page(ScanFilter(userID: userID, areaCode: area), before: nil, limit: limit).items
    }

    /// The newest scan of a person that put a bag into a sack, stands, and was recorded since `start`.
    /// - Throws: ``SQLError``.
    static func newestLink(
        of userID: Int64, area: String?, since start: Instant, in reading: Reading
    ) throws -> ScanItem? {
        var filter = ScanFilter(userID: userID, kind: .child, outcome: .linked, from: start, areaCode: area)
        filter.isStanding = true
        return try ScanLog(reading).page(filter, before: nil, limit: 1).items.first
    }
}

extension ScanItem {
    /// Reads the columns of ``ScanLog``, then the person's name and the bill's code.
    fileprivate init(_ row: Row) throws {
        let at: Instant? = try row[18]
        self.init(
            id: try row[0], user: User(id: try row[1], name: try row[21] as String? ?? ""), clientScanID: try row[2],
            kind: try row[3], outcome: try row[4], rejectCode: try row[5], code: try row[6], parentCode: try row[7],
            billID: try row[8], billCode: try row[22], ticketID: try row[9], ticketCode: try row[23],
            areaCode: try row[10],
            countAfter: try row[11], capacity: try row[12], statusAfter: try row[13], deviceID: try row[14],
            scannedAt: try row[15], recordedAt: try row[16], isClockAdjusted: try row[17],
            undone: try at.map { Undone(at: $0, by: try row[19], reason: try row[20]) })
    }
}
