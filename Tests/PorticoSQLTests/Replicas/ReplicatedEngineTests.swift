import PorticoSQL
import PorticoValues
import Testing

@testable import PorticoPostgreSQL

@Suite("A server with copies that are of no use", .enabled(if: PostgreSQLServer.isPresent))
struct ReplicatedEngineTests {
    private func withThings(
        _ replicas: [String], _ body: (PostgreSQLEngine, Database) async throws -> Void
    ) async throws {
        try await PostgreSQLServer.withEngine {
            $0.replicas = replicas.map { ReplicaAddress(url: $0) }
        } _: { engine, database in
            _ = try await database.migrate([thingSchema], at: Instant(milliseconds: 0))
            try await body(engine, database)
        }
    }

    @Test("tells where each commit is in the log, one behind the other")
    func positions() async throws {
        try await withThings(["postgres://127.0.0.1:1/nowhere"]) { _, database in
            var last = LogPosition(0)
            for number in 0..<5 {
                let session = ReadSession()
                try await ReadSession.$current.withValue(session) {
                    try await database.write { _ = try $0.insertThing("t\(number)") }
                }
                let position = try #require(session.newest)
                #expect(position > last)
                last = position
            }
            let reading = ReadSession()
            _ = try await ReadSession.$current.withValue(reading) { try await database.read { try $0.thingCount() } }
            #expect(reading.newest == nil)
        }
    }

    @Test("a transaction that fails tells no place and leaves the connection good")
    func failedCommit() async throws {
        try await withThings(["postgres://127.0.0.1:1/nowhere"]) { _, database in
            let session = ReadSession()
            let error = await sqlError {
                try await ReadSession.$current.withValue(session) {
                    try await database.write { transaction in
                        _ = try transaction.execute(
                            "things.dangling", "INSERT INTO things (code, late) VALUES ('x', 99)")
                    }
                }
            }
            #expect(error?.code == .foreignKeyViolation)
            #expect(session.newest == nil)
            let count = try await database.read { try $0.thingCount() }
            #expect(count == 0)
        }
    }

    @Test("reads at the primary what a copy that is away, or that is no copy, could have answered")
    func primary() async throws {
        let here = PostgreSQLServer.url ?? ""
        try await withThings([here, "postgres://127.0.0.1:1/nowhere"]) { engine, database in
            try await database.write { _ = try $0.insertThing("a") }
            for intent in [ReadIntent.present, .mayLag] {
                #expect(try await database.read(intent) { try $0.thingCount() } == 1)
                #expect(try await database.readAtLength(intent) { try $0.thingCount() } == 1)
            }
            var sizes: [Int] = []
            for try await chunk in database.stream(.present, { _, emit in try emit([1, 2, 3]) }) {
                sizes.append(chunk.count)
            }
            #expect(sizes == [3])
            let reports = engine.replicas
            #expect(reports.map(\.isFollowing) == [false, false])
            #expect(reports.filter(\.fault.isEmpty).isEmpty)
            #expect(engine.copies?.declined.withoutCopy == 5)
        }
    }

    @Test("an address that can't be read is refused when the engine is opened")
    func address() async throws {
        var configuration = PostgreSQLEngine.Configuration(url: PostgreSQLServer.url ?? "", schema: "public")
        configuration.replicas = [ReplicaAddress(url: "postgres://[::1")]
        let error = await sqlError { _ = try await PostgreSQLEngine.open(configuration) }
        #expect(error?.code == .other)
    }
}
