import PorticoSQL
import PorticoValues
import Synchronization

/// Fires the schedules of one process, in step with those of the others.
final class ScheduleKeeper: Sendable {
    private let schedules: [Schedule]
    private let queue: JobQueue
    private let programAt: Instant
    /// When to declare them; nil when that is done.
    private let declaresAt = Mutex<Instant?>(Instant(milliseconds: 0))

    /// - Parameter programAt: from when the program is.
    init(_ schedules: [Schedule], queue: JobQueue, programAt: Instant = Instant(milliseconds: 0)) {
        self.schedules = schedules
        self.queue = queue
        self.programAt = programAt
    }

    var isEmpty: Bool { schedules.isEmpty }

    /// Enqueues the jobs of schedules whose time has come.
    /// - Returns: names of the schedules that fired here.
    /// - Throws: ``ScheduleError`` for one that is not understood here, when all others have fired; ``SQLError``.
    func fire(in database: Database) async throws -> [String] {
        let now = queue.clock.now()
        try await declare(at: now, in: database)
        let standings = try await database.read { [queue] in try queue.schedules(in: $0) }
        let due = Dictionary(
            uniqueKeysWithValues: standings.filter { !$0.isPaused && $0.nextAt.map { $0 <= now } ?? false }
                .map { ($0.name, $0) })
        var fired: [String] = []
        let asked = Set(standings.filter { $0.askedAt != nil }.map(\.name))
        for schedule in schedules where asked.contains(schedule.name) {
            let isMine = try await database.write { [self] in try answer(schedule, at: now, in: $0) }
            if isMine { fired.append(schedule.name) }
        }
        var fault: ScheduleError?
        for schedule in schedules {
            guard let standing = due[schedule.name], let first = standing.nextAt else { continue }
            do {
                let isMine = try await database.write { [self] transaction in
                    try fire(schedule, standing, from: first, at: now, in: transaction)
                }
                if isMine { fired.append(schedule.name) }
            } catch let error as ScheduleError {
                fault = error
            }
        }
        if let fault { throw fault }
        return fired
    }

    /// Whoever moves the row on fires; the others find that it has moved. So does whoever read it before an operator
    /// changed it, and looks again: the time that has come is still there.
    func fire(
        _ schedule: Schedule, _ standing: ScheduleStanding, from first: Instant, at now: Instant,
        in transaction: Transaction
    ) throws -> Bool {
        let occurrences = try standing.occurrences()
        let due = (standing.catchUp ?? schedule.catchUp).due(occurrences, from: first, through: now)
        let moved = try transaction.execute(
            "schedules.advance",
            """
            UPDATE job_schedules SET next_at = \(occurrences.next(after: now)), last_at = \(due.last ?? standing.lastAt)
            WHERE name = \(schedule.name) AND next_at = \(first) AND is_paused = 0
                AND cron = \(standing.cron) AND zone = \(standing.zone)
                AND coalesce(edited_at, 0) = \(standing.editedAt ?? Instant(milliseconds: 0))
            """)
        guard moved == 1, !due.isEmpty else { return false }
        for time in due { try queue.enqueue(schedule.job(time), in: transaction) }
        return true
    }

    /// Somebody wants it now, whatever the expression says. Whoever takes the wish from the row does it.
    private func answer(_ schedule: Schedule, at now: Instant, in transaction: Transaction) throws -> Bool {
        let taken = try transaction.execute(
            "schedules.answer",
            """
            UPDATE job_schedules SET asked_at = NULL, last_at = \(now)
            WHERE name = \(schedule.name) AND asked_at IS NOT NULL
            """)
        guard taken == 1 else { return false }
        try queue.enqueue(schedule.job(now), in: transaction)
        return true
    }

    /// Says what the program says. Where processes of several programs work the newest has the word: one of an older program
    /// that starts beside them adds what is missing, and says the rest when they are gone, as after a way back to it.
    private func declare(at now: Instant, in database: Database) async throws {
        guard let due = declaresAt.withLock(\.self), due <= now else { return }
        let isSaid = try await database.write { [self] transaction in
            // A newer program has given its sign of life before it comes here: it is seen, or it comes after.
            try JobLock.take("schedules", in: transaction)
            let isOutdated = try queue.isOutdated(programAt, in: transaction)
            for schedule in schedules { try register(schedule, replacing: !isOutdated, in: transaction) }
            return !isOutdated
        }
        declaresAt.withLock { $0 = isSaid ? nil : now + JobWorkerStanding.sign }
    }

    /// A schedule that is new, or that the program now says otherwise, starts from the present; one that an operator
    /// changed goes on as the operator said, and only notes what the program says.
    private func register(_ schedule: Schedule, replacing: Bool, in transaction: Transaction) throws {
        let next = CronOccurrences(cron: schedule.cron, zone: schedule.zone).next(after: queue.clock.now())
        let declared = "\(schedule.cron.text) | \(schedule.zone.name)"
        try transaction.execute(
            "schedules.register",
            """
            INSERT INTO job_schedules (name, declared, declared_catch_up, cron, zone, catch_up, next_at, is_paused)
            VALUES (\(schedule.name), \(declared), \(schedule.catchUp.text), \(schedule.cron.text),
                \(schedule.zone.name), \(schedule.catchUp.text), \(next), 0)
            \(replacing ? ScheduleKeeper.replacement : ScheduleKeeper.keeping)
            """)
    }

    private static let keeping: SQL = "ON CONFLICT (name) DO NOTHING"

    private static let replacement: SQL = """
        ON CONFLICT (name) DO UPDATE SET
            declared = excluded.declared, declared_catch_up = excluded.declared_catch_up,
            cron = CASE WHEN job_schedules.edited_at IS NULL THEN excluded.cron ELSE job_schedules.cron END,
            zone = CASE WHEN job_schedules.edited_at IS NULL THEN excluded.zone ELSE job_schedules.zone END,
            catch_up = CASE WHEN job_schedules.edited_at IS NULL THEN excluded.catch_up
                ELSE job_schedules.catch_up END,
            next_at = CASE WHEN job_schedules.edited_at IS NULL AND job_schedules.declared <> excluded.declared
                THEN excluded.next_at ELSE job_schedules.next_at END
        WHERE job_schedules.declared <> excluded.declared
            OR coalesce(job_schedules.declared_catch_up, '') <> excluded.declared_catch_up
        """
}

extension ScheduleStanding {
    /// When it comes true.
    /// - Throws: ``ScheduleError`` when a zone is not known here.
    func occurrences() throws(ScheduleError) -> CronOccurrences { try terms.occurrences() }
}
