import Logging
import PorticoEvents
import PorticoJobs
import PorticoOutbound
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoWebhooks

/// What a node leaves behind that is lost while it delivers: it has called, and writes nothing down any more.
@Suite(.timeLimit(.minutes(5))) struct WebhookLostNodeTests {
    /// A node of its own on the office's data.
    private struct Sender: Sendable {
        let database: Database
        let client: OutboundClient
        let worker: JobWorker

        init(_ office: PostOffice) async throws {
            database = try await office.test.openAgain()
            let jobs = JobQueue(clock: office.clock)
            client = try OutboundClient(clock: office.clock, metrics: MetricsRegistry())
            let desk = WebhookDesk(
                office.desk.configuration, database: database, jobs: jobs, client: client, clock: office.clock,
                metrics: MetricsRegistry(), application: "test")
            var book = JobBook()
            desk.handle(in: &book)
            worker = JobWorker(
                database: database, queue: jobs, book: book,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
                configuration: JobWorker.Configuration(application: "test", drain: .milliseconds(0)))
        }
    }

    @Test(
        "everything arrives at least once and in order, and the log says what is known",
        arguments: TestEngine.available)
    func lost(engine: TestEngine) async throws {
        let isHeld = Mutex(true)
        let server = try LocalServer { request in
            request.number == 3 && isHeld.withLock(\.self) ? .silence : .answer(200)
        }
        defer { server.stop() }
        let policy = WebhookPolicy(waits: [.seconds(5)], timeout: .seconds(10))
        try await withOffice(on: engine, policy: policy) { office in
            let (id, _) = try await office.subscribe(server.url)
            for number in 1...6 { try await office.tell(("bag.created", "a", number)) }
            let sender = try await Sender(office)
            let running = Task { await sender.worker.run() }
            while !server.received.contains(where: { $0.number == 3 }) {
                try await Task.sleep(for: .milliseconds(5))
            }
            // The node is gone: nothing it does reaches the data from here on.
            await sender.database.engine.close()
            running.cancel()
            isHeld.withLock { $0 = false }
            let before = try await office.deliveries(id).reversed().map(\.state)
            #expect(before == [.delivered, .delivered, .waiting, .waiting, .waiting, .waiting])

            // Nobody takes its work over before its lease is over.
            try await office.work()
            #expect(server.received.compactMap(\.number) == [1, 2, 3])
            try await office.pass(.seconds(31))
            #expect(server.received.compactMap(\.number) == [1, 2, 3, 3, 4, 5, 6])
            let twice = server.received.filter { $0.number == 3 }.compactMap { $0.headers["webhook-id"] }
            #expect(Set(twice).count == 1)
            let after = try await office.deliveries(id)
            #expect(after.allSatisfy { $0.state == .delivered && $0.attempts == 1 && $0.status == 200 })
            for delivery in after {
                let attempts = try await office.attempts(delivery)
                #expect(attempts.map(\.status) == [200])
            }
            await running.value
            await sender.client.shutdown()
        }
    }
}
