import PorticoEvents
import PorticoValues

/// The time of a hub: what it is, and how to be called later. Tests bring their own.
struct HubTiming: Sendable {
    /// Nanoseconds of a clock that never goes back.
    let now: @Sendable () -> Int64
    /// Calls after so many nanoseconds.
    let later: @Sendable (Int64, @escaping @Sendable () -> Void) -> Void

    /// Returns after a while, or at once when the task is cancelled.
    func pause(_ span: Span) async {
        let bell = EventBell()
        later(span.milliseconds * 1_000_000) { bell.ring() }
        // The wait of the bell is only for one that is never called.
        await bell.wait(atMost: .seconds(span.seconds + 60))
    }

    /// The machine's clock.
    static let system = HubTiming(now: monotonicNanoseconds) { wait, work in
        Task {
            try? await Task.sleep(for: .nanoseconds(wait))
            work()
        }
    }
}
