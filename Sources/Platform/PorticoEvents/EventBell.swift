import PorticoValues
import Synchronization

/// Wakes one waiting task. Rings while nobody waits are remembered as one.
public final class EventBell: Sendable {
    private struct State {
        var hasRung = false
        var waiting: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    /// A silent bell.
    public init() {}

    /// Wakes who waits, or lets the next one through.
    public func ring() {
        let waiting = state.withLock { state in
            let waiting = state.waiting
            state.waiting = nil
            state.hasRung = waiting == nil
            return waiting
        }
        waiting?.resume()
    }

    /// Waits for the next ring, at most for `span`; returns at once when it has rung since the last wait or the task is
    /// cancelled.
    public func wait(atMost span: Span) async {
        let timer = Task {
            try? await Task.sleep(for: .milliseconds(span.milliseconds))
            ring()
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isThrough = state.withLock { state in
                    if state.hasRung || Task.isCancelled {
                        state.hasRung = false
                        return true
                    }
                    state.waiting = continuation
                    return false
                }
                if isThrough { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
        timer.cancel()
    }
}
