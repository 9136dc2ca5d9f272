import Portico
import Synchronization

/// Reads figures, from memory when nothing has changed since they were read last.
///
/// Copies are kept under the version of the figures, which rises in the same transaction as every change of them, and
/// which is read anew each time: a copy is never stale.
final class StatsReader: Sendable {
    private struct Copy {
        let version: Int64
        let stats: Stats
    }

    private struct State {
        var copies: [String: Copy] = [:]
        var hits = 0
        var misses = 0
    }

    private let state = Mutex(State())
    private let versions = Mutex<[String: SharedQuestion<Int64>]>([:])

    /// The figures of an area, nil for all areas, as they are in this snapshot.
    /// - Throws: ``SQLError``.
    func stats(area: String?, in session: some SQLSession) throws -> Stats {
        let version = try CounterStore.version(area: area, in: session)
        if let known = copy(area: area, version: version) { return known }
        state.withLock { $0.misses += 1 }
        let key = area ?? ""
        let stats = Stats(areaCode: area, values: try CounterStore.values(area: area, in: session))
        state.withLock { state in
            // A reader of an older snapshot must not put its copy over a newer one.
            if state.copies[key].map({ $0.version < version }) ?? true {
                state.copies[key] = Copy(version: version, stats: stats)
            }
        }
        return stats
    }

    /// The figures as they are now: one single statement when nothing has changed since they were read last, which those who
    /// ask at once share. Each still sees what was committed before they asked.
    /// - Throws: ``SQLError``.
    func stats(area: String?, in database: Database) async throws -> Stats {
        let version = try await question(area: area, of: database).answer()
        if let known = copy(area: area, version: version) { return known }
        return try await database.read { [self] in try stats(area: area, in: $0) }
    }

    /// One question for each area; there are as many as areas that exist.
    private func question(area: String?, of database: Database) -> SharedQuestion<Int64> {
        versions.withLock { versions in
            if let known = versions[area ?? ""] { return known }
            let question = SharedQuestion {
                try await database.fetchFirst("counters.version", CounterStore.versionQuery(area: area)) { row in
                    try row[0] as Int64
                } ?? 0
            }
            versions[area ?? ""] = question
            return question
        }
    }

    private func copy(area: String?, version: Int64) -> Stats? {
        state.withLock { state in
            guard let copy = state.copies[area ?? ""], copy.version == version else { return nil }
            state.hits += 1
            return copy.stats
        }
    }

    /// How often figures came from memory, and how often from the database.
    var counts: (hits: Int, misses: Int) { state.withLock { ($0.hits, $0.misses) } }
}

/// Reads the hours of activity that the dashboard draws.
enum ActivityReader {
    /// Scans of one kind and outcome in one hour of a day.
    struct Hour: Sendable, Hashable {
        let hour: Int
        let kind: ScanKind
        /// An outcome of scans, or `undone`.
        let outcome: String
        let count: Int
    }

    /// The hours of a warehouse day with anything in them.
    /// - Parameter area: nil for all areas.
    /// - Throws: ``SQLError``.
    static func hours(of date: CalendarDate, area: String?, in session: some SQLSession) throws -> [Hour] {
        let areas: SQL = area.map { "area_code = \($0)" } ?? "area_code IN (SELECT code FROM areas UNION ALL SELECT '')"
        return try session.all(
            "activity.hours",
            """
            SELECT hour, kind, outcome, CAST(sum(count) AS BIGINT) FROM daily_activity
            WHERE \(areas) AND date = \(date) GROUP BY hour, kind, outcome ORDER BY hour
            """
        ) { Hour(hour: try $0[0], kind: try $0[1], outcome: try $0[2], count: try $0[3]) }
    }
}
