import Logging
import PorticoTesting
import Testing

@testable import Portico

/// Moving rows from the embedded database to PostgreSQL.
@Suite struct DataMoveTests {
    /// Two tables with a loop of keys, all kinds of values, and a row that comes with the schema.
    private static let components = [
        SchemaComponent(
            name: "move",
            migrations: [
                Migration(1, "tables") { dialect in
                    """
                    CREATE TABLE houses (
                        id \(dialect.identity), name \(dialect.text) NOT NULL, picture \(dialect.blob),
                        next_id \(dialect.integer) REFERENCES houses (id)) \(dialect.strict);
                    CREATE TABLE a_doors (
                        house_id \(dialect.integer) NOT NULL REFERENCES houses (id), colour \(dialect.text) NOT NULL,
                        PRIMARY KEY (house_id, colour)) \(dialect.strict);
                    INSERT INTO houses (name) VALUES ('built in');

                    """
                }
            ])
    ]

    private func withDatabases(_ body: (Database, Database) async throws -> Void) async throws {
        guard TestEngine.available.contains(.postgresql) else { return }
        try await withDatabase(on: .sqlite, components: DataMoveTests.components) { source in
            try await withDatabase(on: .postgresql, components: []) { target in try await body(source, target) }
        }
    }

    private static let now = Instant(seconds: 1_790_000_000)

    private func fill(_ source: Database) async throws {
        try await source.write { transaction in
            for number in 2...12_050 {
                let name = "house \(number) é\t\\N"
                try transaction.execute(
                    "test.house",
                    """
                    INSERT INTO houses (id, name, picture)
                    VALUES (\(number), \(name), \(number % 3 == 0 ? nil : [0, UInt8(number % 256)]))
                    """)
                try transaction.execute(
                    "test.door",
                    "INSERT INTO a_doors (house_id, colour) VALUES (\(number), \(number % 5 == 0 ? "Z" : "é"))")
            }
            try transaction.execute("test.next", "UPDATE houses SET next_id = 12050 WHERE id % 2 = 1")
            try transaction.execute("test.rename", "UPDATE houses SET name = 'renamed' WHERE id = 1")
        }
    }

    @Test("every row arrives as it was, keys hold, and numbers go on")
    func moves() async throws {
        try await withDatabases { source, target in
            try await fill(source)
            let tables = try await DataMove(from: source, to: target).run(
                DataMoveTests.components, at: DataMoveTests.now)
            #expect(tables.map(\.name) == ["a_doors", "houses"])
            #expect(tables.allSatisfy(\.isWhole) && tables.map(\.rows) == [12_049, 12_050])
            let next = try await target.write { transaction in
                try transaction.scalar(
                    "test.next", "INSERT INTO houses (name) VALUES ('new') RETURNING id", as: Int64.self)
            }
            #expect(next == 12_051)
            await #expect(throws: SQLError.self) {
                try await target.write {
                    _ = try $0.execute("test.orphan", "INSERT INTO a_doors (house_id, colour) VALUES (99999, 'red')")
                }
            }
        }
    }

    @Test("a target with rows, a source behind its schema, and the other way are refused")
    func refuses() async throws {
        try await withDatabases { source, target in
            _ = try await DataMove(from: source, to: target).run(DataMoveTests.components, at: DataMoveTests.now)
            await #expect(throws: DataMoveRefusal.self) {
                _ = try await DataMove(from: source, to: target).run(DataMoveTests.components, at: DataMoveTests.now)
            }
            await #expect(throws: DataMoveRefusal.self) {
                _ = try await DataMove(from: target, to: source).run(DataMoveTests.components, at: DataMoveTests.now)
            }
        }
        try await withDatabases { source, target in
            let more =
                DataMoveTests.components + [
                    SchemaComponent(name: "later", migrations: [Migration(1, "x") { _ in "CREATE TABLE x (y TEXT)" }])
                ]
            await #expect(throws: DataMoveRefusal.self) {
                _ = try await DataMove(from: source, to: target).run(more, at: DataMoveTests.now)
            }
        }
    }

    @Test("a table that the source has beside its schema moves too")
    func further() async throws {
        try await withDatabases { source, target in
            try await source.write { transaction in
                try transaction.execute(
                    "test.mark",
                    "CREATE TABLE mark (id INTEGER NOT NULL PRIMARY KEY, note TEXT NOT NULL, seal BLOB) STRICT")
                try transaction.execute("test.set", "INSERT INTO mark VALUES (1, 'demonstration', NULL)")
            }
            let tables = try await DataMove(from: source, to: target).run(
                DataMoveTests.components, at: DataMoveTests.now)
            #expect(tables.map(\.name) == ["a_doors", "houses", "mark"] && tables.allSatisfy(\.isWhole))
            let note = try await target.read { try $0.scalar("test.note", "SELECT note FROM mark", as: String.self) }
            #expect(note == "demonstration")
        }
    }

    @Test("rows that are files travel a few at a time, so that memory stays flat")
    func large() async throws {
        try await withDatabases { source, target in
            try await source.write { transaction in
                for number in 2...60 {
                    let picture = [UInt8](repeating: UInt8(number), count: 1 << 20)
                    try transaction.execute(
                        "test.picture",
                        "INSERT INTO houses (id, name, picture) VALUES (\(number), \("house"), \(picture))")
                }
            }
            let tables = try await DataMove(from: source, to: target).run(
                DataMoveTests.components, at: DataMoveTests.now)
            #expect(tables.allSatisfy(\.isWhole) && tables.map(\.rows) == [0, 60])
            let loads = target.queries.statistics.snapshot().first { $0.name == "move.load" }
            // 59 MiB in chunks of 8.
            #expect(loads?.count == 8)
        }
    }

    @Test("a row that is lost or changed shows")
    func differs() throws {
        var first = TableDigest()
        var second = TableDigest()
        first.add([.integer(1), .text("a")])
        first.add([.integer(2), .null])
        second.add([.integer(2), .null])
        #expect(first != second)
        second.add([.integer(1), .text("a")])
        #expect(first == second && first.text.utf8.count == 16)
        second.add([.text("1"), .text("a")])
        first.add([.integer(1), .text("a")])
        #expect(first.text != second.text)
    }
}
