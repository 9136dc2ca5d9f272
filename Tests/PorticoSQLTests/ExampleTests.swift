// example
import PorticoSQL
// end of example
import PorticoTesting
import Testing

@Suite("The README's statements", .timeLimit(.minutes(5))) struct ExampleTests {
    // example
    struct Area: Hashable {
        let code: String
        let name: String
    }

    let schema = SchemaComponent(
        name: "areas",
        migrations: [
            Migration(1, "areas") { dialect in
                """
                CREATE TABLE areas (code \(dialect.text) PRIMARY KEY, name \(dialect.text) NOT NULL) \(dialect.strict)
                """
            }
        ])

    func rename(_ code: String, to name: String, in database: Database) async throws -> Bool {
        try await database.write { transaction in
            try transaction.execute("areas.rename", "UPDATE areas SET name = \(name) WHERE code = \(code)") == 1
        }
    }

    func page(after code: String, limit: Int, in database: Database) async throws -> Page<Area> {
        let rows: SQL = "SELECT code, name FROM areas WHERE code > \(code) ORDER BY code LIMIT \(limit + 1)"
        let areas = try await database.fetchAll("areas.page", rows) { try Area(code: $0[0], name: $0[1]) }
        return Page(fetched: areas, limit: limit) { [$0.code] }  // .next is what CursorSigner signs
    }
    // end of example

    @Test("change a row, and read a page", arguments: TestEngine.available)
    func example(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [schema]) { database in
            try await database.write { transaction in
                for code in ["agra", "kanpur", "lucknow"] {
                    try transaction.execute("areas.insert", "INSERT INTO areas (code, name) VALUES (\(code), \(code))")
                }
            }
            #expect(try await rename("agra", to: "Agra", in: database))
            #expect(try await !rename("atlantis", to: "Atlantis", in: database))
            let first = try await page(after: "", limit: 2, in: database)
            #expect(first.items == [Area(code: "agra", name: "Agra"), Area(code: "kanpur", name: "kanpur")])
            #expect(first.next == ["kanpur"])
        }
    }
}
