import PorticoEvents
import PorticoIdentity
import PorticoJSON
import PorticoJobs
import PorticoOutbound
import PorticoSQL
import PorticoTelemetry
import PorticoValues

/// The webhooks of one application: who wants to hear what, and what is on its way to them.
///
/// ```swift
/// let desk = WebhookDesk(configuration, database: database, jobs: jobs, client: client, clock: clock, metrics: metrics)
/// projections.append(desk.fanOut)            // events become deliveries
/// schedules.append(try desk.register(in: &book))   // the worker delivers them
/// routes += WebhookRoutes(desk: desk, cursors: cursors, access: .permission("webhooks.manage")).routes
/// ```
public struct WebhookDesk: Sendable {
    /// What an application says of its webhooks.
    public struct Configuration: Sendable {
        /// What a subscription hears of an event: the message's `data`, or nil for nothing. The place to keep from
        /// people what they may not see.
        public typealias Telling = @Sendable (Event, WebhookSubscription) -> JSONValue?

        /// The events that others may hear of.
        public var kinds: [WebhookKind]
        /// Seals secrets.
        public var seal: FieldSeal
        /// How deliveries are tried.
        public var policy: WebhookPolicy
        /// The addresses that may be called.
        public var destination: DestinationPolicy
        /// What is told.
        public var telling: Telling
        /// What deliveries keep in the order in which it happened.
        public var order: WebhookOrder
        /// Called after each try: `delivered`, `again`, `failed`. For what an application counts.
        public var whenTried: @Sendable (String) -> Void
        /// Called in the transaction that disables a subscription: to write to its owner.
        public var whenDisabled: @Sendable (WebhookSubscription, Transaction) throws -> Void

        /// A configuration; public addresses only, everything of an event is told.
        public init(
            kinds: [WebhookKind], seal: FieldSeal, policy: WebhookPolicy = WebhookPolicy(),
            destination: DestinationPolicy = .publicOnly,
            telling: @escaping Telling = { event, _ in event.payload }, order: WebhookOrder = .ofKey,
            whenTried: @escaping @Sendable (String) -> Void = { _ in },
            whenDisabled: @escaping @Sendable (WebhookSubscription, Transaction) throws -> Void = { _, _ in }
        ) {
            self.kinds = kinds
            self.seal = seal
            self.policy = policy
            self.destination = destination
            self.telling = telling
            self.order = order
            self.whenTried = whenTried
            self.whenDisabled = whenDisabled
        }
    }

    let configuration: Configuration
    let database: Database
    let jobs: JobQueue
    let client: OutboundClient
    let destination: OutboundDestination
    let clock: Clock
    let metrics: WebhookMetrics

    /// A desk over an application's database and jobs.
    /// - Parameter application: label of metrics.
    public init(
        _ configuration: Configuration, database: Database, jobs: JobQueue, client: OutboundClient, clock: Clock,
        metrics: MetricsRegistry, application: String
    ) {
        self.configuration = configuration
        self.database = database
        self.jobs = jobs
        self.client = client
        self.clock = clock
        self.metrics = WebhookMetrics(metrics, application: application)
        // One name stands for many receivers: each is left alone by its own deliveries' waits, not by a circuit.
        self.destination = client.destination(
            "webhooks",
            OutboundDestination.Settings(
                policy: configuration.destination, mostUnderWay: 512, circuit: nil, retries: 0))
    }

    /// Turns events into deliveries; give it to the application's `EventRelay`.
    public var fanOut: some EventProjection { WebhookFanOut(desk: self) }

    /// Adds the work to what an application's worker does.
    /// - Returns: the schedule that keeps the tables small; for the worker.
    public func register(in book: inout JobBook) throws -> Schedule {
        handle(in: &book)
        return try tending()
    }

    /// The first half of ``register(in:)``, for applications that hear later which book it is.
    public func handle(in book: inout JobBook) {
        let sender = WebhookSender(desk: self)
        let keeper = WebhookKeeper(desk: self)
        book.handle(DeliverWebhooks.self) { job, run in try await sender.run(job.subscription, run) }
        book.handle(ResumeWebhooks.self) { job, run in try await keeper.resume(job.subscription, run) }
        book.handle(TendWebhooks.self) { _, run in try await keeper.tend(run) }
    }

    /// The second half: the schedule that keeps the tables small.
    public func tending() throws -> Schedule {
        try Schedule("webhooks.tend", "*/10 * * * *") { _ in TendWebhooks() }
    }

    /// The queue of deliveries, in which a receiver that is slow holds a place for up to a minute.
    public static var queue: String { DeliverWebhooks.queue }

    /// The places of that queue on a node that gives other queues `places` each: a quarter fewer, so that however many
    /// receivers are slow the node has room for the rest; one at least.
    public static func places(of places: Int) -> Int {
        max(1, places - max(1, places / 4))
    }

    /// Makes the worker look after a subscription, once the transaction is committed. The caller holds its row, so that
    /// a run that is about to end sees what the caller writes.
    func wake(_ subscription: Int64, in transaction: Transaction) throws {
        try jobs.enqueue(DeliverWebhooks(subscription: subscription), in: transaction)
    }

    /// Locks a subscription.
    func lock(_ id: Int64, in transaction: Transaction) throws -> WebhookSubscription? {
        try transaction.first(
            "webhooks.lock",
            """
            SELECT \(WebhookSubscription.columns) FROM webhook_subscriptions WHERE id = \(id)\(transaction.dialect.forUpdate)
            """
        ) { try WebhookSubscription($0) }
    }
}
