import Portico

/// Compares every counter with its rows, at night (rule R38) and after they were rebuilt. Nothing is put right by itself: a difference is an incident
/// that somebody has to understand.
struct CheckCounters: Job {
    static let name = "bags.check_counters"
    var payload: JSONValue { [:] }
    var uniqueness: JobUniqueness? { .whileActive("check") }

    init() {}
    init(payload: JSONValue) {}
}

/// Does ``CheckCounters``.
struct CounterChecker: Sendable {
    let services: BagTrackingServices
    let watch: CounterWatch

    /// Checks, and writes to all active administrators when something differs.
    /// - Throws: ``SQLError``.
    func check(_ run: JobRun) async throws {
        let verification = try await services.database.readAtLength(.present) { try CounterStore.verify(in: $0) }
        watch.note(verification, at: services.clock.now())
        let differences = verification.drift.sorted { $0.key < $1.key }
        try await services.database.write { [services] transaction in
            if !differences.isEmpty {
                for admin in try SummaryMails.recipients(involved: [], in: transaction) {
                    let mail = CounterChecker.alarm(differences, to: admin, from: services.settings.office)
                    try services.mails.enqueue(
                        mail.marked("bags.counters_differ", isConfidential: false), in: transaction)
                }
            }
            try run.finish(
                ["differences": .integer(Int64(differences.count)), "drift": .integer(verification.totalDrift)],
                in: transaction)
        }
    }

    /// What the last check since `start` found, on whichever node; nil where there was none.
    /// - Throws: ``SQLError``.
    static func lastFinding(since start: Instant, in session: some SQLSession) throws -> CounterFinding? {
        let last = try session.first(
            "counters.last_check",
            """
            SELECT result, finished_at FROM jobs
            WHERE finished_at >= \(start) AND name = \(CheckCounters.name) AND state = 'succeeded'
            ORDER BY finished_at DESC, id DESC LIMIT 1
            """
        ) { (result: try $0[0] as String?, at: try $0[1] as Instant) }
        guard let last, let result = last.result,
            let drift = try JSONValue(parsing: Array(result.utf8))["drift"]?.int64
        else { return nil }
        return CounterFinding(drift: drift, at: last.at)
    }

    private static let shown = 50

    private static func alarm(
        _ differences: [(key: CounterChanges.Key, value: Int64)], to admin: SummaryMails.Recipient,
        from office: MailLetter.Office
    ) -> Mail {
        let lines = differences.prefix(shown).map { entry -> LetterText in
            "\(entry.key.spoken): counter minus rows is \(entry.value)"
        }
        let rest: [LetterText] = differences.count > shown ? ["… and \(differences.count - shown) more"] : []
        let letter = MailLetter(
            "Bag tracking: counters differ from the rows", from: office,
            [
                .paragraph("Hello \(admin.name),"),
                .paragraph(
                    """
                    the check found counters that are not what a recount finds. Nothing was changed. Tell the operator,
                    who looks for the cause and then has the counters rebuilt by the command
                    portico counters bags --rebuild.
                    """),
                .list(lines + rest),
            ])
        return Mail(to: admin.address, letter)
    }
}
