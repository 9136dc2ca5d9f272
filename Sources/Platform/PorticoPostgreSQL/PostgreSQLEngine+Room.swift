import CLibPQ
import PorticoSQL

extension PostgreSQLEngine {
    /// How much room a table of the schema takes. One statement over the server's statistics.
    public func room(of table: String, _ reading: Reading) throws -> TableRoom? {
        let rooms = try reading.all(
            "database.room",
            """
            SELECT pg_table_size(t.relid), t.n_live_tup, t.n_dead_tup, i.indexrelname::text,
                coalesce(pg_relation_size(i.indexrelid), 0), c.reltuples::bigint,
                (SELECT count(*) FROM pg_index r JOIN pg_class k ON k.oid = r.indexrelid
                    WHERE r.indrelid = t.relid AND NOT r.indisvalid
                        AND k.relname::text IN (i.indexrelname || '_ccnew', i.indexrelname || '_ccold'))
            FROM pg_stat_user_tables t JOIN pg_stat_user_indexes i ON i.relid = t.relid
                JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_index x ON x.indexrelid = i.indexrelid
            WHERE t.schemaname = current_schema() AND t.relname::text = \(table) AND x.indisvalid
            ORDER BY 5 DESC, 4
            """
        ) { row in
            let (entries, remains): (Int64, Int64) = (try row[5], try row[6])
            let index = TableRoom.Index(
                name: try row[3], bytes: try row[4], entries: entries < 0 ? nil : entries, hasRemains: remains > 0)
            return TableRoom(
                table: table, bytes: try row[0], live: try row[1], dead: try row[2], indexes: [index])
        }
        guard var room = rooms.first else { return nil }
        room.indexes = rooms.flatMap(\.indexes)
        return room
    }

    /// Builds an index of the schema anew while it is used, on a connection of its own.
    ///
    /// Not behind a pooler that lends connections for a transaction: the time it may take could not be set there.
    public func rebuildIndex(_ name: String) async throws -> IndexRebuild {
        guard Identifier.isPlain(name) else {
            throw SQLError(.other, message: "the index's name must be lower-case letters, digits and _")
        }
        // What an earlier attempt left behind that was cut short bears one of the first two names.
        let isDone = try await executeAlone([
            "SET statement_timeout = '1h'",
            "DROP INDEX CONCURRENTLY IF EXISTS \(Identifier.quoted("\(name)_ccnew"))",
            "DROP INDEX CONCURRENTLY IF EXISTS \(Identifier.quoted("\(name)_ccold"))",
            "REINDEX INDEX CONCURRENTLY \(Identifier.quoted(name))",
        ])
        return isDone ? .done : .impossible("a pooler lends connections for one transaction at a time")
    }

    /// Executes statements that may be part of no transaction, one at a time on a connection of their own.
    /// - Returns: whether that is possible; behind a pooler nothing is done.
    func executeAlone(_ statements: [String]) async throws -> Bool {
        let settings = try ConnectionSettings(configuration)
        return try await onOwnThread("pg-rebuild") {
            let pipeline = Pipeline(try settings.connect(.session))
            guard pipeline.link.preface == nil else { return false }
            for statement in statements {
                try pipeline.outside { handle in
                    guard let pointer = PQexec(handle, statement) else { throw SQLError.lost }
                    let result = ResultSet(pointer)
                    guard result.status == PGRES_COMMAND_OK else { throw SQLError(result) }
                }
            }
            return true
        }
    }
}
