import Synchronization

/// Every metric of a process (or of one test): the place where they are registered and from which they are scraped.
///
/// Registering a name again returns what is already there, so modules need not share handles. Registering it with
/// another kind or other labels is a programming error and stops the process at start-up.
public final class MetricsRegistry: Sendable {
    private let bound: LabelSetBound
    private let families = Mutex<[String: any ExposedFamily]>([:])

    /// An empty registry whose families hold at most `maximumLabelSets` series each.
    public init(maximumLabelSets: Int = 1000) {
        bound = LabelSetBound(maximum: max(1, maximumLabelSets), dropped: Counter())
        observe(
            counter: "portico_metrics_dropped_label_sets_total",
            help: "Label sets that a family turned away to its _other_ series because it was full."
        ) { [dropped = bound.dropped] in Double(dropped.value) }
    }

    /// A counter without labels. The name gets `_total` when it lacks it.
    public func counter(_ name: String, help: String) -> Counter {
        counter(name, help: help, labels: []).with()
    }

    /// Counters told apart by `labels`.
    public func counter(_ name: String, help: String, labels: [String]) -> CounterFamily {
        let descriptor = MetricDescriptor(kind: .counter, name: name, help: help, labels: labels)
        return family(descriptor) { bound in
            CounterFamily(descriptor, bound: bound, makeHandle: { Counter() }) { counter, labels, writer in
                writer.appendSample(of: descriptor, labels: labels, value: Double(counter.value))
            }
        }
    }

    /// A gauge without labels.
    public func gauge(_ name: String, help: String) -> Gauge {
        gauge(name, help: help, labels: []).with()
    }

    /// Gauges told apart by `labels`.
    public func gauge(_ name: String, help: String, labels: [String]) -> GaugeFamily {
        let descriptor = MetricDescriptor(kind: .gauge, name: name, help: help, labels: labels)
        return family(descriptor) { bound in
            GaugeFamily(descriptor, bound: bound, makeHandle: { Gauge() }) { gauge, labels, writer in
                writer.appendSample(of: descriptor, labels: labels, value: gauge.value)
            }
        }
    }

    /// A histogram without labels; end the name in its unit, `_seconds` with the default buckets.
    public func histogram(_ name: String, help: String, buckets: HistogramBuckets = .seconds) -> Histogram {
        histogram(name, help: help, labels: [], buckets: buckets).with()
    }

    /// Histograms told apart by `labels`. The first registration decides the buckets.
    public func histogram(
        _ name: String, help: String, labels: [String], buckets: HistogramBuckets = .seconds
    ) -> HistogramFamily {
        let descriptor = MetricDescriptor(kind: .histogram, name: name, help: help, labels: labels)
        return family(descriptor) { bound in
            HistogramFamily(descriptor, bound: bound, makeHandle: { Histogram(buckets: buckets) }) {
                histogram, labels, writer in
                writer.appendHistogram(histogram, of: descriptor, labels: labels)
            }
        }
    }

    /// A gauge without labels that is read at each scrape.
    public func observe(gauge name: String, help: String, _ read: @escaping @Sendable () -> Double) {
        observe(gauge: name, help: help, labels: []) { [(labels: [], value: read())] }
    }

    /// Gauges that are read at each scrape: label values in the order of `labels`, and the value.
    ///
    /// Several readers may share a name; their samples are put together. Readings with another number of label
    /// values are left out.
    public func observe(
        gauge name: String, help: String, labels: [String],
        _ read: @escaping @Sendable () -> [(labels: [String], value: Double)]
    ) {
        observe(MetricDescriptor(kind: .gauge, name: name, help: help, labels: labels), read)
    }

    /// A counter without labels that is read at each scrape and must never fall.
    public func observe(counter name: String, help: String, _ read: @escaping @Sendable () -> Double) {
        observe(counter: name, help: help, labels: []) { [(labels: [], value: read())] }
    }

    /// Counters that are read at each scrape; as with gauges, and no value may ever fall.
    public func observe(
        counter name: String, help: String, labels: [String],
        _ read: @escaping @Sendable () -> [(labels: [String], value: Double)]
    ) {
        observe(MetricDescriptor(kind: .counter, name: name, help: help, labels: labels), read)
    }

    /// All metrics in the Prometheus text format, served as `text/plain; version=0.0.4; charset=utf-8`.
    ///
    /// Families are ordered by name and series by label values. Readers run on the calling thread.
    public func prometheusText() -> [UInt8] {
        text(.prometheus)
    }

    /// All metrics in the OpenMetrics text format, served as
    /// `application/openmetrics-text; version=1.0.0; charset=utf-8`.
    public func openMetricsText() -> [UInt8] {
        text(.openMetrics)
    }

    private func text(_ format: ExpositionWriter.Format) -> [UInt8] {
        // Outside the lock: a reader may itself register something.
        let ordered = families.withLock { families in
            families.values.sorted { $0.descriptor.base < $1.descriptor.base }
        }
        var writer = ExpositionWriter(format)
        for family in ordered {
            family.append(to: &writer)
        }
        writer.finish()
        return writer.bytes
    }

    private func observe(_ descriptor: MetricDescriptor, _ read: @escaping ObservedFamily.Reader) {
        family(descriptor) { ObservedFamily(descriptor, bound: $0) }.add(read)
    }

    /// Families are kept under the name without `_total`, because OpenMetrics calls a counter by that name and a
    /// gauge of the same one would be a duplicate there.
    private func family<Family: ExposedFamily>(
        _ descriptor: MetricDescriptor, make: (LabelSetBound) -> Family
    ) -> Family {
        families.withLock { families in
            guard let existing = families[descriptor.base] else {
                let family = make(bound)
                families[descriptor.base] = family
                return family
            }
            guard let family = existing as? Family, family.descriptor.kind == descriptor.kind,
                family.descriptor.labels == descriptor.labels
            else { preconditionFailure("metric \(descriptor.name) is registered as something else") }
            return family
        }
    }
}
