import PorticoJSON

/// Figures of a run as a file keeps them, to be compared with those of a later one.
///
/// The format is that of `Benchmarks/bags/run`: `taken_at`, the terms of the run (`scale`, `engine`, `cores`, `seconds`), and
/// `rows` of figures.
public struct Baseline: Sendable {
    /// The whole file.
    public let document: JSONValue

    /// Runs that may be compared agree in these.
    static let terms = ["scale", "engine", "cores", "seconds"]

    /// Numbers that are better when they are higher.
    private static let higher: Set<String> = ["per_second", "per_cpu_second", "share", "ratio", "cpu_ratio"]
    /// Numbers that are better when they are lower. All others are told and not compared.
    private static let lower: Set<String> = ["p50", "p95", "p99", "worst", "seconds", "first_byte"]
    /// Differences below these are what a clock or a page of memory makes, whatever their ratio is.
    static let smallest: [String: Double] = [
        "p50": 0.1, "p95": 0.2, "p99": 0.5, "worst": 1, "seconds": 0.05, "first_byte": 0.005, "bytes": 1_048_576,
    ]

    /// The figures of a run.
    /// - Parameters:
    ///   - takenAt: when it ended, RFC 3339.
    ///   - driver: what measured, as `portico bench bags`.
    ///   - terms: what another run must have in common with it: `scale`, `engine`, `cores`, `seconds`.
    public init(_ figures: [Figure], takenAt: String, driver: String, terms: [(key: String, value: JSONValue)]) {
        var document: JSONValue = ["taken_at": .string(takenAt), "driver": .string(driver)]
        for term in terms { document[term.key] = term.value }
        document["rows"] = .array(figures.map(\.json))
        document["side_by_side"] = .array([])
        self.document = document
    }

    /// The figures that a file holds.
    /// - Parameter name: of the file, for the error.
    /// - Throws: ``BenchError`` when they are none.
    public init(parsing bytes: [UInt8], name: String) throws(BenchError) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw BenchError("\(name) holds no figures of an earlier run: \(error)")
        }
        guard document["rows"]?.elements != nil, document["taken_at"]?.string != nil else {
            throw BenchError("\(name) holds no figures of an earlier run")
        }
        self.document = document
    }

    /// The bytes of the file.
    public var bytes: [UInt8] { document.bytes + [0x0A] }

    /// When the run ended.
    public var takenAt: String { document["taken_at"]?.string ?? "" }

    /// Why another run can't be compared with this one; nothing when it can.
    public func differingTerms(from other: Baseline) -> [String] {
        Baseline.terms.compactMap { term in
            let (there, here) = (document[term] ?? .null, other.document[term] ?? .null)
            if let there = there.double, let here = here.double, there == here { return nil }
            return there == here ? nil : "\(term) \(Baseline.text(there)) there, \(Baseline.text(here)) here"
        }
    }

    /// Every number that both runs have, this one being the earlier, and the names of figures that only this one has.
    public func compared(with later: Baseline) -> (changes: [FigureChange], gone: [String]) {
        let (before, now) = (rows, later.rows)
        var changes: [FigureChange] = []
        for row in now {
            let earlier = before.first { $0.name == row.name }?.values ?? []
            for (name, value) in row.values {
                guard let old = earlier.first(where: { $0.name == name })?.value, old > 0 else { continue }
                changes.append(FigureChange(figure: row.name, value: name, before: old, now: value))
            }
        }
        let names = Set(now.map(\.name))
        return (changes, before.filter { !$0.values.isEmpty && !names.contains($0.name) }.map(\.name))
    }

    /// Whether the same driver took both: then a figure that is missing is missed.
    public func isOfSameDriver(as other: Baseline) -> Bool {
        document["driver"]?.string == other.document["driver"]?.string
    }

    /// The comparable numbers of each figure, those of runs inside it as `calm.p99`.
    private var rows: [(name: String, values: [(name: String, value: Double)])] {
        (document["rows"]?.elements ?? []).compactMap { row in
            guard let name = row["name"]?.string, let values = row["values"] else { return nil }
            return (name: name, values: Baseline.numbers(of: values))
        }
    }

    private static func numbers(of values: JSONValue) -> [(name: String, value: Double)] {
        let members = values.members ?? []
        // Bytes alone are what is held or kept; beside a time they are what was sent.
        if members.count == 1, members[0].key == "bytes", let bytes = members[0].value.double {
            return [(name: "bytes", value: bytes)]
        }
        return members.flatMap { name, value -> [(name: String, value: Double)] in
            if value.members != nil {
                return numbers(of: value).map { (name: "\(name).\($0.name)", value: $0.value) }
            }
            guard higher.contains(name) || lower.contains(name), let number = value.double else { return [] }
            return [(name: name, value: number)]
        }
    }

    static func isBetterHigher(_ name: String) -> Bool { higher.contains(name) }

    private static func text(_ value: JSONValue) -> String {
        value.string ?? String(decoding: value.bytes, as: UTF8.self)
    }
}
