import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@Suite("Migrations", .timeLimit(.minutes(10)))
struct MigrationTests {
    private let now = Instant(milliseconds: 5000)

    @Test("run once, in order, component by component", arguments: TestEngine.available)
    func order(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            let first = try await database.migrate([component("a", steps: 2), component("b", steps: 1)], at: now)
            #expect(first == ["a/1 step", "a/2 step", "b/1 step"])
            let second = try await database.migrate([component("a", steps: 3), component("b", steps: 1)], at: now)
            #expect(second == ["a/3 step"])
            let rows = try await database.read {
                try $0.all("steps.all", "SELECT component, number FROM steps ORDER BY id") {
                    "\(try $0[0] as String)\(try $0[1] as Int)"
                }
            }
            #expect(rows == ["a1", "a2", "b1", "a3"])
        }
    }

    @Test("leave a record with name and time", arguments: TestEngine.available)
    func record(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            _ = try await database.migrate([component("a", steps: 1)], at: now)
            let record = try await database.read {
                try $0.first("record", "SELECT name, applied_at, checksum FROM schema_migrations") {
                    (try $0[0] as String, try $0[1] as Instant, try $0[2] as String)
                }
            }
            #expect(record?.0 == "step")
            #expect(record?.1 == now)
            #expect(record?.2.count == 64)
        }
    }

    @Test("that changed after they were applied are refused", arguments: TestEngine.available)
    func changed(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            _ = try await database.migrate([component("a", steps: 2)], at: now)
            let other = SchemaComponent(
                name: "a", migrations: [Migration(1, "step") { _ in "CREATE TABLE another (id INTEGER)" }])
            let error = await #expect(throws: SQLError.self) { try await database.migrate([other], at: now) }
            #expect(error?.code == .migration)
            #expect(error?.message.contains("a/1 step") == true)
        }
    }

    @Test("of a newer program are refused", arguments: TestEngine.available)
    func newer(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            _ = try await database.migrate([component("a", steps: 3)], at: now)
            let error = await #expect(throws: SQLError.self) {
                try await database.migrate([component("a", steps: 2)], at: now)
            }
            #expect(error?.code == .migration)
        }
    }

    @Test("that fail leave nothing of themselves, and what came before", arguments: TestEngine.available)
    func failing(engine: TestEngine) async throws {
        let broken = Migration(2, "broken") { dialect in
            "CREATE TABLE half (id \(dialect.integer)); CREATE TABLE half (id \(dialect.integer))"
        }
        try await withDatabase(on: engine) { database in
            let good = component("a", steps: 1)
            await #expect(throws: SQLError.self) {
                try await database.migrate(
                    [SchemaComponent(name: "a", migrations: good.migrations + [broken])], at: now)
            }
            let error = await #expect(throws: SQLError.self) {
                try await database.read { try $0.scalar("half", "SELECT count(*) FROM half", as: Int.self) }
            }
            #expect(error?.code == .syntax)
            let left = try await database.migrate([good], at: now)
            #expect(left == [])
        }
    }

    @Test("of nodes that start at once run once", arguments: TestEngine.available)
    func atOnce(engine: TestEngine) async throws {
        try await withTestDatabase(on: engine) { test in
            let nodes = [test.database, try await test.openAgain(), try await test.openAgain()]
            let schema = [component("a", steps: 5)]
            let applied = try await withThrowingTaskGroup(of: [String].self) { group in
                for node in nodes {
                    group.addTask { try await node.migrate(schema, at: now) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == (1...5).map { "a/\($0) step" })
        }
    }

    @Test("only tell what they would do in a dry run", arguments: TestEngine.available)
    func dryRun(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            _ = try await database.migrate([component("a", steps: 1)], at: now)
            let would = try await database.migrate([component("a", steps: 3)], at: now, dryRun: true)
            #expect(would == ["a/2 step", "a/3 step"])
            let count = try await database.read {
                try $0.scalar("steps.count", "SELECT count(*) FROM steps", as: Int.self)
            }
            #expect(count == 1)
        }
    }

    @Test("leave a database alone in a dry run that nobody has migrated", arguments: TestEngine.available)
    func untouched(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            // What the kit has done to it is taken back.
            try await database.write { try $0.execute("forget", "DROP TABLE schema_migrations") }
            let would = try await database.migrate([component("a", steps: 2)], at: now, dryRun: true)
            #expect(would == ["a/1 step", "a/2 step"])
            for table in ["steps", "schema_migrations"] {
                await #expect(throws: SQLError.self) {
                    try await database.read {
                        try $0.scalar("rows.count", SQL(trusted: "SELECT count(*) FROM \(table)"), as: Int.self)
                    }
                }
            }
        }
    }

    /// Each step leaves a row, so that the order can be seen.
    private func component(_ name: String, steps: Int) -> SchemaComponent {
        SchemaComponent(
            name: name,
            migrations: (1...steps).map { number in
                Migration(number, "step") { dialect in
                    """
                    CREATE TABLE IF NOT EXISTS steps (
                        id \(dialect.identity), component \(dialect.text), number \(dialect.integer)) \(dialect.strict);
                    INSERT INTO steps (component, number) VALUES ('\(name)', \(number));
                    """
                }
            })
    }
}
