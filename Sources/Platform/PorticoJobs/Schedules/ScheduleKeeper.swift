import PorticoSQL
import PorticoValues
import Synchronization

/// Fires the schedules of one process, in step with those of the others.
final class ScheduleKeeper: Sendable {
    private let schedules: [Schedule]
    private let queue: JobQueue
    private let isRegistered = Mutex(false)

    init(_ schedules: [Schedule], queue: JobQueue) {
        self.schedules = schedules
        self.queue = queue
    }

    var isEmpty: Bool { schedules.isEmpty }

    /// Enqueues the jobs of schedules whose time has come.
    /// - Returns: names of the schedules that fired here.
    func fire(in database: Database) async throws -> [String] {
        if !isRegistered.withLock(\.self) {
            try await database.write { [self] transaction in
                for schedule in schedules { try register(schedule, in: transaction) }
            }
            isRegistered.withLock { $0 = true }
        }
        let now = queue.clock.now()
        let standings = try await database.read { [queue] in try queue.schedules(in: $0) }
        let due = Dictionary(
            uniqueKeysWithValues: standings.filter { !$0.isPaused && $0.nextAt.map { $0 <= now } ?? false }
                .map { ($0.name, $0) })
        var fired: [String] = []
        for schedule in schedules {
            guard let standing = due[schedule.name], let first = standing.nextAt else { continue }
            let isMine = try await database.write { [self] transaction in
                try fire(schedule, standing, from: first, at: now, in: transaction)
            }
            if isMine { fired.append(schedule.name) }
        }
        return fired
    }

    /// Whoever moves the row on fires; the others find that it has moved.
    private func fire(
        _ schedule: Schedule, _ standing: ScheduleStanding, from first: Instant, at now: Instant,
        in transaction: Transaction
    ) throws -> Bool {
        let occurrences = try standing.occurrences
        let due = schedule.due(occurrences, from: first, through: now)
        let moved = try transaction.execute(
            "schedules.advance",
            """
            UPDATE job_schedules SET next_at = \(occurrences.next(after: now)), last_at = \(due.last ?? standing.lastAt)
            WHERE name = \(schedule.name) AND next_at = \(first) AND is_paused = 0
            """)
        guard moved == 1, !due.isEmpty else { return false }
        for time in due { try queue.enqueue(schedule.job(time), in: transaction) }
        return true
    }

    /// A schedule that is new, or that the program now says otherwise, starts from the present.
    private func register(_ schedule: Schedule, in transaction: Transaction) throws {
        let next = CronOccurrences(cron: schedule.cron, zone: schedule.zone).next(after: queue.clock.now())
        try transaction.execute(
            "schedules.register",
            """
            INSERT INTO job_schedules (name, declared, cron, zone, next_at, is_paused)
            VALUES (\(schedule.name), \(schedule.declared), \(schedule.cron.text), \(schedule.zone.name), \(next), 0)
            ON CONFLICT (name) DO UPDATE SET declared = excluded.declared, cron = excluded.cron, zone = excluded.zone,
                next_at = excluded.next_at
            WHERE job_schedules.declared <> excluded.declared
            """)
    }
}

extension ScheduleStanding {
    /// When it comes true.
    /// - Throws: ``ScheduleError`` when a zone is not known here.
    var occurrences: CronOccurrences {
        get throws { CronOccurrences(cron: try CronExpression(cron), zone: try JobZone.named(zone)) }
    }
}

/// What operators do with schedules.
extension JobQueue {
    /// All schedules, by name.
    /// - Throws: ``SQLError``.
    public func schedules(in session: some SQLSession) throws -> [ScheduleStanding] {
        try session.all(
            "schedules.all",
            "SELECT name, cron, zone, next_at, last_at, is_paused FROM job_schedules ORDER BY name"
        ) { row in
            try ScheduleStanding(
                name: row[0], cron: row[1], zone: row[2], nextAt: row[3], lastAt: row[4], isPaused: row[5])
        }
    }

    /// Changes when a schedule fires, from now on, until the program itself says something else.
    /// - Returns: whether there is such a schedule.
    /// - Throws: ``ScheduleError``, ``SQLError``.
    @discardableResult
    public func reschedule(
        _ name: String, _ cron: String, zone: JobZone, in transaction: Transaction
    ) throws -> Bool {
        let next = CronOccurrences(cron: try CronExpression(cron), zone: zone).next(after: clock.now())
        return try transaction.execute(
            "schedules.change",
            "UPDATE job_schedules SET cron = \(cron), zone = \(zone.name), next_at = \(next) WHERE name = \(name)") == 1
    }

    /// Holds a schedule. What it misses meanwhile is not caught up on.
    /// - Returns: whether there is such a schedule.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func pauseSchedule(_ name: String, in transaction: Transaction) throws -> Bool {
        try transaction.execute(
            "schedules.pause", "UPDATE job_schedules SET is_paused = 1 WHERE name = \(name)") == 1
    }

    /// Lets a schedule fire again, from now on.
    /// - Returns: whether there is such a schedule.
    /// - Throws: ``ScheduleError``, ``SQLError``.
    @discardableResult
    public func resumeSchedule(_ name: String, in transaction: Transaction) throws -> Bool {
        guard let standing = try schedules(in: transaction).first(where: { $0.name == name }) else { return false }
        let next = try standing.occurrences.next(after: clock.now())
        return try transaction.execute(
            "schedules.resume",
            "UPDATE job_schedules SET is_paused = 0, next_at = \(next) WHERE name = \(name)") == 1
    }
}
