/// What a family is, said once: its kind, names and help.
struct MetricDescriptor: Sendable, Equatable {
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    let kind: Kind
    /// The name without a counter's `_total`: unique in a registry, and the family name of OpenMetrics.
    let base: String
    let help: String
    let labels: [String]

    /// A descriptor with names made legal: every character Prometheus does not allow becomes `_`, and a counter's
    /// name ends in `_total`. So OpenTelemetry names such as `http.server.request.duration` may be passed as they are.
    init(kind: Kind, name: String, help: String, labels: [String]) {
        let legal = MetricDescriptor.legal(name, colon: true)
        let labels = labels.map { MetricDescriptor.legal($0, colon: false) }
        precondition(Set(labels).count == labels.count, "metric \(name) names a label twice")
        precondition(kind != .histogram || !labels.contains("le"), "le is the histogram's own label")
        self.kind = kind
        self.base = kind == .counter && legal.hasSuffix("_total") ? String(legal.dropLast(6)) : legal
        self.help = help
        self.labels = labels
    }

    /// The name in the classic text format.
    var name: String { kind == .counter ? base + "_total" : base }

    /// The base unit that the name ends in, as OpenMetrics wants it declared; nil when it names none.
    var unit: String? {
        ["seconds", "bytes", "ratio", "celsius", "meters", "volts", "amperes", "joules", "grams"]
            .first { base.hasSuffix("_" + $0) }
    }

    private static func legal(_ name: String, colon: Bool) -> String {
        var bytes: [UInt8] = []
        for byte in name.utf8 {
            let letter = (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x5F
            let digit = (0x30...0x39).contains(byte)
            if digit && bytes.isEmpty { bytes.append(0x5F) }
            bytes.append(letter || digit || (colon && byte == 0x3A) ? byte : 0x5F)
        }
        return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
    }
}

/// The value of every label of the series that collects what exceeded a family's bound.
let overflowLabelValue = "_other_"
