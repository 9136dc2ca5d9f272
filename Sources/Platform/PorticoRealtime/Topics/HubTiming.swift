import PorticoValues

/// The time of a hub: what it is, and how to be called later. Tests bring their own.
struct HubTiming: Sendable {
    /// Nanoseconds of a clock that never goes back.
    let now: @Sendable () -> Int64
    /// Calls after so many nanoseconds.
    let later: @Sendable (Int64, @escaping @Sendable () -> Void) -> Void

    /// The machine's clock.
    static let system = HubTiming(now: monotonicNanoseconds) { wait, work in
        Task {
            try? await Task.sleep(for: .nanoseconds(wait))
            work()
        }
    }
}
