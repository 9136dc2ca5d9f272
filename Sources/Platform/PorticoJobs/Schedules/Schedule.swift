import PorticoValues

/// A job that comes again and again.
///
/// ```swift
/// let nightly = try Schedule("reports.nightly", "30 2 * * *", zone: .named("Europe/Berlin")) { at in
///     NightlyReport(day: at)
/// }
/// ```
///
/// Fires once for each time on all nodes together: the node that advances the schedule's row enqueues, in one
/// transaction.
public struct Schedule: Sendable {
    /// What is done about times at which no node was there.
    public enum CatchUp: Sendable, Hashable {
        /// Nothing; a time that is at most a minute past still counts.
        case skip
        /// The latest of them, once.
        case once
        /// Each of the last so many.
        case all(limit: Int)
    }

    /// Stable name; its standing is kept under it.
    public let name: String
    /// When.
    public let cron: CronExpression
    /// In which zone.
    public let zone: JobZone
    /// What is done about missed times.
    public let catchUp: CatchUp
    let job: @Sendable (Instant) -> any Job

    /// A schedule. `job` gets the time it is for, which is not when it runs.
    /// - Throws: ``ScheduleError`` when the expression is none.
    public init(
        _ name: String, _ cron: String, zone: JobZone = .utc, catchUp: CatchUp = .once,
        job: @escaping @Sendable (Instant) -> any Job
    ) throws(ScheduleError) {
        self.name = name
        self.cron = try CronExpression(cron)
        self.zone = zone
        self.catchUp = catchUp
        self.job = job
    }

    /// What the program says, as it is kept.
    var declared: String { "\(cron.text) | \(zone.name)" }

    /// The times to run for, when `first` was the first that has come.
    func due(_ occurrences: CronOccurrences, from first: Instant, through now: Instant) -> [Instant] {
        switch catchUp {
        case .skip: occurrences.last(1, from: first, through: now).filter { now - $0 <= .minutes(1) }
        case .once: occurrences.last(1, from: first, through: now)
        case .all(let limit): occurrences.last(max(1, limit), from: first, through: now)
        }
    }
}

/// How a schedule stands.
public struct ScheduleStanding: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// The expression in force.
    public let cron: String
    /// Name of the zone in force.
    public let zone: String
    /// When it fires next; nil when never.
    public let nextAt: Instant?
    /// The time it fired for last.
    public let lastAt: Instant?
    /// Whether it is held.
    public let isPaused: Bool
    /// Since when somebody wants its job now; nil when nobody does.
    public let askedAt: Instant?
}
