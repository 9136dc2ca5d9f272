// example
import PorticoPostgreSQL
import PorticoSQL
// end of example
import Testing

@Suite("The README's PostgreSQL", .enabled(if: PostgreSQLServer.isPresent), .timeLimit(.minutes(5)))
struct PostgreSQLExampleTests {
    // example
    func pack(_ code: String, at url: String, schema: String, queries: QueryLog) async throws -> Int64? {
        let engine = try await PostgreSQLEngine.open(PostgreSQLEngine.Configuration(url: url, schema: schema))
        let database = Database(engine: engine, queries: queries)
        try await database.write { transaction in
            let id = try transaction.scalar(
                "bags.insert", "INSERT INTO bags (code) VALUES (\(code)) RETURNING id", as: Int64.self)
            // Nobody looks at its result, so it travels with the commit.
            try transaction.executeLater(
                "events.insert", "INSERT INTO events (bag_id, kind) VALUES (\(id), 'created')")
        }
        let found = try await database.fetchFirst("bags.find", "SELECT id FROM bags WHERE code = \(code)") {
            try $0[0] as Int64
        }
        await engine.close()
        return found
    }
    // end of example

    @Test("writes two rows and finds one")
    func example() async throws {
        try await PostgreSQLServer.withEngine { engine, database in
            try await database.write { transaction in
                try transaction.execute(
                    "bags.create",
                    "CREATE TABLE bags (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code TEXT NOT NULL UNIQUE)")
                try transaction.execute(
                    "events.create", "CREATE TABLE events (bag_id BIGINT NOT NULL, kind TEXT NOT NULL)")
            }
            let schema = engine.configuration.schema
            let queries = QueryLog(logger: PostgreSQLServer.silentLogger)
            let id = try await pack("3000001", at: PostgreSQLServer.url ?? "", schema: schema, queries: queries)
            let event = try await database.fetchFirst("events.first", "SELECT bag_id FROM events") {
                try $0[0] as Int64
            }
            #expect(id != nil && event == id)
        }
    }
}
