import Synchronization

/// A family whose samples are read when somebody scrapes.
final class ObservedFamily: ExposedFamily {
    typealias Reader = @Sendable () -> [(labels: [String], value: Double)]

    let descriptor: MetricDescriptor
    private let bound: LabelSetBound
    private let readers = Mutex<[Reader]>([])

    init(_ descriptor: MetricDescriptor, bound: LabelSetBound) {
        self.descriptor = descriptor
        self.bound = bound
    }

    func add(_ reader: @escaping Reader) {
        readers.withLock { $0.append(reader) }
    }

    func append(to writer: inout ExpositionWriter) {
        let samples = self.samples()
        guard !samples.isEmpty else { return }
        writer.appendHeader(of: descriptor)
        for (labels, value) in samples {
            writer.appendSample(of: descriptor, labels: labels, value: value)
        }
    }

    /// Samples of all readers, ordered by label values; of two readings of one set the later counts.
    private func samples() -> [(labels: [String], value: Double)] {
        var values: [[String]: Double] = [:]
        var overflow: Double?
        for reader in readers.withLock({ $0 }) {
            for (labels, value) in reader() where labels.count == descriptor.labels.count {
                if values[labels] == nil && values.count >= bound.maximum {
                    bound.dropped.increment()
                    overflow = (overflow ?? 0) + value
                } else {
                    values[labels] = value
                }
            }
        }
        if let overflow { values[descriptor.labels.map { _ in overflowLabelValue }, default: 0] += overflow }
        return values.map { (labels: $0.key, value: $0.value) }
            .sorted { $0.labels.lexicographicallyPrecedes($1.labels) }
    }
}
