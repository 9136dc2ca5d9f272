import Portico

/// Whether a database holds demonstration data, and whether all of it. Kept in a table of its own that only such
/// databases have, so that one whose load was cut short is never taken for complete.
enum DemoState: String, Sendable, SQLBindable, SQLReadable {
    case loading, complete

    /// The state; nil where no demonstration was ever loaded.
    /// - Throws: ``SQLError``.
    static func read(in session: some SQLSession) throws -> DemoState? {
        let table: SQL =
            switch session.dialect {
            case .sqlite: "SELECT count(*) FROM sqlite_master WHERE name = 'demo_state'"
            case .postgresql:
                "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'demo_state'"
            }
        guard try session.scalar("demo.table", table, as: Int.self) ?? 0 > 0 else { return nil }
        return try session.scalar("demo.state", "SELECT state FROM demo_state WHERE id = 1", as: DemoState.self)
    }

    /// Whether everybody knows the password of the accounts that a demonstration has put here.
    /// - Throws: ``SQLError``.
    static func hasBuiltInPassword(in session: some SQLSession) throws -> Bool {
        guard try read(in: session) != nil else { return false }
        return try session.scalar(
            "demo.password", "SELECT has_built_in_password FROM demo_state WHERE id = 1", as: Bool.self) ?? false
    }

    /// Notes that a load begins.
    /// - Throws: ``SQLError``.
    static func begin(_ demonstration: Demonstration, in transaction: Transaction) throws {
        let dialect = transaction.dialect
        try transaction.execute(
            "demo.create_table",
            SQL(
                trusted: """
                    CREATE TABLE demo_state (
                        id \(dialect.integer) NOT NULL PRIMARY KEY CHECK (id = 1), state \(dialect.text) NOT NULL,
                        scale \(dialect.text) NOT NULL, seed \(dialect.text) NOT NULL,
                        has_built_in_password \(dialect.integer) NOT NULL) \(dialect.strict)
                    """))
        try transaction.execute(
            "demo.begin",
            """
            INSERT INTO demo_state (id, state, scale, seed, has_built_in_password)
            VALUES (1, \(DemoState.loading), \(demonstration.scale.rawValue), \(String(demonstration.seed)),
                \(demonstration.hasBuiltInPassword))
            """)
    }

    /// Notes that everything is there.
    /// - Throws: ``SQLError``.
    static func finish(in transaction: Transaction) throws {
        try transaction.execute("demo.finish", "UPDATE demo_state SET state = \(DemoState.complete) WHERE id = 1")
    }
}

/// Demonstration data of which a part is missing.
struct IncompleteDemonstration: Error, CustomStringConvertible {
    let description = """
        the demonstration data of bags is incomplete: loading it was cut short. \
        Remove the database (its file, or its schema) and start again
        """
}
