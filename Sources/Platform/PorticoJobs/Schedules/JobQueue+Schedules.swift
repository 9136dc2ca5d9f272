import PorticoSQL
import PorticoValues

/// What operators do with schedules.
extension JobQueue {
    /// All schedules, by name.
    /// - Throws: ``SQLError``.
    public func schedules(in session: some SQLSession) throws -> [ScheduleStanding] {
        try session.all(
            "schedules.all", "SELECT \(ScheduleStanding.columns) FROM job_schedules ORDER BY name"
        ) { try ScheduleStanding($0) }
    }

    /// A schedule that nobody else changes until the end of the transaction; nil when there is none of this name.
    /// - Throws: ``SQLError``.
    public func hold(schedule name: String, in transaction: Transaction) throws -> ScheduleStanding? {
        try transaction.first(
            "schedules.hold",
            """
            SELECT \(ScheduleStanding.columns) FROM job_schedules WHERE name = \(name)\(transaction.dialect.forUpdate)
            """
        ) { try ScheduleStanding($0) }
    }

    /// Has a schedule's job enqueued within a second, held or not, besides the times it fires anyway.
    /// - Returns: whether there is such a schedule.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func runScheduleNow(_ name: String, in transaction: Transaction) throws -> Bool {
        let changed = try transaction.execute(
            "schedules.ask", "UPDATE job_schedules SET asked_at = \(clock.now()) WHERE name = \(name)")
        announce(in: transaction)
        return changed == 1
    }

    /// Holds a schedule. What it misses meanwhile is not caught up on.
    /// - Returns: whether there is such a schedule.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func pauseSchedule(_ name: String, in transaction: Transaction) throws -> Bool {
        try transaction.execute(
            "schedules.pause", "UPDATE job_schedules SET is_paused = 1 WHERE name = \(name)") == 1
    }

    /// Lets a schedule that is held fire again, from now on. One that is not goes on as it was.
    /// - Returns: whether there is such a schedule.
    /// - Throws: ``ScheduleError`` where its zone is not known here; ``SQLError``.
    @discardableResult
    public func resumeSchedule(_ name: String, in transaction: Transaction) throws -> Bool {
        guard let standing = try hold(schedule: name, in: transaction) else { return false }
        guard standing.isPaused else { return true }
        let next = try standing.occurrences().next(after: clock.now())
        return try transaction.execute(
            "schedules.resume",
            "UPDATE job_schedules SET is_paused = 0, next_at = \(next) WHERE name = \(name)") == 1
    }
}
