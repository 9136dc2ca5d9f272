import PorticoPostgreSQL
import PorticoSQL
import PorticoValues
import Testing

/// Behind PgBouncer, which lends a connection of the server for one transaction at a time. All other suites run there, too.
@Suite(.enabled(if: PostgreSQLServer.isPresent && PostgreSQLServer.isPooled), .timeLimit(.minutes(10)))
struct PoolerTests {
    private static let schemaInUse: SQL = "SELECT current_schema()"
    private static let limitInUse: SQL = "SELECT current_setting('statement_timeout')"

    @Test("reads, writes and single statements have their settings, and leave none behind")
    func settings() async throws {
        try await PostgreSQLServer.withEngine {
            $0.statementTimeout = .seconds(7)
        } _: { engine, database in
            for _ in 0..<3 {
                #expect(
                    try await database.read { try $0.scalar("s", Self.schemaInUse, as: String.self) }
                        == engine.configuration.schema)
                #expect(
                    try await database.write { try $0.scalar("s", Self.schemaInUse, as: String.self) }
                        == engine.configuration.schema)
                #expect(
                    try await database.fetchFirst("s", Self.schemaInUse) { try $0[0] as String }
                        == engine.configuration.schema)
                #expect(try await database.read { try $0.scalar("t", Self.limitInUse, as: String.self) } == "7s")
                #expect(try await database.fetchFirst("t", Self.limitInUse) { try $0[0] as String } == "7s")
            }
            // Another engine is lent the same connections of the server.
            try await PostgreSQLServer.withEngine { other, elsewhere in
                let schema = try await elsewhere.read { try $0.scalar("s", Self.schemaInUse, as: String.self) }
                #expect(schema == other.configuration.schema)
                let limit = try await elsewhere.write { try $0.scalar("t", Self.limitInUse, as: String.self) }
                #expect(limit == "30s")
            }
        }
    }

    @Test("a bulk load gives the time limit of statements back")
    func limitAfterLoad() async throws {
        try await PostgreSQLServer.withEngine {
            $0.statementTimeout = .seconds(7)
        } _: { _, database in
            let limit = try await database.write { transaction in
                try transaction.execute("t", "CREATE TABLE t (n BIGINT)")
                _ = try transaction.bulkInsert("t.load", into: "t", columns: ["n"], rows: [[.integer(1)]])
                return try transaction.scalar("t", Self.limitInUse, as: String.self)
            }
            #expect(limit == "7s")
        }
    }

    @Test("a plan is told, twice in a row and of a statement that fails, and no name stays taken")
    func plans() async throws {
        try await PostgreSQLServer.withEngine { engine, database in
            let question: SQL = "SELECT relname FROM pg_class WHERE oid = \(1) AND relname = \("x")"
            for _ in 0..<3 {
                #expect(try await engine.plan(of: question).contains { $0.contains("pg_class") })
                await #expect(throws: SQLError.self) { try await engine.plan(of: "SELECT nothing FROM nowhere") }
            }
            let kept = try await database.read {
                try $0.scalar("n", "SELECT count(*) FROM pg_prepared_statements", as: Int.self)
            }
            #expect(kept == 0)
        }
    }

    @Test("who listens is called again and again, because nothing is heard here")
    func listening() async throws {
        try await PostgreSQLServer.withEngine { engine, _ in
            let (payloads, continuation) = AsyncStream.makeStream(of: String.self)
            let subscription = try await engine.listen(channel: "c") { continuation.yield($0) }
            var iterator = payloads.makeAsyncIterator()
            for _ in 0..<3 { #expect(await iterator.next() == "") }
            subscription.cancel()
        }
    }

    @Test("options in the URL are refused by name, because they would be lost")
    func options() async throws {
        let url = (PostgreSQLServer.url ?? "") + "?options=-c%20work_mem%3D8MB"
        let failure = await sqlError {
            _ = try await PostgreSQLEngine.open(PostgreSQLEngine.Configuration(url: url, schema: "public"))
        }
        #expect(failure?.message.contains("options in the database URL don't pass through a pooler") == true)
    }
}
