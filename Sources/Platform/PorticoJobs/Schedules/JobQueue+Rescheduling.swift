import PorticoSQL
import PorticoValues

/// How operators change when schedules fire, while they run and without a deployment.
///
/// Nodes read the row each time they look, and advance it only as they read it. So each of them goes by the change at its
/// next look, and a time for which nobody has run when the change comes is run for once all the same.
extension JobQueue {
    /// Changes when a schedule fires and what is done about missed times, on all nodes, until somebody goes back to what
    /// the program says (``restoreSchedule(_:in:)``). A deployment does not undo it.
    ///
    /// Going back is what it is, too, when `terms` are those the program declares.
    /// - Returns: whether there is such a schedule.
    /// - Throws: ``ScheduleError`` for an expression that is none or never comes true, or a zone that is not known here;
    ///   ``SQLError``.
    @discardableResult
    public func reschedule(_ name: String, to terms: ScheduleTerms, in transaction: Transaction) throws -> Bool {
        guard try !terms.times(1, after: clock.now()).isEmpty else {
            throw ScheduleError(text: terms.cron, reason: "it never comes true")
        }
        return try put(terms, on: name, in: transaction)
    }

    /// Goes back to what the program says.
    /// - Returns: whether there is such a schedule.
    /// - Throws: ``ScheduleError`` where its zone is not known here; ``SQLError``.
    @discardableResult
    public func restoreSchedule(_ name: String, in transaction: Transaction) throws -> Bool {
        try put(nil, on: name, in: transaction)
    }

    /// - Parameter wanted: nil for what the program says.
    private func put(_ wanted: ScheduleTerms?, on name: String, in transaction: Transaction) throws -> Bool {
        guard let standing = try hold(schedule: name, in: transaction) else { return false }
        let (now, terms) = (clock.now(), wanted ?? standing.declared)
        let isEdit = terms != standing.declared
        let (editedAt, editedOver): (Instant?, String?) = isEdit ? (now, standing.declared.text) : (nil, nil)
        // A node whose clock is ahead may have fired for a time that is still to come here.
        let next = try terms.occurrences().next(after: max(now, standing.lastAt ?? now))
        let nextAt = standing.isOwed(at: now) ? standing.nextAt : next
        try transaction.execute(
            "schedules.change",
            """
            UPDATE job_schedules SET cron = \(terms.cron), zone = \(terms.zone), catch_up = \(terms.catchUp.text),
                edited_at = \(editedAt), edited_over = \(editedOver), next_at = \(nextAt)
            WHERE name = \(name)
            """)
        announce(in: transaction)
        return true
    }
}

extension ScheduleStanding {
    /// Whether a time has come for which nobody has run yet. One that is held misses its times.
    fileprivate func isOwed(at now: Instant) -> Bool {
        guard !isPaused, let nextAt else { return false }
        return nextAt <= now
    }
}
