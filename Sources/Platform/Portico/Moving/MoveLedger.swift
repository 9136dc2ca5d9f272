/// What the target remembers of a move, in tables of its own beside the application's, from its beginning until all is equal.
///
/// Every change of it is in the transaction of the rows that it speaks of, and compares what stands there with what this
/// move has put there: one that has lost the target to another writes nothing more.
enum MoveLedger {
    /// Names of its tables, which are no part of the application.
    static let tables: Set = ["data_move", "data_move_tables", "data_move_links"]

    /// How far a move is.
    enum Stage: String, Sendable, SQLBindable, SQLReadable {
        /// The schema is made.
        case preparing
        /// Rows come, without foreign keys.
        case copying
        /// All is there, and has not been found equal.
        case comparing
    }

    /// The move as a whole.
    struct Head: Sendable, Hashable {
        /// The ``SourceMark``.
        let source: String
        /// What people call the source.
        let place: String
        let stage: Stage
        let begunAt: Instant
    }

    /// What has arrived of one table.
    struct Entry: Sendable, Hashable {
        let name: String
        /// Of the rows that have arrived.
        var digest = TableDigest()
        /// The key of the last of them; empty before the first.
        var lastKey: [SQLValue] = []
        var isDone = false
    }

    /// Makes the tables.
    /// - Throws: ``SQLError``.
    static func begin(_ head: Head, in transaction: Transaction) throws {
        let definitions = [
            "data_move (source TEXT NOT NULL, place TEXT NOT NULL, stage TEXT NOT NULL, begun_at BIGINT NOT NULL)",
            """
            data_move_tables (
                name TEXT NOT NULL PRIMARY KEY, rows_done BIGINT NOT NULL, digest BIGINT NOT NULL,
                last_key BYTEA NOT NULL, is_done BIGINT NOT NULL)
            """,
            """
            data_move_links (
                place BIGINT NOT NULL PRIMARY KEY, table_name TEXT NOT NULL, name TEXT NOT NULL,
                definition TEXT NOT NULL)
            """,
        ]
        for definition in definitions {
            try transaction.execute("move.remember", SQL(trusted: "CREATE TABLE \(definition)"))
        }
        try transaction.execute(
            "move.begin",
            """
            INSERT INTO data_move (source, place, stage, begun_at)
            VALUES (\(head.source), \(head.place), \(head.stage), \(head.begunAt))
            """)
    }

    /// Forgets the move.
    /// - Throws: ``SQLError``; ``DataMoveRefusal`` when another one was here.
    static func remove(in transaction: Transaction) throws {
        try refuseLost(in: transaction)
        try transaction.execute("move.forget", "DROP TABLE data_move, data_move_tables, data_move_links")
    }

    /// The move that a database is in, or nil.
    /// - Throws: ``SQLError``.
    static func head(in session: some SQLSession) throws -> Head? {
        guard try isThere(in: session) else { return nil }
        return try session.first("move.head", "SELECT source, place, stage, begun_at FROM data_move") {
            Head(source: try $0[0], place: try $0[1], stage: try $0[2], begunAt: try $0[3])
        }
    }

    private static func isThere(in session: some SQLSession) throws -> Bool {
        let isThere: SQL =
            "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = 'data_move'"
        return try session.dialect == .postgresql && session.scalar("move.is_there", isThere, as: Int.self) != nil
    }

    /// Notes which tables are to come, and which foreign keys to make afterwards.
    /// - Throws: ``SQLError``.
    static func expect(_ names: [String], _ links: [ForeignKeys.Link], in transaction: Transaction) throws {
        _ = try transaction.bulkInsert(
            "move.expect", into: "data_move_tables",
            columns: ["name", "rows_done", "digest", "last_key", "is_done"],
            rows: names.map { [.text($0), .integer(0), .integer(0), .blob([]), .integer(0)] })
        _ = try transaction.bulkInsert(
            "move.expect_links", into: "data_move_links", columns: ["place", "table_name", "name", "definition"],
            rows: links.enumerated().map { place, link in
                [.integer(Int64(place)), .text(link.table), .text(link.name), .text(link.definition)]
            })
    }

    /// What has arrived of each table.
    /// - Throws: ``SQLError``.
    static func entries(in session: some SQLSession) throws -> [Entry] {
        try session.all(
            "move.entries", "SELECT name, rows_done, digest, last_key, is_done FROM data_move_tables ORDER BY name"
        ) { row in
            Entry(
                name: try row[0], digest: TableDigest(rows: try row[1], bits: try row[2]),
                lastKey: try ValueBytes.values(in: try row[3]), isDone: try row[4])
        }
    }

    /// The foreign keys to make, in order.
    /// - Throws: ``SQLError``.
    static func links(in session: some SQLSession) throws -> [ForeignKeys.Link] {
        try session.all(
            "move.kept_links", "SELECT table_name, name, definition FROM data_move_links ORDER BY place"
        ) { ForeignKeys.Link(table: try $0[0], name: try $0[1], definition: try $0[2]) }
    }

    /// Notes what arrives of a table in this transaction.
    /// - Throws: ``SQLError``; ``DataMoveRefusal`` when another move was here.
    static func advance(_ entry: Entry, to next: Entry, in transaction: Transaction) throws {
        try refuseLost(in: transaction)
        let changed = try transaction.execute(
            "move.advanced",
            """
            UPDATE data_move_tables SET rows_done = \(next.digest.rows), digest = \(next.digest.bits),
                last_key = \(ValueBytes.of(next.lastKey)), is_done = \(next.isDone)
            WHERE name = \(entry.name) AND rows_done = \(entry.digest.rows) AND is_done = \(entry.isDone)
            """)
        guard changed == 1 else { throw DataMoveRefusal.lost }
    }

    /// Goes on to the next stage.
    /// - Throws: ``SQLError``; ``DataMoveRefusal`` when another move was here.
    static func pass(from stage: Stage, to next: Stage, in transaction: Transaction) throws {
        try refuseLost(in: transaction)
        let changed = try transaction.execute(
            "move.pass", "UPDATE data_move SET stage = \(next) WHERE stage = \(stage)")
        guard changed == 1 else { throw DataMoveRefusal.lost }
    }

    private static func refuseLost(in transaction: Transaction) throws {
        guard try isThere(in: transaction) else { throw DataMoveRefusal.lost }
    }

    /// Refuses to work with a database that a move has not filled to the end: rows are missing, and so are foreign keys.
    /// - Throws: ``DataMoveRefusal``, ``SQLError``.
    static func refuseUnfinished(_ database: Database, of application: String) async throws {
        guard let head = try await database.read({ try MoveLedger.head(in: $0) }) else { return }
        throw DataMoveRefusal(
            description: """
                the database of \(application) is in the middle of a move from \(head.place), begun at \
                \(head.begunAt.rfc3339); run portico migrate-data again until it says that all is equal
                """)
    }
}

extension DataMoveRefusal {
    /// Another move has gone on with the target.
    fileprivate static let lost = DataMoveRefusal(
        description: "another move has gone on with this target meanwhile; this one has ended")
}
