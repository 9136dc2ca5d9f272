import Portico

/// Who outside hears of what happens here: subscriptions, and the deliveries to them.
struct BagWebhooks: Sendable {
    /// What can be subscribed to.
    static let kinds = [
        WebhookKind(ScanEvents.accepted, "A scan was taken"), WebhookKind(ScanEvents.rejected, "A scan was refused"),
        WebhookKind(ScanEvents.undone, "A scan was taken back"),
        WebhookKind(ScanEvents.parentFull, "A sack reached its capacity"),
        WebhookKind(BillEvents.created, "A bill was opened"), WebhookKind(BillEvents.completed, "A bill was completed"),
        WebhookKind(BillEvents.dispatched, "A lorry left"), WebhookKind(BillEvents.delivered, "A lorry arrived"),
        WebhookKind(BillEvents.cancelled, "A bill was cancelled"),
        WebhookKind(BillEvents.finding, "A sack on a lorry is not on its bill"),
        WebhookKind(TicketTelling.committed, "A return was committed"),
        WebhookKind("import.finished", "An import came to its end"),
        WebhookKind(ScanEvents.statsChanged, "Figures changed by something that is no scan"),
    ]
    /// How long is waited before each further try; after the last a delivery is given up.
    static let policy = WebhookPolicy(
        waits: [.seconds(5), .minutes(5), .minutes(30), .hours(2), .hours(5), .hours(10), .hours(24)])
    /// Public addresses over TLS.
    static let destination = DestinationPolicy(wantsTLS: true)

    let desk: WebhookDesk
    private let client: OutboundClient
    private let seal: FieldSeal

    /// - Parameter destination: the addresses that may be called; tests have receivers of their own.
    /// - Throws: ``OutboundError`` when the system has no thread for calls.
    init(
        _ environment: ApplicationEnvironment, metrics: BagMetrics,
        destination: DestinationPolicy = BagWebhooks.destination
    ) throws(OutboundError) {
        client = try OutboundClient(clock: environment.clock, metrics: environment.metrics)
        seal = FieldSeal(keys: environment.keys, previousKeys: environment.previousKeys, purpose: "webhooks")
        let configuration = WebhookDesk.Configuration(
            kinds: BagWebhooks.kinds, seal: seal, policy: BagWebhooks.policy, destination: destination,
            telling: { event, _ in BagWebhooks.told(event) }, order: .ofSubscription,
            whenTried: { metrics.triedWebhook($0) })
        desk = WebhookDesk(
            configuration, database: environment.database, jobs: environment.jobs, client: client,
            clock: environment.clock, metrics: environment.metrics, application: "bags")
    }

    /// The routes by which administrators have webhooks; each sees those of all.
    func routes(cursors: CursorSigner) -> [Route] {
        WebhookRoutes(
            desk: desk, cursors: cursors, access: .permission("config.manage"), permission: "config.manage",
            limit: BagLimits.admin
        ).routes
    }

    /// Seals secrets with the present key, where the node has got another one.
    /// - Returns: how many there were.
    /// - Throws: ``SQLError``.
    @discardableResult
    func renewSeals(in database: Database) async throws -> Int {
        var count = 0
        for rotation in WebhookDesk.rotations { count += try await rotation.run(seal, in: database).resealed }
        return count
    }

    /// Holds connections open until the task is cancelled, and ends them then.
    func run() async {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        await client.shutdown()
    }

    /// What a receiver hears of an event: all of it, with its area.
    private static func told(_ event: Event) -> JSONValue {
        var data = event.payload
        if data["area_code"] == nil { data["area_code"] = event.key.isEmpty ? .null : .string(event.key) }
        return data
    }
}
