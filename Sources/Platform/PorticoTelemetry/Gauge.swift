/// A number that goes up and down: connections open, bytes in use. Lock-free.
public final class Gauge: Sendable {
    private let number = AtomicDouble()

    init() {}

    /// Replaces the value.
    public func set(_ value: Double) {
        number.store(value)
    }

    /// Adds `amount`, which may be negative.
    public func add(_ amount: Double) {
        number.add(amount)
    }

    /// The present value.
    public var value: Double {
        number.value
    }
}
