import Portico
import PorticoTesting
import Synchronization
import Testing

@Suite("What is kept for others")
struct MakingForOthersTests {
    @Test("is not made of rows that only their reader may see late")
    func caches() async throws {
        let engine = ListeningEngine()
        let database = Database(engine: engine, queries: .silent)
        let registry = CacheRegistry()
        let cache = Cache<String, Int>(CachePolicy("test.kept", ttl: .minutes(1)), in: registry)
        let session = ReadSession()
        session.remember(LogPosition(1), key: 1)
        let read: @Sendable () async throws -> Int = { try await database.read(.mayLag) { _ in 1 } }
        try await ReadSession.$current.withValue(session) {
            _ = try await read()
            _ = try await cache.value(for: "a") { _ in try await read() }
            _ = try await cache.value(for: "b") { _ in try await database.readAtLength(.mayLag) { _ in 1 } }
            _ = try await cache.value(for: "c") { _ in try await database.read { _ in 1 } }
        }
        #expect(engine.heard == [.mayLag, .present, .present])
    }
}

/// An engine that notes how new its reads must be, and reads nothing.
private final class ListeningEngine: DatabaseEngine {
    private let intents = Mutex<[ReadIntent]>([])

    var heard: [ReadIntent] { intents.withLock(\.self) }
    var dialect: Dialect { .sqlite }
    var pool: PoolStatus { PoolStatus(inUse: 0, idle: 0, waiting: 0, capacity: 0) }

    func read<Value: Sendable>(
        _ measure: StatementObserver, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        try body(Reading(SessionChannel(NoConnection(), dialect: .sqlite, observer: measure)))
    }

    func read<Value: Sendable>(
        _ request: ReadRequest, _ measure: StatementObserver, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        intents.withLock { $0.append(request.intent) }
        return try await read(measure, body)
    }

    func write<Value: Sendable>(
        _ measure: StatementObserver, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        throw SQLError(.readOnly, message: "nothing is written here")
    }

    func ping() async throws -> Int64 { 0 }
    func close() async {}
}

private final class NoConnection: EngineConnection {
    func run(_ sql: SQL, isLarge: Bool, _ row: (Row) throws -> Void) throws -> Int { 0 }
    func runScript(_ text: String) throws {}
    func bulkInsert(into table: String, columns: [String], rows: any Sequence<[SQLValue]>) throws -> Int { 0 }
    func plan(of sql: SQL) throws -> [String] { [] }
}
