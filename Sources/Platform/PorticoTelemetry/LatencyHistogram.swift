import Synchronization

/// A fine distribution of durations in 4 kB, good for any quantile. Lock-free: three atomic additions at most.
///
/// The scale is log-linear, after the idea of Gil Tene's HdrHistogram: constant relative error over seven decades.
public final class LatencyHistogram: Sendable {
    private let counts = AtomicCounts(count: LatencyBuckets.count)
    private let sum = Atomic<Int64>(0)
    private let longest = Atomic<Int64>(0)

    /// An empty histogram.
    public init() {}

    /// Records one duration; a negative one counts as zero.
    public func record(nanoseconds: Int64) {
        let duration = max(0, nanoseconds)
        counts.increment(LatencyBuckets.index(of: duration))
        sum.wrappingAdd(duration, ordering: .relaxed)
        if duration > longest.load(ordering: .relaxed) {
            longest.max(duration, ordering: .relaxed)
        }
    }

    /// What was recorded so far. Recording may go on meanwhile; a duration then counts wholly or in part.
    public func snapshot() -> LatencySnapshot {
        LatencySnapshot(
            counts: counts.values(), sumNanoseconds: sum.load(ordering: .relaxed),
            maxNanoseconds: longest.load(ordering: .relaxed))
    }

    /// Forgets everything.
    public func reset() {
        counts.reset()
        sum.store(0, ordering: .relaxed)
        longest.store(0, ordering: .relaxed)
    }

    /// Durations recorded.
    public var count: Int { snapshot().count }
    /// Sum of the durations, in nanoseconds.
    public var sumNanoseconds: Int64 { sum.load(ordering: .relaxed) }
    /// The longest duration, in nanoseconds.
    public var maxNanoseconds: Int64 { longest.load(ordering: .relaxed) }
    /// Half of the durations are at most this long, in nanoseconds.
    public var p50: Int64 { snapshot().p50 }
    /// 95 % of the durations are at most this long, in nanoseconds.
    public var p95: Int64 { snapshot().p95 }
    /// 99 % of the durations are at most this long, in nanoseconds.
    public var p99: Int64 { snapshot().p99 }
}
