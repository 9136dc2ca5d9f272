/// A distribution in fixed buckets, as Prometheus scrapes it. Lock-free.
///
/// Quantiles from so few buckets are coarse; ``LatencyHistogram`` is the fine one for the console and the advisor.
public final class Histogram: Sendable {
    /// Upper bounds of the buckets, ascending, each inclusive; one more bucket takes everything above.
    public let bounds: [Double]
    private let counts: AtomicCounts
    private let total = AtomicDouble()

    init(buckets: HistogramBuckets) {
        bounds = buckets.bounds
        counts = AtomicCounts(count: buckets.bounds.count + 1)
    }

    /// Records a duration in seconds.
    public func observe(seconds: Double) {
        observe(seconds)
    }

    /// Records a duration in nanoseconds.
    public func observe(nanoseconds: Int64) {
        observe(Double(nanoseconds) / 1_000_000_000)
    }

    /// Records a value in the histogram's own unit; what is not a number is ignored.
    public func observe(_ value: Double) {
        guard !value.isNaN else { return }
        counts.increment(bounds.firstIndex { value <= $0 } ?? bounds.count)
        total.add(value)
    }

    /// Observations so far.
    public var count: Int {
        Int(counts.values().reduce(0, +))
    }

    /// Sum of all observed values.
    public var sum: Double {
        total.value
    }

    /// Observations at or below each bound, then all of them: one element more than ``bounds``.
    public var cumulativeCounts: [Int] {
        var running = 0
        return counts.values().map { count in
            running += Int(count)
            return running
        }
    }
}

/// The table of bucket bounds of a histogram.
public struct HistogramBuckets: Sendable, Equatable {
    /// Upper bounds, strictly ascending and finite.
    public let bounds: [Double]

    /// Buckets with these upper bounds, which are sorted and freed of repetitions and of infinities.
    public init(_ bounds: [Double]) {
        self.bounds = Set(bounds.filter(\.isFinite)).sorted()
    }

    /// Durations of requests, in seconds: the boundaries OpenTelemetry's HTTP conventions recommend for
    /// `http.server.request.duration`.
    public static let seconds = HistogramBuckets([
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ])

    /// Sizes of bodies, in bytes: powers of four from 256 B to 64 MiB.
    public static let bytes = HistogramBuckets((4...13).map { Double(1 << (2 * $0)) })
}
