import PorticoPostgreSQL
import PorticoSQL
import PorticoValues
import Synchronization

extension Place {
    /// A schema of its own on the server for tests. At most a few are in use at once, so that tests that run side by
    /// side do not use up the server's connections.
    static func postgreSQL() async throws -> Place {
        guard let url = TestEngine.postgreSQLServer else {
            throw SQLError(.unavailable, message: "PORTICO_TEST_POSTGRES names no server")
        }
        await turnstile.enter()
        let schema = "test_\(randomBytes(8).hexadecimal)"
        return Place {
            try await PostgreSQLEngine.open(
                PostgreSQLEngine.Configuration(
                    url: url, schema: schema, base: 1, overflow: 7, acquireTimeout: .seconds(30)))
        } removing: {
            await drop(schema, url)
            turnstile.leave()
        }
    }

    /// Drops the schema over a connection of its own; what is left behind by a broken test harms nobody.
    private static func drop(_ schema: String, _ url: String) async {
        let settings = PostgreSQLEngine.Configuration(url: url, schema: schema, base: 1, overflow: 0)
        guard let engine = try? await PostgreSQLEngine.open(settings) else { return }
        let database = Database(engine: engine, queries: .silent)
        _ = try? await database.write {
            try $0.execute("test.drop", SQL(trusted: "DROP SCHEMA IF EXISTS \(schema) CASCADE"))
        }
        await engine.close()
    }

    private static let turnstile = Turnstile(places: 6)
}

/// Lets a limited number of tasks in at once, in order.
private final class Turnstile: Sendable {
    private let state: Mutex<(free: Int, waiting: [CheckedContinuation<Void, Never>])>

    init(places: Int) {
        state = Mutex((places, []))
    }

    func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free == 0 {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
