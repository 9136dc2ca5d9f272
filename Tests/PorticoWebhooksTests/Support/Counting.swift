import Synchronization

/// A number that threads count up.
final class Counting: Sendable {
    private let number = Atomic<Int>(0)

    /// The number before this call.
    func next() -> Int { number.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue }
}
