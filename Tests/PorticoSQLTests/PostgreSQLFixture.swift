import Glibc
import Logging
import PorticoPostgreSQL
import PorticoSQL
import PorticoValues

/// The server that the tests of the engine run against; they are skipped when none is named.
enum PostgreSQLServer {
    static let url: String? = getenv("PORTICO_TEST_POSTGRES").map { String(cString: $0) }
    static var isPresent: Bool { url != nil }
    /// Whether a pooler that lends connections for one transaction at a time stands in front of the server.
    static let isPooled = getenv("PORTICO_TEST_POOLER") != nil

    /// Opens an engine on a schema of its own, gives it to `body`, and takes the schema away again.
    static func withEngine(
        _ adjust: (inout PostgreSQLEngine.Configuration) -> Void = { _ in },
        _ body: (PostgreSQLEngine, Database) async throws -> Void
    ) async throws {
        var configuration = PostgreSQLEngine.Configuration(
            url: url ?? "", schema: "t_\(UInt64.random(in: 0...UInt64.max))", base: 2, overflow: 6)
        // Tests that hold so many transactions at once do so on a machine of any size.
        configuration.localWriters = 8
        adjust(&configuration)
        let schema = configuration.schema
        let engine = try await PostgreSQLEngine.open(configuration)
        let database = Database(engine: engine, queries: QueryLog(logger: silentLogger))
        do {
            try await body(engine, database)
        } catch {
            try await drop(schema)
            await engine.close()
            throw error
        }
        await engine.close()
        try await drop(schema)
    }

    private static func drop(_ schema: String) async throws {
        let engine = try await PostgreSQLEngine.open(
            PostgreSQLEngine.Configuration(url: url ?? "", schema: "public", base: 1, overflow: 0))
        let database = Database(engine: engine, queries: QueryLog(logger: silentLogger))
        try await database.write { _ = try $0.execute("drop", SQL(trusted: "DROP SCHEMA IF EXISTS \(schema) CASCADE")) }
        await engine.close()
    }

    static var silentLogger: Logger {
        Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    }
}

/// A place where threads meet: `wait` blocks until `count` have arrived, or ten seconds are over.
final class MeetingPoint: Sendable {
    private let lock = ThreadLock()
    private let count: Int
    private let arrived = ArrivalCount()

    init(_ count: Int) {
        self.count = count
    }

    func arrive() {
        lock.withLock {
            arrived.value += 1
            lock.broadcast()
        }
    }

    func wait() {
        let deadline = monotonicNanoseconds() + 10_000_000_000
        lock.lock()
        while arrived.value < count, monotonicNanoseconds() < deadline { lock.wait(until: deadline) }
        lock.unlock()
    }

    /// `@unchecked Sendable`: guarded by the lock of the meeting point.
    private final class ArrivalCount: @unchecked Sendable {
        var value = 0
    }
}

/// The failure of an operation, which must be an ``SQLError``.
func sqlError(_ body: () async throws -> Void) async -> SQLError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? SQLError
    }
}
