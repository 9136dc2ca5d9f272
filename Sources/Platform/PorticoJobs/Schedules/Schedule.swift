import PorticoSQL
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
/// transaction. Operators may change when it fires, and what is done about missed times, while it runs.
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

    /// What the program says.
    var declared: ScheduleTerms { ScheduleTerms(cron: cron.text, zone: zone.name, catchUp: catchUp) }
}

/// How a schedule stands.
public struct ScheduleStanding: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// The expression in force.
    public let cron: String
    /// Name of the zone in force.
    public let zone: String
    /// What is done about missed times; nil until a node has said so.
    public let catchUp: Schedule.CatchUp?
    /// When it fires next; nil when never.
    public let nextAt: Instant?
    /// The time it fired for last.
    public let lastAt: Instant?
    /// Whether it is held.
    public let isPaused: Bool
    /// Since when somebody wants its job now; nil when nobody does.
    public let askedAt: Instant?
    /// What the program says.
    public let declared: ScheduleTerms
    /// Since when an operator's word is in force; nil where the program's is.
    public let editedAt: Instant?
    /// What the program said then; nil where its word is in force.
    public let editedOver: ScheduleTerms?

    /// What is in force.
    public var terms: ScheduleTerms {
        ScheduleTerms(cron: cron, zone: zone, catchUp: catchUp ?? declared.catchUp)
    }

    /// Whether the program has come to say something else since an operator changed the schedule.
    public var isOverridingNews: Bool { editedOver.map { $0 != declared } ?? false }

    static let columns: SQL = """
        name, cron, zone, catch_up, next_at, last_at, is_paused, asked_at, declared, declared_catch_up, edited_at,
        edited_over
        """

    init(_ row: Row) throws {
        let (caught, declaredText, declaredCaught): (String?, String, String?) = (try row[3], try row[8], try row[9])
        let over: String? = try row[11]
        name = try row[0]
        cron = try row[1]
        zone = try row[2]
        catchUp = caught.flatMap { Schedule.CatchUp(text: $0) }
        nextAt = try row[4]
        lastAt = try row[5]
        isPaused = try row[6]
        askedAt = try row[7]
        var declared = ScheduleTerms(text: declaredText) ?? ScheduleTerms(cron: cron, zone: zone)
        if let catchUp = declaredCaught.flatMap({ Schedule.CatchUp(text: $0) }) { declared.catchUp = catchUp }
        self.declared = declared
        editedAt = try row[10]
        editedOver = over.flatMap { ScheduleTerms(text: $0) }
    }
}
