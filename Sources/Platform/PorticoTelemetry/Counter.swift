import Synchronization

/// A number that only grows: events since the process started. Lock-free.
public final class Counter: Sendable {
    private let count = Atomic<Int64>(0)

    init() {}

    /// Adds `amount`; zero and negative amounts are ignored, because a counter never falls.
    public func increment(by amount: Int = 1) {
        guard amount > 0 else { return }
        count.wrappingAdd(Int64(amount), ordering: .relaxed)
    }

    /// The count so far.
    public var value: Int {
        Int(count.load(ordering: .relaxed))
    }
}
