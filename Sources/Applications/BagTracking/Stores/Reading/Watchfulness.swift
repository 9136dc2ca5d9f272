import Portico

/// What somebody should look at, beside the figures: foreign sacks at gates, devices that came late, the last import.
struct Watchfulness: Sendable {
    /// The import that was asked for last.
    struct LastImport: Sendable, Hashable {
        let jobID: Int64
        let kind: ImportKind
        let isDryRun: Bool
        let at: Instant
        /// The state of its job; nil where that is no longer kept.
        let state: JobState?
        /// Why it failed, as a stable code.
        let failure: String?
    }

    /// Foreign sacks on lorries at gates.
    let openFindings: Int
    /// Devices that delivered scans within the last hour which were made more than a minute before. A scan that names no
    /// device counts for the person.
    let lateDevices: Int
    /// Nil before the first, and for those who may not know.
    let lastImport: LastImport?

    /// For how long a device that came late is told of.
    static let lateness = Span.hours(1)
    /// The most late scans that are looked at, the newest of them, or of each area: an hour of many tables has more.
    private static let mostLate = 5000

    /// As it is now, in one statement.
    /// - Parameters:
    ///   - area: nil for all areas.
    ///   - showsImports: whether the reader may know of imports.
    /// - Throws: ``SQLError``.
    static func read(
        area: String?, at now: Instant, showsImports: Bool, in session: some SQLSession
    ) throws -> Watchfulness {
        let found = try session.first(
            "watch.read",
            """
            SELECT \(findings(area)), \(devices(area, since: now - lateness, session.dialect)), i.job_id, i.kind, i.dry_run, i.created_at,
                j.state, i.failure
            FROM (SELECT 1 AS one) AS here LEFT JOIN (\(newestImport(showsImports))) AS i ON 1 = 1
            LEFT JOIN jobs j ON j.id = i.job_id
            """
        ) { row in
            Watchfulness(
                openFindings: try row[0], lateDevices: try row[1],
                lastImport: row.isNull(2)
                    ? nil
                    : LastImport(
                        jobID: try row[2], kind: try row[3], isDryRun: try row[4], at: try row[5],
                        state: (try row[6] as String?).flatMap { JobState(rawValue: $0) }, failure: try row[7]))
        }
        guard let found else { throw SQLError(.unexpectedNull, message: "a statement without tables has no row") }
        return found
    }

    private static func findings(_ area: String?) -> SQL {
        let filter: SQL = area.map { "AND l.area_code = \($0)" } ?? ""
        return """
            (SELECT CAST(coalesce(sum(c.open_findings), 0) AS BIGINT) FROM gate_checks c
                JOIN bills l ON l.id = c.bill_id WHERE c.state = 'running' \(filter))
            """
    }

    private static func devices(_ area: String?, since start: Instant, _ dialect: Dialect) -> SQL {
        "(SELECT count(DISTINCT coalesce(device_id, 'user ' || user_id)) FROM \(lateScans(area, since: start, dialect)))"
    }

    /// The newest scans that came late, read from ``BagSchema/lateScansByExpression`` and nowhere else.
    static func lateScans(_ area: String?, since start: Instant, _ dialect: Dialect) -> SQL {
        switch (area, dialect) {
        case (let area?, .postgresql): "(\(lateScans("= \(area)", since: start))) AS late"
        // One after the other: over several areas at once PostgreSQL starts helpers to sort what is a handful.
        case (nil, .postgresql): "areas a CROSS JOIN LATERAL (\(lateScans("= a.code", since: start))) AS late"
        // The planner of SQLite would rather read all scans of an area.
        case (let area?, .sqlite): "(\(lateScans("= \(area)", since: start, in: "INDEXED BY scans_late"))) AS late"
        case (nil, .sqlite):
            "(\(lateScans("IN (SELECT code FROM areas)", since: start, in: "INDEXED BY scans_late"))) AS late"
        }
    }

    private static func lateScans(_ areas: SQL, since start: Instant, in index: SQL = "") -> SQL {
        """
        SELECT device_id, user_id FROM scans \(index)
        WHERE area_code \(areas) AND recorded_at - scanned_at > 60000
            AND CASE WHEN recorded_at - scanned_at > 60000 THEN recorded_at END >= \(start)
        ORDER BY CASE WHEN recorded_at - scanned_at > 60000 THEN recorded_at END DESC LIMIT \(mostLate)
        """
    }

    private static func newestImport(_ isShown: Bool) -> SQL {
        let place: SQL = isShown ? "ORDER BY job_id DESC LIMIT 1" : "WHERE 1 = 0"
        return "SELECT job_id, kind, dry_run, created_at, failure FROM imports \(place)"
    }
}
