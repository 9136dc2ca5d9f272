import Portico

/// The hours of activity of loaded scans, as ``ActivityProjection`` would have counted them from events.
enum DemoActivity {
    /// Counts all scans.
    /// - Throws: ``SQLError``.
    static func fill(in transaction: Transaction) throws {
        let offset = Span.minutes(Int64(TimeZoneOffset.india.minutes)).milliseconds
        let hour = Span.hours(1).milliseconds
        let scans: SQL = """
            SELECT area_code, (recorded_at + \(offset)) / \(hour), kind, outcome, count(*) FROM scans GROUP BY 1, 2, 3, 4
            """
        let undone: SQL = """
            SELECT area_code, (undone_at + \(offset)) / \(hour), kind, 'undone', count(*) FROM scans
            WHERE undone_at IS NOT NULL GROUP BY 1, 2, 3, 4
            """
        for query in [scans, undone] {
            let rows = try transaction.all("demo.count_activity", query) { try row($0) }
            try transaction.bulkInsert(
                "demo.activity", into: "daily_activity",
                columns: ["area_code", "date", "hour", "kind", "outcome", "count"], rows: rows)
        }
    }

    /// - Parameter row: area, hours since 1970 in India's time, kind, outcome, count.
    private static func row(_ row: Row) throws -> [SQLValue] {
        let hours: Int = try row[1]
        return [
            .text(try row[0] as String? ?? ""), .text(CalendarDate(daysSinceEpoch: hours / 24).text),
            .integer(Int64(hours % 24)), .text(try row[2]), .text(try row[3]), .integer(try row[4]),
        ]
    }
}
