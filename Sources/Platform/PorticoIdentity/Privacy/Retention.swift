import PorticoJSON
import PorticoSQL
import PorticoValues

/// Removes what has been kept long enough, rule by rule, in transactions that are short enough for others to get in
/// between.
///
/// ```swift
/// let retention = identity.retention([
///     .rows("visits", of: "visits", by: "ended_at", keptFor: .days(90)),
/// ])
/// let removed = try await retention.run(at: clock.now())
/// ```
public struct Retention: Sendable {
    /// What one rule removed.
    public struct Count: Sendable, Hashable {
        /// Name of the rule.
        public let rule: String
        /// Rows removed.
        public let rows: Int
    }

    /// The rules, in the order in which they run.
    public let rules: [RetentionRule]
    /// Rows in one transaction.
    public let batch: Int
    private let database: Database

    /// Rules over a database.
    public init(_ rules: [RetentionRule], in database: Database, batch: Int = 1000) {
        self.rules = rules
        self.database = database
        self.batch = max(1, batch)
    }

    /// Applies every rule. May be broken off and begun again, and run on several nodes.
    /// - Returns: a count for each rule, in their order.
    /// - Throws: ``SQLError`` of the first rule that fails; what went before stays removed.
    public func run(at now: Instant) async throws -> [Count] {
        var counts: [Count] = []
        for rule in rules {
            var rows = 0
            var last = batch
            while last >= batch {
                try Task.checkCancellation()
                last = try await database.write { try apply(rule, at: now, in: $0) }
                rows += last
            }
            counts.append(Count(rule: rule.name, rows: rows))
        }
        return counts
    }

    private func apply(_ rule: RetentionRule, at now: Instant, in transaction: Transaction) throws -> Int {
        let rows = try rule.work(now, batch, transaction)
        if rule.isAudited, rows > 0 {
            try transaction.audit(
                AuditEntry("retention.applied", entity: rule.name, after: ["rows": .integer(Int64(rows))], at: now))
        }
        return rows
    }
}
