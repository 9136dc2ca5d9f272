import Synchronization

/// A fixed row of atomic integers: the storage below every histogram.
///
/// `@unchecked Sendable` is guarded by the atomics themselves: the pointer never changes after `init`, and every cell
/// is only reached through an atomic operation until `deinit`.
final class AtomicCounts: @unchecked Sendable {
    private let cells: UnsafeMutablePointer<Atomic<Int64>>
    let count: Int

    init(count: Int) {
        self.count = count
        self.cells = .allocate(capacity: count)
        for index in 0..<count {
            (cells + index).initialize(to: Atomic<Int64>(0))
        }
    }

    deinit {
        cells.deinitialize(count: count)
        cells.deallocate()
    }

    func increment(_ index: Int) {
        precondition(index >= 0 && index < count, "index outside the row")
        cells[index].wrappingAdd(1, ordering: .relaxed)
    }

    func reset() {
        for index in 0..<count {
            cells[index].store(0, ordering: .relaxed)
        }
    }

    /// The present values; each is exact, the row as a whole may straddle concurrent increments.
    func values() -> [Int64] {
        (0..<count).map { cells[$0].load(ordering: .relaxed) }
    }
}

/// A floating-point number that may be set and added to from any thread.
struct AtomicDouble: ~Copyable, Sendable {
    private let bits: Atomic<UInt64>

    init(_ value: Double = 0) {
        bits = Atomic(value.bitPattern)
    }

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func store(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    func add(_ amount: Double) {
        var seen = bits.load(ordering: .relaxed)
        while true {
            let next = (Double(bitPattern: seen) + amount).bitPattern
            let (exchanged, original) = bits.weakCompareExchange(
                expected: seen, desired: next, ordering: .relaxed)
            if exchanged { return }
            seen = original
        }
    }
}
