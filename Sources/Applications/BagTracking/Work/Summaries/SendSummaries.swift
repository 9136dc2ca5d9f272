import Portico

/// Mails the summary of a day that is over to everybody who gets it, each once (rule R40).
struct SendSummaries: Job {
    static let name = "bags.send_summaries"
    let day: WarehouseDay
    var payload: JSONValue { ["date": .string(day.date.text)] }
    var uniqueness: JobUniqueness? { .whileActive(day.date.text) }
    var tags: [String] { [SendSummaries.tag(day)] }

    /// By which operators find the summaries of a day and their mails.
    static func tag(_ day: WarehouseDay) -> String { "summary:\(day.date.text)" }

    init(day: WarehouseDay) {
        self.day = day
    }

    init(payload: JSONValue) throws {
        guard let date = CalendarDate(try payload.text("date")) else { throw JobPayloadError(member: "date") }
        day = WarehouseDay(date: date)
    }
}

/// Does ``SendSummaries``.
struct SummarySender: Sendable {
    let services: BagTrackingServices
    let summaries: SummaryReader

    /// Writes the mails that are missing. A run that was killed is done again and writes only the others.
    /// - Throws: ``JobFailure`` for a day that is not over, ``SQLError``.
    func send(_ day: WarehouseDay, _ run: JobRun) async throws {
        guard day.isOver(at: run.now) else {
            throw JobFailure.permanent("day_not_over", "The day is not over yet.")
        }
        let everything = try await summaries.acts(of: SummarySubject(day: day, scope: .all), at: run.now)
        let (recipients, served) = try await services.database.read { reading in
            (
                try SummaryMails.recipients(involved: everything.involved, in: reading),
                try SummaryMails.served(day, in: reading)
            )
        }
        for (index, recipient) in recipients.enumerated() where !served.contains(recipient.id) {
            try await run.progress(Int64(index), of: Int64(recipients.count))
            try await send(day, to: recipient, run)
        }
        try await finish(day, recipients: recipients.count, run)
    }

    private func send(_ day: WarehouseDay, to recipient: SummaryMails.Recipient, _ run: JobRun) async throws {
        let now = run.now
        let summary = try await summaries.find(SummarySubject(day: day, scope: recipient.scope), at: now).summary
        let mail = SummaryMail(summary: summary, settings: services.settings).mail(to: recipient)
        try await services.database.write { [services] transaction in
            try SummaryMails.enqueue(
                mail, to: recipient, of: day, through: services.mails, by: run.id, at: now, in: transaction)
        }
    }

    /// The result, and a row of the audit where something was sent or somebody asked. What was sent is counted in the
    /// rows, so that a run that follows one that was killed tells of the mails of both.
    private func finish(_ day: WarehouseDay, recipients: Int, _ run: JobRun) async throws {
        try await services.database.write { transaction in
            let queued = try SummaryMails.count(day, by: run.id, in: transaction)
            let result: JSONValue = .object([
                (key: "queued", value: .integer(Int64(queued))),
                (key: "already_sent", value: .integer(Int64(max(0, recipients - queued)))),
            ])
            if queued > 0 || run.owner != nil {
                var entry = AuditEntry("summary.sent", entity: day.date.text, after: result, at: run.now)
                entry.actorID = run.owner
                try transaction.audit(entry)
            }
            try run.finish(result, in: transaction)
        }
    }
}
