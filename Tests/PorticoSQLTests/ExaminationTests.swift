import PorticoSQL
import PorticoTesting
import Testing

@Suite("The examination of a database")
struct ExaminationTests {
    @Test("tells how the database stands, and a fresh one is well", arguments: TestEngine.available)
    func findings(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insertThing("a") }
            let examination = try await database.read { [engine = database.engine] in try engine.examine($0) }
            let subjects = examination.findings.map(\.subject)
            switch engine {
            case .sqlite:
                #expect(subjects == ["File", "Write-ahead log"])
                #expect(examination.connections == nil)
                #expect(examination.findings.filter { !$0.isFine }.isEmpty)
            case .postgresql:
                #expect(subjects.prefix(3).contains("Waits for locks of more than five seconds"))
                #expect(subjects.contains("Table things"))
                let connections = try #require(examination.connections)
                #expect(connections.limit > 0 && connections.open > 0)
                #expect(connections.perNode == database.engine.pool.capacity + 1)
                let things = try #require(examination.findings.first { $0.subject == "Table things" })
                #expect(things.isFine && things.value.contains("dead rows"))
            }
        }
    }

    @Test("says lengths and sizes in the words of people")
    func words() {
        #expect(DatabaseFinding.bytes(640) == "640 B")
        #expect(DatabaseFinding.bytes(12_400) == "12 KiB")
        #expect(DatabaseFinding.bytes(1_300_000) == "1.2 MiB")
        #expect(DatabaseFinding.bytes(3_700_000_000) == "3.4 GiB")
        #expect(DatabaseFinding.length(seconds: 119) == "119 s")
        #expect(DatabaseFinding.length(seconds: 300) == "5 min")
        #expect(DatabaseFinding.length(seconds: 10_800) == "3 h")
        #expect(DatabaseFinding.length(seconds: 172_800) == "2 days")
        #expect(DatabaseFinding.length(seconds: -3) == "0 s")
    }
}
