import PorticoSQL
import PorticoTesting
import Synchronization

/// An engine whose writes fail, or whose answers to commits are lost, as a test decides when a write has done its work.
final class UnsureEngine: DatabaseEngine {
    enum Fate: Sendable {
        /// The caller hears of the commit.
        case told
        /// It is committed, and the caller does not hear of it.
        case lost
    }

    /// What becomes of a write; what it throws undoes the write.
    typealias Judge = @Sendable (Transaction) throws -> Fate

    private struct State {
        var judge: Judge?
        var untold = 0
    }

    private let engine: any DatabaseEngine
    private let state = Mutex(State())

    init(_ engine: any DatabaseEngine) {
        self.engine = engine
    }

    /// The database over this engine.
    var database: Database { Database(engine: self, queries: .silent) }
    /// Writes that failed or were not told of.
    var untold: Int { state.withLock { $0.untold } }
    var dialect: Dialect { engine.dialect }
    var pool: PoolStatus { engine.pool }

    /// Judges the writes from now on; nil lets all pass.
    func judge(_ judge: Judge?) {
        state.withLock { $0.judge = judge }
    }

    func read<Value: Sendable>(
        _ measure: StatementObserver, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        try await engine.read(measure, body)
    }

    func write<Value: Sendable>(
        _ measure: StatementObserver, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        let judge = state.withLock { $0.judge }
        do {
            let (value, fate) = try await engine.write(measure) { transaction in
                let value = try body(transaction)
                let fate = try judge?(transaction) ?? Fate.told
                return (value, fate)
            }
            guard fate == .told else { throw SQLError(.commitUnknown, message: "the answer was lost") }
            return value
        } catch {
            state.withLock { $0.untold += 1 }
            throw error
        }
    }

    func ping() async throws -> Int64 { try await engine.ping() }

    /// The one who made the engine closes it.
    func close() async {}
}

extension Transaction {
    /// Whether a job stands so.
    func has(_ ticket: Int64, _ state: String, turn: Int = 1) throws -> Bool {
        try scalar(
            "test.standing",
            "SELECT count(*) FROM jobs WHERE id = \(ticket) AND state = \(state) AND turns = \(turn)", as: Int.self)
            == 1
    }
}
