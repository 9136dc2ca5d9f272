import Portico

/// Reads the counters, folds their shards, and compares them with the rows they count.
enum CounterStore {
    /// All counters of an area, or of all areas together, without the version.
    /// - Throws: ``SQLError``.
    static func values(area: String?, in session: some SQLSession) throws -> [CounterName: Int64] {
        let filter: SQL = area.map { "WHERE area_code = \($0)" } ?? ""
        let sums = try session.all(
            "counters.values",
            "SELECT name, CAST(sum(value) AS BIGINT) FROM counters \(filter) GROUP BY name"
        ) { (name: CounterName(stored: try $0[0]), value: try $0[1] as Int64) }
        var values = Dictionary(sums.map { ($0.name, $0.value) }, uniquingKeysWith: +)
        values[.version] = nil
        return values
    }

    /// How often the figures of an area, or of any area, have changed. Figures kept under this number are never stale
    /// when it is read in the same snapshot.
    /// - Throws: ``SQLError``.
    static func version(area: String?, in session: some SQLSession) throws -> Int64 {
        try session.scalar("counters.version", versionQuery(area: area), as: Int64.self) ?? 0
    }

    /// The statement behind ``version(area:in:)``.
    static func versionQuery(area: String?) -> SQL {
        let filter: SQL = area.map { "AND area_code = \($0)" } ?? ""
        return """
            SELECT CAST(coalesce(sum(value), 0) AS BIGINT) FROM counters
            WHERE name = 'version' \(filter)
            """
    }

    /// Counts the rows and compares, in one snapshot.
    /// - Throws: ``SQLError``.
    static func verify(in session: some SQLSession) throws -> CounterVerification {
        let kept = try session.all(
            "counters.all",
            "SELECT area_code, name, CAST(sum(value) AS BIGINT) FROM counters GROUP BY area_code, name"
        ) { try entry($0) }
        var counters = Dictionary(kept, uniquingKeysWith: +)
        counters = counters.filter { $0.key.name != .version && $0.value != 0 }
        return CounterVerification(counters: counters, recount: try recount(in: session))
    }

    /// Sets every counter to what its rows say, after a bulk load.
    /// - Throws: ``SQLError``.
    static func rebuild(in transaction: Transaction) throws {
        try lock(in: transaction)
        try replace(with: recount(in: transaction), in: transaction)
    }

    /// Compares, and sets every counter to what its rows say where any differs: when an operator orders it, while others
    /// write.
    /// - Returns: what was found before.
    /// - Throws: ``SQLError``.
    static func repair(in transaction: Transaction) throws -> CounterVerification {
        try transaction.liftTimeLimit()
        try lock(in: transaction)
        let found = try verify(in: transaction)
        if !found.drift.isEmpty { try replace(with: found.recount, in: transaction) }
        return found
    }

    /// Lets nobody else count until the transaction ends; figures can be read. Every writer of PostgreSQL counts before
    /// its commit, so what is counted here is what their rows say: they have committed, or come afterwards and add.
    private static func lock(in transaction: Transaction) throws {
        guard transaction.dialect == .postgresql else { return }
        try transaction.execute("counters.lock", "LOCK TABLE counters IN EXCLUSIVE MODE")
    }

    /// Puts these counts in place of all counters, under newer versions.
    private static func replace(with recount: [CounterChanges.Key: Int64], in transaction: Transaction) throws {
        var values = recount
        let areas = Set(values.keys.map(\.area))
        let versions = try transaction.all(
            "counters.versions",
            """
            SELECT area_code, name, CAST(sum(value) AS BIGINT) FROM counters
            WHERE name = \(CounterName.version.text) GROUP BY area_code, name
            """
        ) { try entry($0) }
        for (key, version) in versions { values[key] = version + 1 }
        for area in areas { values[CounterChanges.Key(area: area, name: .version), default: 1] += 0 }
        try transaction.execute("counters.clear", "DELETE FROM counters")
        try transaction.bulkInsert(
            "counters.rebuild", into: "counters", columns: ["area_code", "name", "shard", "value"],
            rows: values.sorted { $0.key < $1.key }.map {
                [.text($0.key.area), .text($0.key.name.text), .integer(0), .integer($0.value)]
            })
    }

