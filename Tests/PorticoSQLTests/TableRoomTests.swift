import PorticoSQL
import PorticoTesting
import Testing

@Suite("The room of a table", .timeLimit(.minutes(5)))
struct TableRoomTests {
    @Test("an engine with statistics tells it, with each index; one without says nothing", arguments: TestEngine.available)
    func tells(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insertThing("a") }
            let (room, none) = try await database.read { [engine = database.engine] in
                (try engine.room(of: "things", $0), try engine.room(of: "nothing", $0))
            }
            #expect(none == nil)
            guard engine == .postgresql else { return #expect(room == nil) }
            let things = try #require(room)
            #expect(Set(things.indexes.map(\.name)) == ["things_pkey", "things_code_key"])
            #expect(things.table == "things" && things.bytes > 0 && things.indexes.allSatisfy { $0.bytes > 0 })
        }
    }

    @Test("an index is built anew where that is possible, and else it is said why not", arguments: TestEngine.available)
    func rebuilds(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insertThing("a") }
            guard engine == .postgresql, !PostgreSQLServer.isPooled else {
                guard case .impossible = try await database.engine.rebuildIndex("things_code_key") else {
                    Issue.record("it was built anew")
                    return
                }
                return
            }
            let node: SQL = "SELECT pg_relation_filenode('things_code_key'::regclass)::bigint"
            let before = try await database.read { try $0.scalar("test.index", node, as: Int64.self) }
            #expect(try await database.engine.rebuildIndex("things_code_key") == .done)
            let after = try await database.read { try $0.scalar("test.index", node, as: Int64.self) }
            #expect(before != after)
            await #expect(throws: SQLError.self) {
                try await database.write { try $0.insertThing("a") }
            }
            await #expect(throws: SQLError.self) { try await database.engine.rebuildIndex("nothing") }
            await #expect(throws: SQLError.self) { try await database.engine.rebuildIndex("x\"; DROP TABLE things") }
        }
    }
}
