import Portico

/// Adds scans that came as soon as they were made, by the thousand: one for each number, in Lucknow, by nobody in particular.
func addScans(
    _ numbers: ClosedRange<Int>, from start: Instant, every pause: Span, to database: Database
) async throws {
    let (first, last, step) = (numbers.lowerBound, numbers.upperBound, pause.milliseconds)
    _ = try await database.write { transaction in
        try transaction.execute(
            "test.scans",
            """
            INSERT INTO scans (user_id, client_scan_id, content_hash, kind, outcome, code, area_code, scanned_at,
                recorded_at, request_id)
            WITH RECURSIVE n (i) AS (SELECT \(first) UNION ALL SELECT i + 1 FROM n WHERE i < \(last))
            SELECT 1, 'earlier-' || i, '', 'parent', 'found', 'SB' || i, 'lucknow', \(start) + (i - \(first)) * \(step),
                \(start) + (i - \(first)) * \(step), '' FROM n
            """)
    }
}

/// Has the database take statistics of its scans, as SQLite does at shutdown and PostgreSQL by itself.
func analyzeScans(of database: Database) async throws {
    _ = try await database.write { try $0.execute("test.analyze", "ANALYZE scans") }
}
