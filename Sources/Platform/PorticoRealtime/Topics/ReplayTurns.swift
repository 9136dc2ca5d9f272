import Synchronization

/// Lets a few clients at once have read what they have missed: when a node dies, all of its clients come back together,
/// and whoever works must not wait behind them.
final class ReplayTurns: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(atOnce: Int) {
        state = Mutex(State(free: max(1, atOnce)))
    }

    /// Does `read` when it is its turn, in the order of asking.
    func take<Value>(_ read: () async throws -> Value) async throws -> Value {
        await wait()
        defer { pass() }
        return try await read()
    }

    private func wait() async {
        await withCheckedContinuation { turn in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(turn)
                return false
            }
            if isFree { turn.resume() }
        }
    }

    private func pass() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
