/// How long things took: counts in buckets whose width grows with the duration, so that every percentile is known within
/// 0.4 % however many durations there are, in 36 KiB.
///
/// The idea is HdrHistogram's: below 256 ns a bucket for each nanosecond, above 128 buckets for every doubling. Durations of
/// more than 36 minutes count as the last bucket; ``longest`` is exact all the same.
public struct LatencyRecord: Sendable, Equatable {
    /// Durations recorded.
    public private(set) var count = 0
    /// The longest duration, exact, in nanoseconds; 0 when there is none.
    public private(set) var longest: Int64 = 0
    private var counts: [Int]

    /// Buckets for every doubling.
    private static let perDoubling: Int64 = 128
    /// Doublings above the buckets of a nanosecond.
    private static let doublings = 33
    private static let buckets = 256 + doublings * 128

    /// A record of nothing.
    public init() {
        counts = [Int](repeating: 0, count: LatencyRecord.buckets)
    }

    /// Records a duration in nanoseconds; a negative one counts as zero.
    public mutating func add(_ nanoseconds: Int64) {
        let duration = max(0, nanoseconds)
        counts[LatencyRecord.bucket(of: duration)] += 1
        count += 1
        longest = max(longest, duration)
    }

    /// Adds what another record has.
    public mutating func merge(_ other: LatencyRecord) {
        for (bucket, count) in other.counts.enumerated() where count > 0 { counts[bucket] += count }
        count += other.count
        longest = max(longest, other.longest)
    }

    /// The duration of rank ⌈share × count⌉ (nearest rank) in nanoseconds, within 0.4 %; 0 when there is none.
    public func nanoseconds(at share: Double) -> Int64 {
        guard count > 0 else { return 0 }
        let rank = max(1, Int((min(1, max(0, share)) * Double(count)).rounded(.up)))
        guard rank < count else { return longest }
        var seen = 0
        for (bucket, count) in counts.enumerated() {
            seen += count
            guard seen >= rank else { continue }
            return min(LatencyRecord.middle(of: bucket), longest)
        }
        return longest
    }

    /// The same in milliseconds.
    public func milliseconds(at share: Double) -> Double { Double(nanoseconds(at: share)) / 1_000_000 }

    private static func bucket(of duration: Int64) -> Int {
        guard duration >= 2 * perDoubling else { return Int(duration) }
        let shift = 63 - duration.leadingZeroBitCount - 7
        let bucket = 256 + (shift - 1) * 128 + Int(duration >> Int64(shift) - perDoubling)
        return min(bucket, buckets - 1)
    }

    private static func middle(of bucket: Int) -> Int64 {
        guard bucket >= 256 else { return Int64(bucket) }
        let (doubling, place) = (bucket - 256).quotientAndRemainder(dividingBy: 128)
        let width = Int64(1) << Int64(doubling + 1)
        return (perDoubling + Int64(place)) * width + width / 2
    }
}
