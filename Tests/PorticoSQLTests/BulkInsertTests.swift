import PorticoSQL
import PorticoTesting
import Testing

@Suite("Bulk inserts")
struct BulkInsertTests {
    @Test("keep every row and value", arguments: TestEngine.available, [0, 1, 15, 16, 17, 1000])
    func rows(engine: TestEngine, count: Int) async throws {
        try await withThings(engine) { database in
            let inserted = try await database.write { transaction in
                try transaction.bulkInsert(
                    "kept.load", into: "kept", columns: ["id", "i", "r", "t", "b"],
                    rows: (0..<count).lazy.map { row($0) })
            }
            #expect(inserted == count)
            let found = try await database.read {
                try $0.all("kept.all", "SELECT id, i, r, t, b FROM kept ORDER BY id") { row in
                    try (0..<5).map { try row.value($0) }
                }
            }
            #expect(found == (0..<count).map { row($0) })
        }
    }

    @Test("undo everything when one row is refused", arguments: TestEngine.available)
    func refusedRow(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let codes = (0..<100).map { "n\($0)" } + ["n7"]
            let error = await #expect(throws: SQLError.self) {
                try await database.write {
                    try $0.bulkInsert("things.load", into: "things", columns: ["code"], rows: codes.map { [.text($0)] })
                }
            }
            #expect(error?.code == .uniqueViolation)
            #expect(error?.statement == "things.load")
            let left = try await database.read { try $0.thingCount() }
            #expect(left == 0)
        }
    }

    @Test("refuse rows of another width", arguments: TestEngine.available)
    func width(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let error = await #expect(throws: SQLError.self) {
                try await database.write {
                    try $0.bulkInsert(
                        "things.load", into: "things", columns: ["code"], rows: [[.text("a"), .text("b")]])
                }
            }
            #expect(error?.code == .syntax)
        }
    }

    @Test("refuse values that one engine can't keep", arguments: TestEngine.available)
    func unstorable(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let error = await #expect(throws: SQLError.self) {
                try await database.write {
                    try $0.bulkInsert("things.load", into: "things", columns: ["code"], rows: [[.text("a\0")]])
                }
            }
            #expect(error?.code == .unstorable)
        }
    }

    @Test("share a transaction with other statements", arguments: TestEngine.available)
    func amongOthers(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let count = try await database.write { transaction in
                try transaction.insertThing("before")
                try transaction.bulkInsert("things.load", into: "things", columns: ["code"], rows: [[.text("loaded")]])
                try transaction.insertThing("after")
                return try transaction.thingCount()
            }
            #expect(count == 3)
        }
    }

    private func row(_ number: Int) -> [SQLValue] {
        [
            .integer(Int64(number)), number % 3 == 0 ? .null : .integer(Int64.max - Int64(number)),
            .real(Double(number) + 0.5), .text("row\t\(number)\n\\N \"ü\""), .blob([0, UInt8(number % 256)]),
        ]
    }
}