    /// Adds the shards of connections that are gone to the common one. Nobody else writes those rows, so no writer
    /// waits.
    /// - Returns: number of rows folded.
    /// - Throws: ``SQLError``.
    @discardableResult
    static func fold(in transaction: Transaction) throws -> Int {
        guard transaction.dialect == .postgresql else { return 0 }
        return try transaction.scalar(
            "counters.fold",
            """
            WITH idle AS (
                SELECT area_code, name, shard FROM counters
                WHERE shard <> 0 AND shard NOT IN (SELECT pid FROM pg_stat_activity)
                FOR UPDATE SKIP LOCKED),
            taken AS (
                DELETE FROM counters c USING idle
                WHERE c.area_code = idle.area_code AND c.name = idle.name AND c.shard = idle.shard
                RETURNING c.area_code, c.name, c.value),
            added AS (
                INSERT INTO counters (area_code, name, shard, value)
                SELECT area_code, name, 0, CAST(sum(value) AS BIGINT) FROM taken GROUP BY area_code, name
                ON CONFLICT (area_code, name, shard) DO UPDATE SET value = counters.value + excluded.value
                RETURNING 1)
            SELECT count(*) FROM taken
            """, as: Int.self) ?? 0
    }

    /// What the rows say.
    static func recount(in session: some SQLSession) throws -> [CounterChanges.Key: Int64] {
        var counts: [CounterChanges.Key: Int64] = [:]
        for statement in [bagCounts, scanCounts, undoneCounts, billCounts, returnCounts] {
            for (key, count) in try session.all("counters.recount", statement, entry) {
                counts[key, default: 0] += count
            }
        }
        return counts.filter { $0.value != 0 }
    }

    private static func entry(_ row: Row) throws -> (CounterChanges.Key, Int64) {
        (CounterChanges.Key(area: try row[0], name: CounterName(stored: try row[1])), try row[2])
    }

    private static let bagCounts: SQL = """
        SELECT area_code, CASE WHEN status = 'retired' THEN 'bag.retired' ELSE kind || '.' || status END, count(*)
        FROM bags GROUP BY area_code, kind, status
        """
    private static let scanCounts: SQL = """
        SELECT coalesce(area_code, ''), 'scan.' || outcome, count(*) FROM scans GROUP BY area_code, outcome
        """
    private static let undoneCounts: SQL = """
        SELECT coalesce(area_code, ''), 'scan.undone', count(*) FROM scans WHERE undone_at IS NOT NULL GROUP BY area_code
        """
    private static let billCounts: SQL = """
        SELECT area_code, 'bill.' || state, count(*) FROM bills GROUP BY area_code, state
        """
    private static let returnCounts: SQL = """
        SELECT area_code, 'return.' || state, count(*) FROM return_tickets GROUP BY area_code, state
        """
}

/// Counters beside a recount of the same snapshot.
struct CounterVerification: Sendable {
    /// What the counters say.
    let counters: [CounterChanges.Key: Int64]
    /// What the rows say.
    let recount: [CounterChanges.Key: Int64]

    /// The sum of all differences, whichever way they go; 0 when all is well.
    var totalDrift: Int64 { drift.values.reduce(0) { $0 + abs($1) } }

    /// Every counter beside its rows, by area and name.
    var lines: [KeptCounters.Line] {
        Set(counters.keys).union(recount.keys).sorted().map { key in
            KeptCounters.Line(key.spoken, kept: counters[key] ?? 0, counted: recount[key] ?? 0)
        }
    }

    /// Counter minus recount wherever they differ; empty when all is well.
    var drift: [CounterChanges.Key: Int64] {
        var drift: [CounterChanges.Key: Int64] = [:]
        for key in Set(counters.keys).union(recount.keys) {
            let difference = (counters[key] ?? 0) - (recount[key] ?? 0)
            if difference != 0 { drift[key] = difference }
        }
        return drift
    }
}
