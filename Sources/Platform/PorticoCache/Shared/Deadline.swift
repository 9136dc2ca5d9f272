import PorticoValues
import Synchronization

/// What took too long.
struct DeadlinePassed: Error {}

/// Runs `work` and waits for it only so long. It goes on when the time is over; `late` then gets what it returns.
func within<Answer: Sendable>(
    _ limit: Span, _ timer: CacheTimer, late: @escaping @Sendable (Answer) async -> Void = { _ in },
    _ work: @escaping @Sendable () async throws -> Answer
) async throws -> Answer {
    let slot = OneAnswer<Answer>()
    let clock = Task {
        guard (try? await timer.wait(limit)) != nil else { return }
        slot.put(.failure(DeadlinePassed()))
    }
    Task {
        let answer: Result<Answer, any Error>
        do { answer = .success(try await work()) } catch { answer = .failure(error) }
        clock.cancel()
        let isInTime = slot.put(answer)
        if !isInTime, case .success(let answer) = answer { await late(answer) }
    }
    return try await slot.take()
}

/// The first of several answers.
private final class OneAnswer<Answer: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Answer, any Error>)
        case answered(Result<Answer, any Error>)
    }

    private let state = Mutex(State.empty)

    /// - Returns: whether this is the first answer.
    @discardableResult
    func put(_ answer: Result<Answer, any Error>) -> Bool {
        let (isFirst, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Answer, any Error>?) in
            switch state {
            case .answered:
                return (false, nil)
            case .empty:
                state = .answered(answer)
                return (true, nil)
            case .waiting(let waiter):
                state = .answered(answer)
                return (true, waiter)
            }
        }
        waiter?.resume(with: answer)
        return isFirst
    }

    func take() async throws -> Answer {
        try await withCheckedThrowingContinuation { waiter in
            let answer = state.withLock { state -> Result<Answer, any Error>? in
                if case .answered(let answer) = state { return answer }
                state = .waiting(waiter)
                return nil
            }
            if let answer { waiter.resume(with: answer) }
        }
    }
}
