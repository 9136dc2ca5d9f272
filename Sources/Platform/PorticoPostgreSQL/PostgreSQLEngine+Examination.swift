import PorticoSQL

extension PostgreSQLEngine {
    /// What the server's own statistics say of the database and of the application's schema. One statement.
    public func examine(_ reading: Reading) throws -> DatabaseExamination {
        let rows = try reading.all("database.state", Self.stateQuestion) { row in
            (try ServerState(row), try RelationState(row))
        }
        guard let server = rows.first?.0 else { return DatabaseExamination() }
        let relations = rows.compactMap(\.1)
        let hasReplicas = !configuration.replicas.isEmpty
        return DatabaseExamination(
            connections: ServerConnections(limit: server.limit, open: server.open, perNode: mostConnections),
            findings: server.findings
                + relations.map { $0.finding(since: server.countedSeconds, hasReplicas: hasReplicas) })
    }

    /// The server beside each relation worth telling of, or beside none.
    private static let stateQuestion: SQL = """
        SELECT server.*, relation.* FROM (\(ServerState.question)) AS server
        LEFT JOIN (\(RelationState.question)) AS relation (kind, name, owner, bytes, live, dead, rested) ON true
        ORDER BY relation.kind, relation.bytes DESC, relation.name
        """

    /// The most connections to this server that the engine has open at once; the last one hears notifications.
    var mostConnections: Int {
        pools.reduce(1) { $0 + $1.status.capacity }
    }
}

/// The server and the database as a whole (https://www.postgresql.org/docs/15/monitoring-stats.html).
private struct ServerState {
    let limit: Int
    let open: Int
    let hits: Int64
    let reads: Int64
    let longTransactions: Int
    let longestSeconds: Int64
    let longWaits: Int
    /// For how long the server has been counting; nil when it does not say.
    let countedSeconds: Int64?

    /// How many columns the question has.
    static let columns = 8

    /// `reserved_connections` is there from version 16 on.
    static let question: SQL = """
        SELECT current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint
                - coalesce(current_setting('reserved_connections', true), '0')::bigint,
            coalesce(a.open, 0), d.blks_hit, d.blks_read, coalesce(a.long, 0), coalesce(a.longest, 0),
            (SELECT count(*) FROM pg_locks WHERE NOT granted AND waitstart < now() - interval '5 seconds'),
            extract(epoch FROM now() - d.stats_reset)::bigint
        FROM pg_stat_database d CROSS JOIN (
            SELECT count(*) AS open,
                count(*) FILTER (WHERE datname = current_database() AND xact_start < now() - interval '1 minute')
                    AS long,
                extract(epoch FROM now() - min(xact_start) FILTER (WHERE datname = current_database()))::bigint
                    AS longest
            FROM pg_stat_activity WHERE backend_type = 'client backend') a
        WHERE d.datname = current_database()
        """

    init(_ row: Row) throws {
        limit = try row[0]
        open = try row[1]
        hits = try row[2]
        reads = try row[3]
        longTransactions = try row[4]
        longestSeconds = try row[5]
        longWaits = try row[6]
        countedSeconds = try row[7]
    }

    var findings: [DatabaseFinding] { [memory, transactions, locks] }

    /// Below 95 % the server waits for its disk, or the system's memory, too often.
    private var memory: DatabaseFinding {
        let subject = "Pages found in the server's memory"
        guard hits + reads >= 10_000 else {
            return DatabaseFinding(subject, "–", advice: "Not enough was read yet to say.")
        }
        let perMille = hits * 1000 / (hits + reads)
        return DatabaseFinding(
            subject, "\(perMille / 10).\(perMille % 10) %", isFine: perMille >= 950,
            advice: perMille >= 950
                ? "" : "Should be 95 % or more: raise shared_buffers, or find the statements that read whole tables.")
    }

