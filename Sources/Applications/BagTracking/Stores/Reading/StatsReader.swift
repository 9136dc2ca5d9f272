import Portico
import Synchronization

/// Reads figures, from memory when nothing has changed since they were read last.
///
/// Copies are kept under the version of the figures, which rises in the same transaction as every change of them, and
/// which is read anew each time: a copy is never stale. After a minute they are read again all the same.
final class StatsReader: Sendable {
    /// Figures, and when they were read. They are true until the version of the figures rises.
    struct Figures: Sendable {
        let stats: Stats
        let asOf: Instant
    }

    private let copies: VersionedCopies<String, Figures>
    private let versions = Mutex<[String: SharedQuestion<Int64>]>([:])
    private let clock: Clock

    /// - Parameter caches: where the copies are listed.
    init(clock: Clock, caches: CacheRegistry = CacheRegistry()) {
        self.clock = clock
        copies = VersionedCopies(CachePolicy("bags.figures", ttl: .seconds(60)), in: caches)
    }

    /// The figures of an area, nil for all areas, as they are in this snapshot.
    /// - Throws: ``SQLError``.
    func stats(area: String?, in session: some SQLSession) throws -> Stats {
        try figures(area: area, in: session).stats
    }

    /// The same with the time they were read at.
    /// - Throws: ``SQLError``.
    func figures(area: String?, in session: some SQLSession) throws -> Figures {
        try figures(area: area, version: CounterStore.version(area: area, in: session), in: session)
    }

    /// The same for whoever has read the version of the figures in this snapshot already.
    /// - Throws: ``SQLError``.
    func figures(area: String?, version: Int64, in session: some SQLSession) throws -> Figures {
        if let known = copy(area: area, version: version) { return known }
        let moment = copies.moment
        let stats = Stats(areaCode: area, values: try CounterStore.values(area: area, in: session))
        let figures = Figures(stats: stats, asOf: clock.now())
        // Of two who read the same, the first says when, so that the answer stays the same.
        return copies.keep(figures, for: area ?? "", version: version, since: moment)
    }

    /// The figures as they are now: one single statement when nothing has changed since they were read last, which those who
    /// ask at once share. Each still sees what was committed before they asked.
    /// - Throws: ``SQLError``.
    func figures(area: String?, in database: Database) async throws -> Figures {
        let version = try await question(area: area, of: database).answer()
        if let known = copy(area: area, version: version) { return known }
        return try await database.read { [self] in try figures(area: area, in: $0) }
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

    private func copy(area: String?, version: Int64) -> Figures? {
        copies.value(for: area ?? "", version: version)
    }

    /// How often figures came from memory, and how often from the database.
    var counts: (hits: Int, misses: Int) { copies.counts }
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
