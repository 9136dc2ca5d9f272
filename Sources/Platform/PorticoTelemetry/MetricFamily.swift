import Synchronization

/// Counters of one name, told apart by label values.
public typealias CounterFamily = MetricFamily<Counter>
/// Gauges of one name, told apart by label values.
public typealias GaugeFamily = MetricFamily<Gauge>
/// Histograms of one name, told apart by label values.
public typealias HistogramFamily = MetricFamily<Histogram>

/// The series of one metric: a handle for each set of label values, bounded in number.
///
/// ``with(_:)-(String...)`` takes a lock; keep the handle where a path is hot, it works without one.
public final class MetricFamily<Handle: Sendable>: Sendable {
    let descriptor: MetricDescriptor
    private let maximumLabelSets: Int
    private let dropped: Counter
    private let makeHandle: @Sendable () -> Handle
    private let appendSeries: @Sendable (Handle, [String], inout ExpositionWriter) -> Void
    private let handles = Mutex<[[String]: Handle]>([:])

    init(
        _ descriptor: MetricDescriptor, bound: LabelSetBound, makeHandle: @escaping @Sendable () -> Handle,
        appendSeries: @escaping @Sendable (Handle, [String], inout ExpositionWriter) -> Void
    ) {
        self.descriptor = descriptor
        self.maximumLabelSets = bound.maximum
        self.dropped = bound.dropped
        self.makeHandle = makeHandle
        self.appendSeries = appendSeries
    }

    /// The handle for these label values, in the order in which the family names its labels; always the same one.
    ///
    /// A new set beyond the family's bound gets the shared series whose label values are all `_other_`, and is
    /// counted in `portico_metrics_dropped_label_sets_total`. Passing another number of values than the family has
    /// labels is a programming error and stops the process.
    public func with(_ values: String...) -> Handle {
        with(values)
    }

    /// The same as the variadic form, for values that are already in an array.
    public func with(_ values: [String]) -> Handle {
        precondition(values.count == descriptor.labels.count, "\(descriptor.name) has labels \(descriptor.labels)")
        let (handle, isDropped) = handles.withLock { handles -> (Handle, Bool) in
            if let handle = handles[values] { return (handle, false) }
            let isFull = handles.count >= maximumLabelSets
            let key = isFull ? values.map { _ in overflowLabelValue } : values
            if let handle = handles[key] { return (handle, isFull) }
            let handle = makeHandle()
            handles[key] = handle
            return (handle, isFull)
        }
        if isDropped { dropped.increment() }
        return handle
    }

    /// Every series, ordered by its label values.
    public var series: [(labels: [String], handle: Handle)] {
        handles.withLock { handles in handles.map { (labels: $0.key, handle: $0.value) } }
            .sorted { $0.labels.lexicographicallyPrecedes($1.labels) }
    }
}

extension MetricFamily: ExposedFamily {
    func append(to writer: inout ExpositionWriter) {
        let series = self.series
        guard !series.isEmpty else { return }
        writer.appendHeader(of: descriptor)
        for (labels, handle) in series {
            appendSeries(handle, labels, &writer)
        }
    }
}

/// How many label sets a family may have, and where to count those beyond.
struct LabelSetBound: Sendable {
    let maximum: Int
    let dropped: Counter
}

/// A family that a registry holds and can write out.
protocol ExposedFamily: AnyObject, Sendable {
    var descriptor: MetricDescriptor { get }
    /// Writes header and samples, or nothing while there are no samples.
    func append(to writer: inout ExpositionWriter)
}
