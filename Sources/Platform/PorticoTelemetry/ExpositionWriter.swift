/// Writes metrics as text, in the classic Prometheus format 0.0.4 or in OpenMetrics 1.0.
struct ExpositionWriter {
    enum Format: Sendable {
        case prometheus, openMetrics
    }

    let format: Format
    private(set) var bytes: [UInt8] = []

    init(_ format: Format) {
        self.format = format
        bytes.reserveCapacity(16_384)
    }

    /// `# HELP`, `# TYPE` and, for OpenMetrics, `# UNIT` of a family.
    mutating func appendHeader(of descriptor: MetricDescriptor) {
        let name = format == .openMetrics ? descriptor.base : descriptor.name
        append("# HELP \(name) ")
        appendEscaped(descriptor.help, quotes: format == .openMetrics)
        append("\n# TYPE \(name) \(descriptor.kind.rawValue)\n")
        if format == .openMetrics, let unit = descriptor.unit {
            append("# UNIT \(name) \(unit)\n")
        }
    }

    /// One line for a counter or a gauge.
    mutating func appendSample(of descriptor: MetricDescriptor, labels: [String], value: Double) {
        append(descriptor.name)
        appendLabels(descriptor.labels, labels)
        appendNumber(value)
    }

    /// The `_bucket`, `_sum` and `_count` lines of a histogram.
    ///
    /// The count is taken from the buckets, so that it equals the `+Inf` bucket even while others observe.
    mutating func appendHistogram(_ histogram: Histogram, of descriptor: MetricDescriptor, labels: [String]) {
        let cumulative = histogram.cumulativeCounts
        for (index, count) in cumulative.enumerated() {
            let bound = index < histogram.bounds.count ? boundText(histogram.bounds[index]) : "+Inf"
            append(descriptor.name + "_bucket")
            appendLabels(descriptor.labels + ["le"], labels + [bound])
            appendNumber(Double(count))
        }
        append(descriptor.name + "_sum")
        appendLabels(descriptor.labels, labels)
        appendNumber(histogram.sum)
        append(descriptor.name + "_count")
        appendLabels(descriptor.labels, labels)
        appendNumber(Double(cumulative.last ?? 0))
    }

    /// Ends the exposition: OpenMetrics demands a marker, without which a cut-off answer cannot be told from a whole.
    mutating func finish() {
        if format == .openMetrics { append("# EOF\n") }
    }

    /// OpenMetrics wants bounds with a fraction (`5.0`), so that one bound has one spelling.
    private func boundText(_ bound: Double) -> String {
        format == .openMetrics ? "\(bound)" : metricNumber(bound)
    }

    private mutating func appendLabels(_ names: [String], _ values: [String]) {
        guard !names.isEmpty else { return }
        var separator = "{"
        for (name, value) in zip(names, values) {
            append(separator + name + "=\"")
            appendEscaped(value, quotes: true)
            append("\"")
            separator = ","
        }
        append("}")
    }

    private mutating func appendNumber(_ value: Double) {
        append(" " + metricNumber(value) + "\n")
    }

    /// Backslash and line feed are escaped everywhere, the double quote in label values and OpenMetrics help.
    private mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case 0x5C: append("\\\\")
            case 0x0A: append("\\n")
            case 0x22 where quotes: append("\\\"")
            default: bytes.append(byte)
            }
        }
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}

/// A number as both formats read it: whole numbers without a fraction, `+Inf`, `-Inf`, `NaN`.
func metricNumber(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    if value == value.rounded(), abs(value) < 9_007_199_254_740_992 { return "\(Int64(value))" }
    return "\(value)"
}
