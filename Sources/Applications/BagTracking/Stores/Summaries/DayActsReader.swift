import Portico

/// Counts what was done in a day, in one statement (rule R39).
struct DayActsReader<Session: SQLSession> {
    let session: Session
    let catalog: ProductCatalog

    /// - Throws: ``SQLError``.
    func acts(of subject: SummarySubject) throws -> DayActs {
        let rows = try session.all("summaries.acts", statement(subject)) { try ActRow($0) }
        return rows.reduce(into: DayActs()) { acts, row in acts.add(row, catalog) }
    }

    /// Bags are grouped by sack, because the weight of a bag follows from the code of its sack.
    private func statement(_ subject: SummarySubject) -> SQL {
        let (from, to) = (subject.day.from, subject.day.to)
        let user = subject.scope.userID
        func area(_ column: SQL) -> SQL { subject.areaCode.map { " AND \(column) = \($0)" } ?? "" }
        func actor(_ column: SQL) -> SQL { user.map { " AND \(column) = \($0)" } ?? "" }
        let owner: SQL = user.map { " AND (e.actor_id = \($0) OR b.created_by = \($0))" } ?? ""
        return """
            SELECT 'scan', kind, outcome, user_id, 0, CASE WHEN outcome = 'linked' THEN parent_code END, count(*),
                CAST(sum(CASE WHEN outcome = 'linked' AND count_after = capacity THEN 1 ELSE 0 END) AS BIGINT)
            FROM scans WHERE recorded_at >= \(from) AND recorded_at < \(to)\(area("area_code"))\(actor("user_id"))
            GROUP BY kind, outcome, user_id, CASE WHEN outcome = 'linked' THEN parent_code END
            UNION ALL
            SELECT 'undone', kind, outcome, undone_by, 0, NULL, count(*), 0
            FROM scans WHERE undone_at >= \(from) AND undone_at < \(to)\(area("area_code"))\(actor("undone_by"))
            GROUP BY kind, outcome, undone_by
            UNION ALL
            SELECT 'imported', '', '', e.actor_id, 0, NULL, count(*), 0
            FROM custody_events e JOIN custody_event_bags i ON i.event_id = e.id
            WHERE e.fact = 'imported' AND e.record_time >= \(from) AND e.record_time < \(to)\(area("e.area_code"))\
            \(actor("e.actor_id"))
            GROUP BY e.actor_id
            UNION ALL
            SELECT 'bill', e.action, '', e.actor_id, b.created_by, NULL, count(*), 0
            FROM bill_events e JOIN bills b ON b.id = e.bill_id
            WHERE e.at >= \(from) AND e.at < \(to)\(area("b.area_code"))\(owner)
            GROUP BY e.action, e.actor_id, b.created_by
            """
    }
}

/// Acts of one person that are the same in everything that is counted.
private struct ActRow {
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
        what = try row[0]
        kind = try row[1]
        outcome = ScanOutcome(rawValue: try row[2])
        userID = try row[3]
        ownerID = try row[4]
        parentCode = try row[5]
        count = try row[6]
        filled = try row[7]
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
