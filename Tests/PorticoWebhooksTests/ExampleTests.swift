// example: sender
import PorticoEvents
import PorticoHTTP
import PorticoIdentity
import PorticoJobs
import PorticoOutbound
import PorticoSQL
import PorticoTelemetry
// end of example
import PorticoTesting
// example: sender
import PorticoValues
import PorticoWebhooks
// end of example
import Testing

@Suite("The README's webhooks", .timeLimit(.minutes(5))) struct ExampleTests {
    // example: sender
    func webhooks(
        _ database: Database, _ jobs: JobQueue, _ keys: SecretKeys, _ clock: Clock, _ metrics: MetricsRegistry,
        _ book: inout JobBook
    ) throws -> (projection: any EventProjection, schedule: Schedule, routes: [Route]) {
        let configuration = WebhookDesk.Configuration(
            kinds: [WebhookKind("bag.created", "A bag was packed")], seal: FieldSeal(keys: keys, purpose: "webhooks"))
        let client = try OutboundClient(clock: clock, metrics: metrics)
        let desk = WebhookDesk(
            configuration, database: database, jobs: jobs, client: client, clock: clock, metrics: metrics,
            application: "bags")
        let routes = WebhookRoutes(
            desk: desk, cursors: CursorSigner(key: keys.cursors), access: .permission("webhooks.manage"))
        return (desk.fanOut, try desk.register(in: &book), routes.routes)
    }
    // end of example

    // example: receiver
    func isOurs(_ message: Request, _ secret: WebhookSecret, at now: Instant) -> Bool {
        let headers = message.head.headers
        return WebhookSignature.isGenuine(
            id: headers["webhook-id"] ?? "", timestamp: headers["webhook-timestamp"] ?? "",
            signature: headers["webhook-signature"] ?? "", body: message.body, secrets: [secret], at: now)
    }
    // end of example

    @Test("have their routes, and receivers know their messages")
    func example() async throws {
        let clock = Clock(standingAt: PostOffice.start)
        let routes = try await withDatabase(on: .sqlite, components: PostOffice.components) { database in
            var book = JobBook()
            let parts = try webhooks(
                database, JobQueue(clock: clock), PostOffice.keys, clock, MetricsRegistry(), &book)
            return parts.routes
        }
        #expect(routes.contains { $0.method == .post && $0.path == "/api/v1/webhooks" })

        let (secret, body) = (WebhookSecret(), Array(#"{"type":"bag.created"}"#.utf8))
        var headers: Headers = [:]
        for field in WebhookSignature.fields(id: "1", at: clock.now(), body: body, secrets: [secret]) {
            headers[field.name] = field.value
        }
        let head = RequestHead(method: .post, target: "/hook", headers: headers, peer: "192.0.2.1")
        #expect(isOurs(Request(head: head, body: body), secret, at: clock.now()))
        #expect(!isOurs(Request(head: head, body: body + [0x20]), secret, at: clock.now()))
        #expect(!isOurs(Request(head: head, body: body), WebhookSecret(), at: clock.now()))
    }
}
