import Synchronization

/// A question that many ask at once and that is asked once for all of them: whoever asks gets an answer to a question that was
/// put after they asked. However many ask, one question is under way.
public final class SharedQuestion<Answer: Sendable>: Sendable {
    private struct State {
        var waiting: [CheckedContinuation<Answer, any Error>] = []
        var isUnderWay = false
        var isNudged = false
    }

    private let put: @Sendable () async throws -> Answer
    private let state = Mutex(State())

    /// - Parameter put: asks. It runs in a task of its own, one call after the other.
    public init(_ put: @escaping @Sendable () async throws -> Answer) {
        self.put = put
    }

    /// An answer to the question as of now or later.
    /// - Throws: what the question threw.
    public func answer() async throws -> Answer {
        try await withCheckedThrowingContinuation { caller in
            let starts = state.withLock { state in
                state.waiting.append(caller)
                defer { state.isUnderWay = true }
                return !state.isUnderWay
            }
            if starts { Task.detached { await self.work() } }
        }
    }

    /// Has the question put soon, and waits for nothing.
    public func nudge() {
        let starts = state.withLock { state in
            state.isNudged = true
            defer { state.isUnderWay = true }
            return !state.isUnderWay
        }
        if starts { Task.detached { await self.work() } }
    }

    private func work() async {
        while let callers = next() {
            do {
                let answer = try await put()
                for caller in callers { caller.resume(returning: answer) }
            } catch {
                for caller in callers { caller.resume(throwing: error) }
            }
        }
    }

    /// Those who wait now; nil when nobody does.
    private func next() -> [CheckedContinuation<Answer, any Error>]? {
        state.withLock { state in
            guard state.isNudged || !state.waiting.isEmpty else {
                state.isUnderWay = false
                return nil
            }
            defer {
                state.waiting = []
                state.isNudged = false
            }
            return state.waiting
        }
    }
}
