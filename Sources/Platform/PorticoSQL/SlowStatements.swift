import PorticoValues
import Synchronization

/// The slow statements of the recent past by name, each with the plan of its slowest run.
///
/// At most ``capacity`` names are kept; a further one takes the place of the one that was slow the longest time ago.
public final class SlowStatements: Sendable {
    /// The most names that are kept.
    public static let capacity = 100
    /// The most lines of a plan that are kept.
    static let planLines = 60
    private let kept = Mutex<[String: SlowStatement]>([:])

    init() {}

    /// What is kept, the slowest first; equal ones by name.
    public func snapshot() -> [SlowStatement] {
        kept.withLock { Array($0.values) }.sorted { ($1.nanoseconds, $0.name) < ($0.nanoseconds, $1.name) }
    }

    func note(_ name: String, nanoseconds: Int64, plan: [String], at now: Instant) {
        kept.withLock { kept in
            if kept[name] == nil, kept.count >= Self.capacity,
                let oldest = kept.values.min(by: { $0.lastAt < $1.lastAt })
            {
                kept[oldest.name] = nil
            }
            var statement = kept[name] ?? SlowStatement(name: name, lastAt: now)
            statement.count += 1
            statement.lastAt = now
            if nanoseconds > statement.nanoseconds {
                statement.nanoseconds = nanoseconds
                statement.plan = Array(plan.prefix(Self.planLines))
            }
            kept[name] = statement
        }
    }
}

/// A statement that took longer than the log allows.
public struct SlowStatement: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// How often it was slow.
    public fileprivate(set) var count = 0
    /// How long its slowest run took, in nanoseconds.
    public fileprivate(set) var nanoseconds: Int64 = 0
    /// The plan of that run, without values; empty where there was none.
    public fileprivate(set) var plan: [String] = []
    /// When it was slow for the last time.
    public fileprivate(set) var lastAt: Instant

    init(name: String, lastAt: Instant) {
        self.name = name
        self.lastAt = lastAt
    }
}
