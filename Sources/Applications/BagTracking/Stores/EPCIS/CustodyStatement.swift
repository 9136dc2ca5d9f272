import Portico

/// The statement that finds the ids of a page of custody events.
///
/// The order is that of recording, so the times of recording decide what is read. A query for times of happening is turned
/// into one for those: what a device says is at most five minutes late and seven days early (rule R14).
struct CustodyStatement {
    let query: EPCISQuery
    let after: EPCISPosition?
    let limit: Int
    let dialect: Dialect

    /// How much later than its recording something may have happened, with some room.
    private static let future = Span.minutes(6)
    /// How much earlier a scan or its undoing can have been recorded, with some room: seven days, and the longest time
    /// that undoing can be allowed for.
    private static let past = Span.days(15)

    /// Ids in order, at most as many as asked for.
    var places: SQL {
        if let names = query.names { return named(names) }
        let packs = query.steps?.contains("packing") ?? true
        let others = query.steps?.subtracting(["packing"])
        let hasOthers = others.map { !$0.isEmpty } ?? true
        // Nearly everything is packing. What is not has an index of its own, and may be corrected long afterwards.
        if packs, hasOthers, query.happenedBefore == nil, query.steps == nil { return branch(.all, "") }
        var branches: [SQL] = []
        if packs { branches.append(branch(.packing, "AND biz_step = 'packing'")) }
        if hasOthers { branches.append(branch(.others, "AND biz_step <> 'packing' \(steps(others))")) }
        guard branches.count > 1 else { return branches.first ?? branch(.all, "AND 1 = 0") }
        return """
            SELECT id, record_time FROM (SELECT * FROM (\(branches[0])) AS packed UNION ALL
                SELECT * FROM (\(branches[1])) AS other) AS found
            ORDER BY record_time, id LIMIT \(limit)
            """
    }

    /// Whether the SSCC `a` was that of the bag `b` when the event `e`, or what it corrects, was recorded.
    static let assigned: SQL = """
        a.bag_id = b.id AND a.assigned_at <= coalesce(o.record_time, e.record_time)
            AND (a.released_at IS NULL OR a.released_at > coalesce(o.record_time, e.record_time))
        """

    private enum Part {
        case all, packing, others
    }

    private func branch(_ part: Part, _ condition: SQL) -> SQL {
        """
        SELECT id, record_time FROM custody_events \(index(part))
        WHERE \(times(isPacking: part == .packing)) \(condition) ORDER BY record_time, id LIMIT \(limit)
        """
    }

    private func index(_ part: Part) -> SQL {
        guard dialect == .sqlite else { return "" }
        return part == .others ? "INDEXED BY custody_events_unpacked" : "INDEXED BY custody_events_recorded"
    }

    private func steps(_ names: Set<String>?) -> SQL {
        guard let names else { return "" }
        let known = EPCISQuery.stepsOfActions.values.flatMap(\.self).filter { names.contains($0) }.sorted()
        guard let first = known.first else { return "AND 1 = 0" }
        return known.dropFirst().reduce("AND (biz_step = \(first)") { $0 + " OR biz_step = \($1)" } + ")"
    }

    private func times(isPacking: Bool) -> SQL {
        let start = max(query.recordedFrom, query.happenedFrom.map { $0 - CustodyStatement.future })
        var sql: SQL = "record_time >= \(max(start, after?.recordedAt) ?? Instant(milliseconds: 0))"
        if let after { sql += " AND (record_time > \(after.recordedAt) OR id > \(after.id))" }
        if let end = query.recordedBefore { sql += " AND record_time < \(end)" }
        if let time = query.happenedFrom { sql += " AND event_time >= \(time)" }
        if let time = query.happenedBefore {
            sql += " AND event_time < \(time)"
            if isPacking { sql += " AND record_time < \(time + CustodyStatement.past)" }
        }
        return sql
    }

    private func max(_ one: Instant?, _ other: Instant?) -> Instant? {
        guard let one, let other else { return one ?? other }
        return one < other ? other : one
    }

    // MARK: - By name

    /// Everything about a sack or bag is little: it is found by it and sorted.
    private func named(_ names: [EPCName]) -> SQL {
        let found = names.map { name -> SQL in
            switch name {
            case .object(let code): objects(code)
            case .serial(let sscc): serials(sscc)
            }
        }
        let ids = found.dropFirst().reduce(found.first ?? "SELECT 0") { $0 + " UNION " + $1 }
        let condition: SQL = query.steps.map { steps($0) } ?? ""
        let unordered: SQL = dialect == .sqlite ? "NOT INDEXED" : ""
        return """
            SELECT id, record_time FROM custody_events \(unordered)
            WHERE id IN (\(ids)) AND \(times(isPacking: false)) \(condition) ORDER BY record_time, id LIMIT \(limit)
            """
    }

    /// Events that call something by its code: bags, and sacks at times when they carried no SSCC.
    private func objects(_ code: String) -> SQL {
        """
        SELECT x.event_id FROM bags b JOIN custody_event_bags x ON x.bag_id = b.id
        JOIN custody_events e ON e.id = x.event_id LEFT JOIN custody_events o ON o.id = e.corrects_id
        WHERE b.code = \(code) AND NOT EXISTS (SELECT 1 FROM sscc_assignments a
            WHERE b.kind = 'parent' AND \(CustodyStatement.assigned))
        UNION SELECT e.id FROM bags b JOIN custody_events e ON e.parent_bag_id = b.id
        WHERE b.code = \(code) AND e.parent_epc IS NULL AND e.biz_step IN ('packing', 'unpacking')
        """
    }

    /// Events that call a sack by its SSCC.
    private func serials(_ sscc: String) -> SQL {
        """
        SELECT x.event_id FROM sscc_assignments a JOIN bags b ON b.id = a.bag_id
        JOIN custody_event_bags x ON x.bag_id = b.id JOIN custody_events e ON e.id = x.event_id
        LEFT JOIN custody_events o ON o.id = e.corrects_id
        WHERE a.sscc = \(sscc) AND \(CustodyStatement.assigned)
        UNION SELECT e.id FROM sscc_assignments a JOIN custody_events e ON e.parent_bag_id = a.bag_id
        WHERE a.sscc = \(sscc) AND e.parent_epc = \(EPCIdentifiers.serial(sscc))
            AND e.biz_step IN ('packing', 'unpacking')
        """
    }
}
