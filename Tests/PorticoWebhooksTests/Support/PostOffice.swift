import Logging
import PorticoEvents
import PorticoIdentity
import PorticoJSON
import PorticoJobs
import PorticoLimits
import PorticoOutbound
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Synchronization

@testable import PorticoWebhooks

/// A database with webhooks, a clock that stands still, and a worker.
final class PostOffice: Sendable {
    static let start = Instant(seconds: 1_790_000_000)
    static let components = [
        IdentitySchema.component, EventSchema.component, JobSchema.component, WebhookSchema.component,
    ]
    static let keys = SecretKeys(master: Secret(Array(repeating: 7, count: 32)))

    let test: TestDatabase
    let clock = Clock(standingAt: PostOffice.start)
    let metrics = MetricsRegistry()
    let jobs: JobQueue
    let client: OutboundClient
    let desk: WebhookDesk
    let outbox = EventOutbox()

    init(
        _ test: TestDatabase, policy: WebhookPolicy = WebhookPolicy(waits: [.seconds(5), .minutes(5)]),
        destination: DestinationPolicy = .anywhere
    ) throws {
        self.test = test
        jobs = JobQueue(clock: clock)
        var calls = OutboundClient.Configuration()
        calls.addresses = ["hooks.example.com": ["127.0.0.1"]]
        client = try OutboundClient(calls, clock: clock, metrics: metrics)
        let told = Told()
        var configuration = WebhookDesk.Configuration(
            kinds: [WebhookKind("bag.created", "A bag was made"), WebhookKind("scan.accepted", "A bag was seen")],
            seal: FieldSeal(keys: PostOffice.keys, purpose: "webhooks"), policy: policy, destination: destination)
        configuration.telling = { event, _ in event.payload["secret"] == nil ? event.payload : nil }
        configuration.whenDisabled = { subscription, _ in told.names.withLock { $0.append(subscription.name) } }
        self.told = told
        desk = WebhookDesk(
            configuration, database: test.database, jobs: jobs, client: client, clock: clock, metrics: metrics,
            application: "test")
    }

    final class Told: Sendable {
        let names = Mutex<[String]>([])
    }
    let told: Told

    var database: Database { test.database }

    /// A subscription of account 3.
    func subscribe(
        _ url: String, kinds: [String] = ["*"], name: String = "one"
    ) async throws -> (id: Int64, secret: WebhookSecret) {
        let made = try await database.write { [desk] in
            try desk.create(WebhookWish(name: name, url: url, kinds: kinds), owner: 3, in: $0)
        }
        return (made.subscription.id, made.secret)
    }

    /// Tells of events, one transaction each, and turns them into deliveries.
    func tell(_ events: (kind: String, key: String, number: Int)...) async throws {
        for event in events {
            try await database.write { [outbox, clock] in
                try outbox.publish(
                    Event(
                        event.kind, key: event.key, payload: ["number": .integer(Int64(event.number))], at: clock.now()),
                    in: $0)
            }
        }
        try await relay.catchUp()
    }

    /// Does what is due.
    func work() async throws {
        var book = JobBook()
        _ = try desk.register(in: &book)
        try await JobWorker(
            database: database, queue: jobs, book: book, logger: silent, metrics: metrics,
            configuration: JobWorker.Configuration(application: "test")
        ).runUntilIdle()
    }

    func pass(_ span: Span) async throws {
        clock.advance(by: span)
        try await work()
    }

    func subscription(_ id: Int64) async throws -> WebhookSubscription? {
        try await database.read { [desk] in try desk.subscription(id, owner: nil, in: $0) }
    }

    /// The newest first.
    func deliveries(_ id: Int64) async throws -> [WebhookDelivery] {
        try await database.read { [desk] in try desk.deliveries(of: id, in: $0).items }
    }

    func attempts(_ delivery: WebhookDelivery) async throws -> [WebhookAttempt] {
        try await database.read { [desk] in try desk.attempts(of: delivery.id, in: $0) }
    }

    private var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    private var relay: EventRelay {
        EventRelay(
            database: database, outbox: outbox, clock: clock, logger: silent, metrics: metrics, application: "test",
            projections: [desk.fanOut], listeners: [])
    }
}

/// Runs `body` in a post office of its own.
func withOffice(
    on engine: TestEngine, policy: WebhookPolicy = WebhookPolicy(waits: [.seconds(5), .minutes(5)]),
    destination: DestinationPolicy = .anywhere, _ body: (PostOffice) async throws -> Void
) async throws {
    try await withTestDatabase(on: engine, components: PostOffice.components) { test in
        let office = try PostOffice(test, policy: policy, destination: destination)
        do {
            try await body(office)
            await office.client.shutdown()
        } catch {
            await office.client.shutdown()
            throw error
        }
    }
}

extension LocalServer.Received {
    /// The number of the event that was told.
    var number: Int64? { (try? JSONValue(parsing: body))?["data"]?["number"]?.int64 }

    func isSigned(with secrets: [WebhookSecret], at now: Instant) -> Bool {
        WebhookSignature.isGenuine(
            id: headers["webhook-id"] ?? "", timestamp: headers["webhook-timestamp"] ?? "",
            signature: headers["webhook-signature"] ?? "", body: body, secrets: secrets, at: now)
    }
}
