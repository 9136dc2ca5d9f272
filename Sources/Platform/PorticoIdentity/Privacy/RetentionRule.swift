import PorticoSQL
import PorticoValues

/// How long one kind of row is kept.
public struct RetentionRule: Sendable {
    /// Removes up to `limit` rows that are due.
    typealias Work = @Sendable (_ now: Instant, _ limit: Int, _ transaction: Transaction) throws -> Int

    /// Name of the rule, in results and in the audit: `scans.pictures`.
    public let name: String
    /// Whether removals are audited; not what merely has expired.
    public let isAudited: Bool
    let work: Work

    init(_ name: String, isAudited: Bool, work: @escaping Work) {
        self.name = name
        self.isAudited = isAudited
        self.work = work
    }

    /// Rows of a table are removed some time after the instant in one of their columns. There should be an index on it.
    ///
    /// Names and the condition are the program's own, never anybody's input.
    /// - Parameters:
    ///   - column: column with the instant, in milliseconds; rows where it is null stay.
    ///   - age: how long after that instant rows are kept.
    ///   - condition: which rows, on columns of the table; all of them when nil.
    ///   - key: column that tells rows apart.
    public static func rows(
        _ name: String, of table: StaticString, by column: StaticString, keptFor age: Span, where condition: SQL? = nil,
        key: StaticString = "id", isAudited: Bool = true
    ) -> RetentionRule {
        let (table, column) = (SQL(trusted: table.description), SQL(trusted: column.description))
        let (key, statement) = (SQL(trusted: key.description), "retention.\(name)")
        let extra: SQL = condition.map { " AND (\($0))" } ?? ""
        return RetentionRule(name, isAudited: isAudited) { now, limit, transaction in
            try transaction.execute(
                statement,
                """
                DELETE FROM \(table) WHERE \(key) IN (
                    SELECT \(key) FROM \(table) WHERE \(column) <= \(now - age)\(extra)
                    ORDER BY \(column) LIMIT \(limit))
                """)
        }
    }

    /// A rule that works in the application's own way, such as emptying a column instead of removing the row.
    /// - Parameter work: treats up to `limit` rows that are due at `now`, and says how many it were. It is called until
    ///   it says fewer than `limit`, so it must not meet the same rows again.
    public static func custom(
        _ name: String, isAudited: Bool = true,
        work: @escaping @Sendable (_ now: Instant, _ limit: Int, _ transaction: Transaction) throws -> Int
    ) -> RetentionRule {
        RetentionRule(name, isAudited: isAudited, work: work)
    }
}
