import PorticoJSON

/// What was measured of one thing, beside what is wanted of it.
public struct Figure: Sendable {
    /// What was measured; the same in every run, so that runs can be compared.
    public let name: String
    /// Its numbers.
    public let values: [Measured]
    /// Answers by status, where requests were counted.
    public let statuses: [Int: Int]?
    /// A word on it: what was lacking, how much there was.
    public let note: String?

    /// A figure of these numbers.
    public init(_ name: String, _ values: [Measured], statuses: [Int: Int]? = nil, note: String? = nil) {
        self.name = name
        self.values = values
        self.statuses = statuses
        self.note = note
    }

    /// Whether all that is wanted came; nil where nothing is.
    public var isReached: Bool? {
        values.contains { $0.bound != nil } ? !values.contains { $0.isMissed } : nil
    }

    /// Its numbers as people read them; mere counts are left out unless they are missed.
    public var text: String {
        let shown = values.filter { $0.unit != .count || $0.isMissed }.map(\.text)
        return (shown + [note].compactMap { $0 }).joined(separator: ", ")
    }

    /// What is wanted, as people read it.
    public var target: String {
        values.filter { $0.unit != .count || $0.isMissed }.compactMap(\.target).joined(separator: ", ")
    }

    /// As files keep it: `name`, `figure`, `target`, `passed` (null where nothing is wanted) and `values` by name.
    public var json: JSONValue {
        var members = values.map { (key: $0.name, value: JSONValue.number($0.value)) }
        if let statuses {
            let counts = statuses.sorted { $0.key < $1.key }
                .map { (key: String($0.key), value: JSONValue.integer(Int64($0.value))) }
            members.append((key: "statuses", value: .object(counts)))
        }
        let passed = isReached.map { JSONValue.bool($0) }
        return [
            "name": .string(name), "figure": .string(text), "target": .string(target), "passed": passed ?? .null,
            "values": .object(members),
        ]
    }
}

extension Figure {
    /// The figure of a load: its rate, half, 95 and 99 per cent of its answers, and how many went wrong. Without other
    /// bounds none may go wrong.
    /// - Parameters:
    ///   - bounds: what is wanted, by the names of the numbers: `per_second`, `p50`, `p95`, `p99`, `errors`.
    ///   - use: what the server took meanwhile.
    public static func load(
        _ name: String, _ result: LoadResult, _ bounds: [String: Bound], use: ServerUse? = nil, more: [Measured] = []
    ) -> Figure {
        var values = [Measured("per_second", result.perSecond, .perSecond, bounds["per_second"])]
        for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            values.append(Measured(name, result.latency.milliseconds(at: share), .milliseconds, bounds[name]))
        }
        if let cpu = use?.cpuShare, cpu > 0 {
            values.append(Measured("per_cpu_second", result.perSecond / cpu, .count))
        }
        values.append(Measured("errors", result.errorShare, .share, bounds["errors"] ?? .atMost(0)))
        // Nothing measured is nothing reached, whatever the bounds say.
        values.append(Measured("requests", Double(result.requests), .count, .atLeast(1)))
        values += [
            Measured("unwanted", Double(result.unwanted), .count), Measured("lost", Double(result.lost), .count),
            Measured("late", Double(result.late), .count), Measured("received", Double(result.bytes), .count),
        ]
        return Figure(name, values + more, statuses: result.statuses, note: result.flaw)
    }
}
