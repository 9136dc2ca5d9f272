import PorticoJSON
import PorticoValues

/// What all checks of a node found.
public struct HealthReport: JSONRepresentable {
    /// What one check found.
    public struct Entry: JSONRepresentable {
        let name: String
        let state: HealthState
        let isEssential: Bool
        let milliseconds: Double
        let detail: String

        /// `DependencyHealth`.
        public static var schemaName: String { "DependencyHealth" }
        /// A database that answers.
        public static var example: Entry {
            Entry(name: "bags.database", state: .healthy, isEssential: true, milliseconds: 0.21, detail: "")
        }

        /// The fields.
        public func write(to object: inout JSONObjectWriter) {
            object.field("name", name, "The dependency")
            object.field("state", state, "How it stands")
            object.field("essential", isEssential, "Whether the node can't serve without it")
            object.field("latency_ms", milliseconds, "How long the check took")
            object.field("detail", detail, "What was found")
        }
    }

    /// The findings in the order of the checks.
    public let entries: [Entry]

    /// Runs all checks at once.
    public static func make(_ checks: [HealthCheck]) async -> HealthReport {
        let entries = await withTaskGroup(of: (Int, Entry).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { (index, await entry(check)) }
            }
            return await group.reduce(into: [(Int, Entry)]()) { $0.append($1) }
        }
        return HealthReport(entries: entries.sorted { $0.0 < $1.0 }.map(\.1))
    }

    /// Worst of all: an essential dependency that fails makes the node unhealthy, another one degraded.
    public var state: HealthState {
        entries.map { $0.isEssential ? $0.state : min($0.state, .degraded) }.max() ?? .healthy
    }

    /// Names of the essential dependencies that fail.
    public var failing: [String] {
        entries.filter { $0.isEssential && $0.state == .unhealthy }.map(\.name)
    }

    /// `Health`.
    public static var schemaName: String { "Health" }
    /// A node with one database.
    public static var example: HealthReport { HealthReport(entries: [Entry.example]) }

    /// The fields.
    public func write(to object: inout JSONObjectWriter) {
        object.field("state", state, "How the node stands")
        object.field("dependencies", entries, "What each check found")
    }

    private static func entry(_ check: HealthCheck) async -> Entry {
        let started = monotonicNanoseconds()
        let result = await check.check()
        let milliseconds = Double((monotonicNanoseconds() - started) / 1000) / 1000
        return Entry(
            name: check.name, state: result.state, isEssential: check.isEssential, milliseconds: milliseconds,
            detail: result.detail)
    }
}
