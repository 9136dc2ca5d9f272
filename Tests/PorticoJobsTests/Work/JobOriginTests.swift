import Logging
import PorticoJSON
import PorticoJobs
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import Testing

@Suite("Where jobs come from", .timeLimit(.minutes(5))) struct JobOriginTests {
    private static let origin = WorkOrigin(
        requestID: "request-77", traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")

    /// What a request does.
    private func request(_ body: () async throws -> Void) async throws {
        let measure = RequestMeasure(requestID: Self.origin.requestID, traceparent: Self.origin.traceparent)
        try await RequestMeasure.$current.withValue(measure) { try await body() }
    }

    @Test(
        "jobs carry the request that enqueued them, alone, many at once and in groups", arguments: TestEngine.available)
    func enqueued(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let plain = try await shop.enqueue(Chore(1))
            try await request {
                let ticket = try await shop.enqueue(Chore(2))
                #expect(try await shop.record(ticket)?.origin == Self.origin)
                let group = try await shop.database.write { [queue = shop.queue] transaction in
                    try queue.enqueue(all: [Chore(3), Chore(4, key: "same")], in: transaction)
                    return try queue.enqueueGroup([Chore(5)], then: Summary(), in: transaction)
                }
                #expect(group.continuation != nil)
            }
            let origins = try await shop.database.read { [queue = shop.queue] reading in
                try queue.jobs(JobSearch(), in: reading).map(\.origin)
            }
            #expect(origins.count == 6 && origins.count { $0 == Self.origin } == 5)
            #expect(try await shop.record(plain)?.origin == nil)
        }
    }

    @Test("what a job enqueues comes from the same request, and so do its log lines", arguments: TestEngine.available)
    func followed(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ring = LogRing()
            let logs = LogConfiguration(sink: .ring(ring), level: LogLevelBox(.debug))
            let logger = Logger(label: "test") { label -> any LogHandler in
                JSONLogHandler(label: label, configuration: logs, metadataProvider: RequestMeasure.metadata)
            }
            let book = book(Chore.self) { chore, run in
                logger.info("at work")
                #expect(run.origin == (chore.number < 3 ? Self.origin : nil))
                guard chore.number == 1 else { return }
                try await shop.database.write { [queue = shop.queue] in _ = try queue.enqueue(Chore(2), in: $0) }
            }
            try await request { try await shop.enqueue(Chore(1)) }
            try await shop.enqueue(Chore(3))
            try await JobWorker(
                database: shop.database, queue: shop.queue, book: book, logger: logger, metrics: shop.metrics,
                configuration: JobWorker.Configuration(application: "test")
            ).runUntilIdle()
            let lines = ring.lines.map(\.text)
            let own = lines.filter { $0.contains("\"request.id\":\"request-77\"") }
            #expect(own.count { $0.contains("at work") } == 2 && own.count { $0.contains("\"message\":\"job\"") } == 2)
            #expect(own.allSatisfy { $0.contains("4bf92f3577b34da6a3ce929d0e0e4736") && $0.contains("\"job\":") })
            #expect(lines.count { $0.contains("at work") } == 3)
        }
    }
}
