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

    /// The figures of an area, nil for all areas, as they are in this snapshot.
    /// - Throws: ``SQLError``.
    func stats(area: String?, in session: some SQLSession) throws -> Stats {
        let version = try CounterStore.version(area: area, in: session)
        let key = area ?? ""
        let known = state.withLock { state -> Stats? in
            guard let copy = state.copies[key], copy.version == version else {
                state.misses += 1
                return nil
            }
            state.hits += 1
            return copy.stats
        }
        if let known { return known }
        let stats = Stats(areaCode: area, values: try CounterStore.values(area: area, in: session))
        state.withLock { state in
            // A reader of an older snapshot must not put its copy over a newer one.
            if state.copies[key].map({ $0.version < version }) ?? true {
                state.copies[key] = Copy(version: version, stats: stats)
            }
        }
        return stats
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
