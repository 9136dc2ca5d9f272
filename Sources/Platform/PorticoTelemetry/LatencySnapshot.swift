/// Durations as they were counted at one moment; a value that can be merged and asked for any quantile.
public struct LatencySnapshot: Sendable, Equatable {
    /// Durations recorded.
    public private(set) var count: Int
    /// Sum of all durations, in nanoseconds.
    public private(set) var sumNanoseconds: Int64
    /// The longest duration, exact, in nanoseconds; 0 when there is none.
    public private(set) var maxNanoseconds: Int64
    private var counts: [Int64]

    init(counts: [Int64], sumNanoseconds: Int64, maxNanoseconds: Int64) {
        self.counts = counts
        self.count = Int(counts.reduce(0, +))
        self.sumNanoseconds = sumNanoseconds
        self.maxNanoseconds = maxNanoseconds
    }

    /// A snapshot of nothing.
    public static let empty = LatencySnapshot(counts: [], sumNanoseconds: 0, maxNanoseconds: 0)

    /// Half of the durations are at most this long, in nanoseconds.
    public var p50: Int64 { quantile(0.5) }
    /// 95 % of the durations are at most this long, in nanoseconds.
    public var p95: Int64 { quantile(0.95) }
    /// 99 % of the durations are at most this long, in nanoseconds.
    public var p99: Int64 { quantile(0.99) }
    /// The average duration in nanoseconds; 0 when there is none.
    public var meanNanoseconds: Int64 { count == 0 ? 0 : sumNanoseconds / Int64(count) }

    /// The duration of rank ⌈fraction × count⌉ (nearest rank), in nanoseconds, within 3.2 % and 32 ns; 0 when empty.
    public func quantile(_ fraction: Double) -> Int64 {
        guard count > 0 else { return 0 }
        let rank = max(1, Int64((min(1, max(0, fraction)) * Double(count)).rounded(.up)))
        guard rank < Int64(count) else { return maxNanoseconds }
        var seen: Int64 = 0
        for (index, count) in counts.enumerated() {
            seen += count
            guard seen >= rank else { continue }
            let (lowest, width) = LatencyBuckets.range(of: index)
            return min(lowest + width / 2, maxNanoseconds)
        }
        return maxNanoseconds
    }

    /// Adds the durations of another snapshot.
    public mutating func merge(_ other: LatencySnapshot) {
        guard !other.counts.isEmpty else { return }
        counts = counts.isEmpty ? other.counts : zip(counts, other.counts).map { $0 + $1 }
        count += other.count
        sumNanoseconds &+= other.sumNanoseconds
        maxNanoseconds = max(maxNanoseconds, other.maxNanoseconds)
    }
}