    private var transactions: DatabaseFinding {
        DatabaseFinding(
            "Transactions open for more than a minute",
            longTransactions == 0
                ? "none" : "\(longTransactions), the oldest for \(DatabaseFinding.length(seconds: longestSeconds))",
            isFine: longTransactions == 0,
            advice: longTransactions == 0
                ? "" : "They keep dead rows from being cleared away. See pg_stat_activity for who they are.")
    }

    private var locks: DatabaseFinding {
        DatabaseFinding(
            "Waits for locks of more than five seconds", longWaits == 0 ? "none" : "\(longWaits)",
            isFine: longWaits == 0, advice: longWaits == 0 ? "" : "See pg_blocking_pids for who holds them.")
    }
}

/// One of the largest tables of the schema, or an index of it that nobody used.
private struct RelationState {
    let isIndex: Bool
    let name: String
    /// Of an index.
    let table: String
    let bytes: Int64
    let live: Int64
    let dead: Int64
    /// For how long the table was not vacuumed; nil when it never was.
    let restedSeconds: Int64?

    /// Indexes that keep something unique are used without being read, and small ones cost nothing.
    static let question: SQL = """
        (SELECT 0::bigint, relname::text, ''::text, pg_total_relation_size(relid), n_live_tup, n_dead_tup,
            extract(epoch FROM now() - greatest(last_vacuum, last_autovacuum))::bigint
        FROM pg_stat_user_tables WHERE schemaname = current_schema()
        ORDER BY pg_total_relation_size(relid) DESC, relname LIMIT 5)
        UNION ALL
        (SELECT 1::bigint, s.indexrelname::text, s.relname::text, pg_relation_size(s.indexrelid), 0, 0, NULL
        FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid
        WHERE s.schemaname = current_schema() AND s.idx_scan = 0 AND NOT i.indisunique
            AND pg_relation_size(s.indexrelid) >= 1048576
        ORDER BY pg_relation_size(s.indexrelid) DESC, s.indexrelname LIMIT 5)
        """

    /// From the columns after those of the server; nil where there is no relation.
    init?(_ row: Row) throws {
        let first = ServerState.columns
        guard !row.isNull(first) else { return nil }
        isIndex = try row[first] as Int == 1
        name = try row[first + 1]
        table = try row[first + 2]
        bytes = try row[first + 3]
        live = try row[first + 4]
        dead = try row[first + 5]
        restedSeconds = try row[first + 6]
    }

    func finding(since counted: Int64?, hasReplicas: Bool) -> DatabaseFinding {
        isIndex ? unused(since: counted, hasReplicas: hasReplicas) : cleanliness
    }

    /// Autovacuum comes at a fifth of the table by default; half as much again means that it does not keep up.
    private var cleanliness: DatabaseFinding {
        let isBehind = dead > 10_000 && dead * 10 > live * 3
        let share = live + dead > 0 ? dead * 100 / (live + dead) : 0
        let vacuum = restedSeconds.map { "vacuumed \(DatabaseFinding.length(seconds: $0)) ago" } ?? "never vacuumed"
        return DatabaseFinding(
            "Table \(name)", "\(DatabaseFinding.bytes(bytes)), \(share) % dead rows, \(vacuum)", isFine: !isBehind,
            advice: isBehind
                ? "Vacuum does not keep up: look for old transactions, or lower its autovacuum_vacuum_scale_factor."
                : "")
    }

    /// An index is judged only after the server has counted for a week: some are there for the end of a month.
    private func unused(since counted: Int64?, hasReplicas: Bool) -> DatabaseFinding {
        let span = counted.map { "in the \(DatabaseFinding.length(seconds: $0)) the server has counted" }
        let isJudged = (counted ?? 0) >= 7 * 86_400 && !hasReplicas
        let elsewhere = hasReplicas ? " Reads at replicas are counted there." : ""
        return DatabaseFinding(
            "Index \(name) of \(table)",
            "\(DatabaseFinding.bytes(bytes)), not read \(span ?? "since the server counts")", isFine: !isJudged,
            advice: isJudged
                ? "Every change of the table pays for it. Drop it if nothing rare needs it."
                : "Too early to say that nothing needs it.\(elsewhere)")
    }
}
