import PorticoValues
import Synchronization

/// Wakes one waiting task. Rings while nobody waits are remembered as one.
public final class EventBell: Sendable {
    fileprivate struct State {
        var hasRung = false
        var waiting: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    /// A silent bell.
    public init() {}

    /// Whether the next wait ends at once.
    var hasRung: Bool { state.withLock(\.hasRung) }
    /// Whether somebody waits.
    var isWaited: Bool { state.withLock { $0.waiting != nil } }

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
        guard !state.withLock({ $0.takeRing() }), !Task.isCancelled else { return }
        let timer = Task {
            // A timer that was cancelled is silent: its ring would end the next wait.
            guard (try? await Task.sleep(for: .milliseconds(span.milliseconds))) != nil else { return }
            wake()
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isThrough = state.withLock { state in
                    if state.takeRing() || Task.isCancelled { return true }
                    state.waiting = continuation
                    return false
                }
                if isThrough { continuation.resume() }
            }
        } onCancel: {
            wake()
        }
        timer.cancel()
    }

    /// Wakes who waits, and is forgotten when nobody does.
    private func wake() {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }
}

extension EventBell.State {
    fileprivate mutating func takeRing() -> Bool {
        defer { hasRung = false }
        return hasRung
    }
}
