import Logging
import PorticoSQL
import PorticoTelemetry
import PorticoValues

/// Delivers committed events: to projections, each event once over all nodes, and to the listeners of this process.
///
/// Woken by the outbox of this process; other nodes' events are found by looking every `interval`.
public final class EventRelay: Sendable {
    /// Gets events as they are committed, in order, from the moment the relay started.
    public typealias Listener = @Sendable ([PublishedEvent]) async -> Void

    private let database: Database
    private let outbox: EventOutbox
    private let clock: Clock
    private let logger: Logger
    private let projections: [any EventProjection]
    private let listeners: [Listener]
    private let interval: Span
    private let delivered: Counter
    private let batch = 500

    /// A relay.
    public init(
        database: Database, outbox: EventOutbox, clock: Clock, logger: Logger, metrics: MetricsRegistry,
        application: String, projections: [any EventProjection], listeners: [Listener],
        interval: Span = .milliseconds(250)
    ) {
        self.database = database
        self.outbox = outbox
        self.clock = clock
        self.logger = logger
        self.projections = projections
        self.listeners = listeners
        self.interval = interval
        self.delivered = metrics.counter(
            "portico_events_delivered_total", help: "Events given to the listeners of this process.",
            labels: ["application"]
        ).with(application)
    }

    /// Delivers until the task is cancelled. Errors of the database are told and tried again.
    public func run() async {
        var frontier = OutboxFrontier()
        var lastPrune = clock.now()
        var patience = EventRelay.shortestPause
        while !Task.isCancelled {
            do {
                try await frontier.advance(database)
                let isIdle = try await deliver(frontier)
                if clock.now() - lastPrune >= .minutes(1) {
                    lastPrune = clock.now()
                    _ = try await database.write { [outbox, lastPrune] in try outbox.prune(at: lastPrune, in: $0) }
                }
                guard isIdle else { continue }
                if frontier.isHeldBack {
                    try await Task.sleep(for: .milliseconds(patience.milliseconds))
                    patience = min(.milliseconds(patience.milliseconds * 2), interval)
                } else {
                    patience = EventRelay.shortestPause
                    await outbox.wakeUp.wait(atMost: interval)
                }
            } catch is CancellationError {
                return
            } catch {
                logger.warning("events wait", metadata: ["error": "\(error)"])
                await outbox.wakeUp.wait(atMost: .seconds(1))
            }
        }
    }

    /// Applies every projection to all events there are now. For tests and for rebuilding.
    public func catchUp() async throws {
        var frontier = OutboxFrontier()
        repeat {
            try await frontier.advance(database)
            if frontier.isHeldBack { try await Task.sleep(for: .milliseconds(EventRelay.shortestPause.milliseconds)) }
        } while frontier.isHeldBack
        for projection in projections {
            while try await advance(projection, through: frontier.settled) {}
        }
    }

    private static let shortestPause = Span.milliseconds(5)

    /// Gives what is new to listeners and projections.
    /// - Returns: whether nothing was new.
    private func deliver(_ frontier: OutboxFrontier) async throws -> Bool {
        guard let from = outbox.delivered else {
            // Listeners hear what comes after the start. What is on its way then belongs to what was before.
            if !frontier.isHeldBack { outbox.delivered = frontier.settled }
            return true
        }
        var isIdle = true
        if from < frontier.settled {
            let events = try await database.read { [outbox, batch] in
                try outbox.events(after: from, through: frontier.settled, limit: batch, in: $0)
            }
            if !events.isEmpty {
                for listener in listeners { await listener(events) }
                delivered.increment(by: events.count)
            }
            isIdle = events.count < batch
            outbox.delivered = isIdle ? frontier.settled : events.last?.position
        }
        for projection in projections where try await advance(projection, through: frontier.settled) { isIdle = false }
        return isIdle
    }

    /// Applies the next batch to a projection.
    /// - Returns: whether there was a whole batch, so that there may be more.
    private func advance(_ projection: any EventProjection, through end: EventPosition) async throws -> Bool {
        let hasNews = try await database.read { [outbox] reading in
            let position = try EventRelay.position(of: projection.name, in: reading) ?? .start
            return try !outbox.events(after: position, through: end, limit: 1, in: reading).isEmpty
        }
        guard hasNews else { return false }
        return try await database.write { [outbox, batch] transaction in
            try transaction.execute(
                "events.claim",
                """
                INSERT INTO event_positions (projection, id) VALUES (\(projection.name), 0)
                ON CONFLICT (projection) DO UPDATE SET projection = excluded.projection
                """)
            let position = try EventRelay.position(of: projection.name, in: transaction) ?? .start
            let events = try outbox.events(after: position, through: end, limit: batch, in: transaction)
            guard let last = events.last?.position else { return false }
            try projection.apply(events, in: transaction)
            try transaction.execute(
                "events.advance",
                "UPDATE event_positions SET id = \(last.id) WHERE projection = \(projection.name)")
            return events.count == batch
        }
    }

    private static func position(of projection: String, in session: some SQLSession) throws -> EventPosition? {
        try session.first(
            "events.position", "SELECT id FROM event_positions WHERE projection = \(projection)"
        ) { EventPosition(id: try $0[0]) }
    }
}
