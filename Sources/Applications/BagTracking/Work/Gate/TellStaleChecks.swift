import Portico

/// Tells of lorries whose check at the gate runs for too long.
struct TellStaleChecks: Job {
    static let name = "bags.tell_stale_checks"
    var payload: JSONValue { [:] }
    var uniqueness: JobUniqueness? { .whileActive("tell") }

    init() {}
    init(payload: JSONValue) {}
}

/// Does ``TellStaleChecks``: gatekeepers of the area and administrators get a mail, once for each check.
struct StaleChecks: Sendable {
    let services: BagTrackingServices

    /// Told after the commit; the key is the bill's area.
    static let event = "gate.check_stale"
    /// A check that runs for longer was forgotten, or something is wrong at the gate.
    static let limit = Span.hours(4)
    /// The most checks that one run tells of; the next run tells of others.
    private static let most = 100

    /// Writes the mails that are due. The note that a check was told of and its mails become true together.
    /// - Throws: ``SQLError``.
    func tell(_ run: JobRun) async throws {
        let now = run.now
        try await services.database.write { [services] transaction in
            let stale = try StaleCheck.due(before: now - StaleChecks.limit, most: StaleChecks.most, in: transaction)
            for check in stale { try tell(check, at: now, in: transaction) }
            try run.finish(["told": .integer(Int64(stale.count))], in: transaction)
            transaction.afterCommit { services.metrics.toldOfStaleChecks(stale.count) }
        }
    }

    private func tell(_ check: StaleCheck, at now: Instant, in transaction: Transaction) throws {
        try transaction.execute(
            "gate.told_stale", "UPDATE gate_checks SET told_stale_at = \(now) WHERE id = \(check.id)")
        for person in try check.recipients(in: transaction) {
            let mail = check.mail(
                to: person, from: services.settings.office, publicURL: services.settings.publicURL, at: now)
            try services.mails.enqueue(mail.marked("bags.stale_gate_check", isConfidential: false), in: transaction)
        }
        try services.outbox.publish(
            Event(StaleChecks.event, key: check.areaCode, payload: check.payload, at: now), in: transaction)
    }
}
