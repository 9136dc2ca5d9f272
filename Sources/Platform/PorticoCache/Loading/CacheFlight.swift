import Synchronization

/// How waiting for a load ended.
enum CacheLanding<Value: Sendable>: Sendable {
    /// With the value.
    case value(Value)
    /// With the loader's error.
    case failure(any Error)
    /// What was loaded is older than an invalidation the waiter has seen: it must ask again.
    case outdated
    /// The soft timeout has passed: what is stale must do.
    case slow
    /// The hard timeout has passed.
    case overdue
}

/// One load of one key that any number of callers wait for. Their number and their cancellation do not touch it.
final class CacheFlight<Value: Sendable>: Sendable {
    struct Waiter: Sendable {
        /// The moment at which it began to wait.
        let joined: TagMoment
        let hasFallback: Bool
        let continuation: CheckedContinuation<CacheLanding<Value>, Never>
    }

    private struct State {
        var waiters: [Int: Waiter] = [:]
        var next = 0
        var landing: (@Sendable (TagMoment) -> CacheLanding<Value>)?
        var isSlow = false
        var isOverdue = false
    }

    /// The moment before the load began.
    let began: TagMoment
    /// When it began, by the cache's clock.
    let start: Int64
    private let state = Mutex(State())

    init(began: TagMoment, start: Int64) {
        self.began = began
        self.start = start
    }

    /// Whether the hard timeout has passed.
    var isOverdue: Bool { state.withLock { $0.isOverdue } }

    /// Waits for the end of the load.
    /// - Throws: `CancellationError` when the caller's task is cancelled.
    func wait(joined: TagMoment, hasFallback: Bool) async throws -> CacheLanding<Value> {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        let landing = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = Waiter(joined: joined, hasFallback: hasFallback, continuation: continuation)
                if let landing = enter(waiter, number) { continuation.resume(returning: landing) }
            }
        } onCancel: {
            leave(number)
        }
        if case .failure(let error) = landing, error is FlightLeft { throw CancellationError() }
        return landing
    }

    /// Adds a waiter, unless it need not wait at all.
    private func enter(_ waiter: Waiter, _ number: Int) -> CacheLanding<Value>? {
        state.withLock { state in
            if let landing = state.landing { return landing(waiter.joined) }
            if state.isOverdue { return waiter.hasFallback ? .slow : .overdue }
            if state.isSlow, waiter.hasFallback { return .slow }
            if Task.isCancelled { return .failure(FlightLeft()) }
            state.waiters[number] = waiter
            return nil
        }
    }

    private func leave(_ number: Int) {
        let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
        waiter?.continuation.resume(returning: .failure(FlightLeft()))
    }

    /// Ends the flight; `landing` says how for a waiter that joined at a moment.
    func land(_ landing: @escaping @Sendable (TagMoment) -> CacheLanding<Value>) {
        let waiters = state.withLock { state in
            state.landing = landing
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.continuation.resume(returning: landing(waiter.joined)) }
    }

    /// Lets those go who have something stale.
    func passSoftTimeout() {
        let waiters = state.withLock { state in
            state.isSlow = true
            let leaving = state.waiters.filter { $0.value.hasFallback }
            for number in leaving.keys { state.waiters[number] = nil }
            return leaving.values.map { $0 }
        }
        for waiter in waiters { waiter.continuation.resume(returning: .slow) }
    }

    /// Lets everybody go.
    /// - Returns: whether anybody waited.
    func passHardTimeout() {
        let waiters = state.withLock { state in
            state.isOverdue = true
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters {
            waiter.continuation.resume(returning: waiter.hasFallback ? .slow : .overdue)
        }
    }
}

/// A waiter's task was cancelled.
private struct FlightLeft: Error {}
