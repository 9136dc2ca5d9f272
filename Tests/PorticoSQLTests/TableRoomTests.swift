import PorticoSQL
import PorticoTesting
import Testing

@testable import PorticoPostgreSQL

@Suite("The room of a table", .timeLimit(.minutes(5)))
struct TableRoomTests {
    @Test(
        "an engine with statistics tells it, with each index; one without says nothing",
        arguments: TestEngine.available)
    func tells(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insertThing("a") }
            let (room, none) = try await database.read { [engine = database.engine] in
                (try engine.room(of: "things", $0), try engine.room(of: "nothing", $0))
            }
            #expect(none == nil)
            guard engine == .postgresql else {
                #expect(room == nil)
                return
            }
            let things = try #require(room)
            #expect(Set(things.indexes.map(\.name)) == ["things_pkey", "things_code_key"])
            #expect(things.table == "things" && things.bytes > 0 && things.indexes.allSatisfy { $0.bytes > 0 })
        }
    }

    /// Where the server keeps the index.
    private func place(_ database: Database) async throws -> Int64? {
        guard database.dialect == .postgresql else { return nil }
        return try await database.read {
            try $0.scalar(
                "test.index", "SELECT pg_relation_filenode('things_code_key'::regclass)::bigint", as: Int64.self)
        }
    }

    @Test("an index is built anew where that is possible, and else it is said why not", arguments: TestEngine.available)
    func rebuilds(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insertThing("a") }
            let isPossible = engine == .postgresql && !PostgreSQLServer.isPooled
            let before = try await place(database)
            let rebuild = try await database.engine.rebuildIndex("things_code_key")
            #expect((rebuild == .done) == isPossible)
            guard isPossible else { return }
            #expect(try await place(database) != before)
            await #expect(throws: SQLError.self) {
                try await database.write { try $0.insertThing("a") }
            }
            await #expect(throws: SQLError.self) { try await database.engine.rebuildIndex("nothing") }
            await #expect(throws: SQLError.self) { try await database.engine.rebuildIndex("x\"; DROP TABLE things") }
        }
    }

    @Test(
        "what an attempt left behind that was cut short is told, and goes with the next",
        .enabled(if: PostgreSQLServer.isPresent && !PostgreSQLServer.isPooled))
    func removesRemains() async throws {
        try await withThings(.postgresql) { database in
            let engine = try #require(database.engine as? PostgreSQLEngine)
            try await database.write { transaction in
                for code in ["a", "b"] { try transaction.insertThing(code) }
            }
            // The kinds are the same: the server notices that late, and leaves the index as it leaves others.
            await #expect(throws: SQLError.self) {
                try await engine.executeAlone([
                    "CREATE UNIQUE INDEX CONCURRENTLY things_code_key_ccnew ON things (kind)"
                ])
            }
            #expect(try await remains(database) == ["things_code_key"])
            #expect(try await engine.rebuildIndex("things_code_key") == .done)
            #expect(try await remains(database).isEmpty)
        }
    }

    /// Indexes of which something was left behind.
    private func remains(_ database: Database) async throws -> [String] {
        let room = try await database.read { [engine = database.engine] in try engine.room(of: "things", $0) }
        return (room?.indexes ?? []).filter(\.hasRemains).map(\.name)
    }
}
