import Logging
import PorticoEvents
import PorticoJobs
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoWebhooks

@Suite(.timeLimit(.minutes(5))) struct WebhookTurnTests {
    /// Does what is due; counts the runs that deliver, and what they cost.
    private func work(
        _ office: PostOffice, elapsed: @escaping @Sendable () -> Int64
    ) async throws -> [(name: String, attempt: Int)] {
        let runs = Mutex<[(name: String, attempt: Int)]>([])
        var book = JobBook()
        let sender = WebhookSender(desk: office.desk, elapsed: elapsed)
        book.handle(DeliverWebhooks.self) { job, run in
            runs.withLock { $0.append((run.name, run.attempt)) }
            try await sender.run(job.subscription, run)
        }
        try await JobWorker(
            database: office.database, queue: office.jobs, book: book,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: office.metrics,
            configuration: JobWorker.Configuration(application: "test")
        ).runUntilIdle()
        return runs.withLock(\.self)
    }

    @Test(
        "a receiver that is slow has its turn for a minute, then the job comes again and no try is spent",
        arguments: TestEngine.available)
    func turns(engine: TestEngine) async throws {
        let seconds = Mutex<Int64>(0)
        let server = try LocalServer { _ in
            // Each call takes 25 seconds, by the clock that turns go by.
            seconds.withLock { $0 += 25 }
            return .answer(200)
        }
        defer { server.stop() }
        try await withOffice(on: engine, policy: WebhookPolicy(waits: [.seconds(5)], parallel: 1)) { office in
            let (id, _) = try await office.subscribe(server.url)
            for number in 1...8 { try await office.tell(("bag.created", "a", number)) }
            let runs = try await work(office) { seconds.withLock { $0 * 1_000_000_000 } }
            #expect(server.received.compactMap(\.number) == Array(1...8))
            #expect(runs.count == 3 && runs.allSatisfy { $0.attempt == 1 })
            let deliveries = try await office.deliveries(id)
            #expect(deliveries.allSatisfy { $0.state == .delivered && $0.attempts == 1 })
        }
    }

    @Test("a run makes at least one call, however long the way to it took", arguments: TestEngine.available)
    func goesOn(engine: TestEngine) async throws {
        let server = try LocalServer()
        defer { server.stop() }
        try await withOffice(on: engine) { office in
            _ = try await office.subscribe(server.url)
            try await office.tell(("bag.created", "a", 1), ("bag.created", "a", 2))
            let minutes = Mutex<Int64>(0)
            _ = try await work(office) {
                minutes.withLock { time in
                    time += 2
                    return time * 60_000_000_000
                }
            }
            #expect(server.received.compactMap(\.number) == [1, 2])
        }
    }

    @Test("deliveries leave room on the node, and what wakes them has a queue of its own")
    func room() {
        #expect([1, 2, 4, 8, 100].map { WebhookDesk.places(of: $0) } == [1, 1, 3, 6, 75])
        #expect(DeliverWebhooks.policy.queue == WebhookDesk.queue)
        #expect(ResumeWebhooks.policy.queue != WebhookDesk.queue && TendWebhooks.policy.queue != WebhookDesk.queue)
        let longest = WebhookSender.turnLength.milliseconds + WebhookPolicy().timeout.milliseconds
        #expect(longest < DeliverWebhooks.policy.softTimeout.milliseconds)
    }
}
