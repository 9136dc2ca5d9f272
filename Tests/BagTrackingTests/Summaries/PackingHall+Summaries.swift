import Logging
import Portico
import Testing

@testable import BagTracking

/// Summaries and their jobs for tests.
extension PackingHall {
    /// The day that the clock shows.
    var today: WarehouseDay { WarehouseDay(containing: clock.now()) }

    /// What is done later, with caches of its own.
    func work(_ caches: CacheRegistry = CacheRegistry(), metrics: MetricsRegistry = MetricsRegistry()) -> BagWork {
        BagWork(
            services: services, summaries: SummaryReader(services: services, caches: caches),
            watch: CounterWatch(metrics: metrics))
    }

    /// Does all jobs that are due, as one node.
    func runJobs(_ work: BagWork, schedules: [Schedule] = []) async throws {
        var book = JobBook()
        work.register(in: &book)
        services.mails.register(in: &book, database: database)
        let worker = JobWorker(
            database: database, queue: services.jobs, book: book, schedules: schedules,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
            configuration: JobWorker.Configuration(application: "bags"))
        try await worker.runUntilIdle()
    }

    /// The summary of a day, read anew.
    func summary(
        _ day: WarehouseDay, _ scope: SummaryScope = .all, area: String? = nil
    ) async throws -> DailySummary {
        let reader = SummaryReader(services: services, caches: CacheRegistry())
        return try await reader.find(SummarySubject(day: day, scope: scope, areaCode: area), at: clock.now()).summary
    }

    /// Lets the clock show a moment.
    func wait(until moment: Instant) {
        clock.advance(by: moment - clock.now())
    }

    /// Addresses of all mails, in the order they were written.
    func mailed() async throws -> [String] {
        try await database.read { try services.mails.outbox(in: $0).reversed().map(\.to) }
    }
}
