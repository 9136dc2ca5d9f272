import Portico

/// Counts what was done in a day, in one statement (rule R39).
struct DayActsReader<Session: SQLSession> {
    let session: Session
    let catalog: ProductCatalog

    /// Goes on from what is known of a day.
    /// - Parameter settled: until when everything has been written by now.
    /// - Returns: what was done in the whole day, and the part of it that can't change any more.
    /// - Throws: ``SQLError``.
    func acts(
        of subject: SummarySubject, after known: SettledActs, settled: Instant
    ) throws -> (all: DayActs, settled: SettledActs) {
        let rows = try session.all("summaries.acts", statement(subject, from: known.until, settled)) {
            try ActRow($0)
        }
        var (all, kept) = (known.acts, known)
        kept.until = settled
        for row in rows {
            all.add(row, catalog)
            if row.isSettled { kept.acts.add(row, catalog) }
        }
        return (all, kept)
    }

    /// Bags are grouped by sack, because the weight of a bag follows from the code of its sack.
    private func statement(_ subject: SummarySubject, from: Instant, _ settled: Instant) -> SQL {
        let to = subject.day.to
        let user = subject.scope.userID
        func area(_ column: SQL) -> SQL { subject.areaCode.map { " AND \(column) = \($0)" } ?? "" }
        func actor(_ column: SQL) -> SQL { user.map { " AND \(column) = \($0)" } ?? "" }
        func isSettled(_ column: SQL) -> SQL { "CASE WHEN \(column) < \(settled) THEN 1 ELSE 0 END" }
        let owner: SQL = user.map { " AND (e.actor_id = \($0) OR b.created_by = \($0))" } ?? ""
        return """
            SELECT \(isSettled("recorded_at")) AS settled, 'scan', kind, outcome, user_id, 0,
                CASE WHEN outcome = 'linked' THEN parent_code END AS sack, count(*),
                CAST(sum(CASE WHEN outcome = 'linked' AND count_after = capacity THEN 1 ELSE 0 END) AS BIGINT)
            FROM scans WHERE recorded_at >= \(from) AND recorded_at < \(to)\(area("area_code"))\(actor("user_id"))
            GROUP BY settled, kind, outcome, user_id, sack
            UNION ALL
            SELECT \(isSettled("undone_at")) AS settled, 'undone', kind, outcome, undone_by, 0, NULL, count(*), 0
            FROM scans WHERE undone_at >= \(from) AND undone_at < \(to)\(area("area_code"))\(actor("undone_by"))
            GROUP BY settled, kind, outcome, undone_by
            UNION ALL
            SELECT \(isSettled("e.record_time")) AS settled, 'imported', '', '', e.actor_id, 0, NULL, count(*), 0
            FROM custody_events e JOIN custody_event_bags i ON i.event_id = e.id
            WHERE e.fact = 'imported' AND e.record_time >= \(from) AND e.record_time < \(to)\(area("e.area_code"))\
            \(actor("e.actor_id"))
            GROUP BY settled, e.actor_id
            UNION ALL
            SELECT \(isSettled("e.at")) AS settled, 'bill', e.action, '', e.actor_id, b.created_by, NULL, count(*), 0
            FROM bill_events e JOIN bills b ON b.id = e.bill_id
            WHERE e.at >= \(from) AND e.at < \(to)\(area("b.area_code"))\(owner)
            GROUP BY settled, e.action, e.actor_id, b.created_by
            """
    }
}

/// What was done from the beginning of a day until a moment before which nothing more is recorded.
struct SettledActs: Sendable {
    var acts = DayActs()
    var until: Instant
    /// When the first part of it was read.
    let begun: Instant
}

/// Acts of one person that are the same in everything that is counted.
private struct ActRow {
    /// Whether nothing more is recorded at that time.
    let isSettled: Bool
    let what: String
    /// The kind of scan, or what was done to a bill.
    let kind: String
    let outcome: ScanOutcome?
    let userID: Int64
    /// Whose bill it was; 0 for anything else.
    let ownerID: Int64
    let parentCode: String?
    let count: Int
    let filled: Int

    init(_ row: Row) throws {
        isSettled = try (row[0] as Int) == 1
        what = try row[1]
        kind = try row[2]
        outcome = ScanOutcome(rawValue: try row[3])
        userID = try row[4]
        ownerID = try row[5]
        parentCode = try row[6]
        count = try row[7]
        filled = try row[8]
    }
}

extension DayActs {
    fileprivate mutating func add(_ row: ActRow, _ catalog: ProductCatalog) {
        involved.insert(row.userID)
        if row.ownerID != 0 { involved.insert(row.ownerID) }
        switch row.what {
        case "scan": addScans(row, catalog)
        case "undone":
            childrenUndone += row.count
            people[row.userID, default: Person()].childrenUndone += row.count
        case "imported": childrenImported += row.count
        default: addBills(row)
        }
    }

    private mutating func addScans(_ row: ActRow, _ catalog: ProductCatalog) {
        guard let outcome = row.outcome else { return }
        scans[outcome, default: 0] += row.count
        switch outcome {
        case .linked:
            childrenLinked += row.count
            sacksFilled += row.filled
            people[row.userID, default: Person()].childrenLinked += row.count
            let type = row.parentCode.flatMap { catalog.type(ofParentCode: $0) }
            weightLinkedGrams += row.count * (type?.unitWeightGrams ?? 0)
        case .returned: sacksReturned += row.count
        default: break
        }
    }

    private mutating func addBills(_ row: ActRow) {
        switch row.kind {
        case "created":
            billsCreated += row.count
            people[row.userID, default: Person()].billsCreated += row.count
        case "completed": billsCompleted += row.count
        case "dispatched": billsDispatched += row.count
        case "delivered": billsDelivered += row.count
        default: break
        }
    }
}
