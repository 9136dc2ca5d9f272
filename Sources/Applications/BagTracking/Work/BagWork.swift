import Portico

/// The jobs of bag tracking: who does them, and which of them come by the clock.
struct BagWork: Sendable {
    let services: BagTrackingServices
    let summaries: SummaryReader
    let watch: CounterWatch

    /// Adds what does them to the worker's book.
    func register(in book: inout JobBook) {
        let sender = SummarySender(services: services, summaries: summaries)
        book.handle(SendSummaries.self) { [watch] job, run in
            try await sender.send(job.day, run)
            watch.note(summarySent: run.now)
        }
        book.handle(ImportJob.self) { [services] _, run in
            try await ImportWorker(services: services).perform(run)
        }
        let checker = CounterChecker(services: services, watch: watch)
        book.handle(CheckCounters.self) { _, run in try await checker.check(run) }
        book.handle(EraseDriverPhones.self) { [services] _, _ in
            try await DriverPhones(services: services).erase(at: services.clock.now())
        }
        book.handle(TellStaleChecks.self) { [services] _, run in
            try await StaleChecks(services: services).tell(run)
        }
    }

    /// Those that come again and again, in the zone of the warehouses.
    /// - Throws: ``ScheduleError``.
    func schedules() throws(ScheduleError) -> [Schedule] {
        let zone = JobZone.offset(.india)
        let minute = services.settings.summaryMinute
        var schedules = [
            try Schedule("bags.counter_check", "30 2 * * *", zone: zone) { _ in CheckCounters() },
            try Schedule("bags.personal_data", "30 3 * * *", zone: zone) { _ in EraseDriverPhones() },
            try Schedule("bags.stale_gate_checks", "*/15 * * * *", zone: zone) { _ in TellStaleChecks() },
        ]
        if services.settings.sendsSummaries {
            // A node that was away for some days sends what was missed.
            schedules.append(
                try Schedule(
                    "bags.daily_summary", "\(minute % 60) \(minute / 60) * * *", zone: zone, catchUp: .all(limit: 7)
                ) { SendSummaries(day: WarehouseDay(containing: $0).before) })
        }
        return schedules
    }

    /// Learns when a summary was last sent, and what the last check of the counters found, by whichever node.
    /// - Throws: ``SQLError``.
    func learn() async throws {
        let (sends, now) = (services.settings.sendsSummaries, services.clock.now())
        let (sent, due, finding) = try await services.database.read { reading in
            (
                try SummaryMails.lastSent(in: reading),
                // A first summary that never comes is missed as well.
                sends ? try SummaryMails.beginning(in: reading) : nil,
                try CounterChecker.lastFinding(since: now - .hours(25), in: reading)
            )
        }
        watch.note(summarySent: sent)
        watch.note(summariesDue: due)
        watch.note(lastCheck: finding)
    }
}
