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
        var position: EventPosition?
        var lastPrune = clock.now()
        while !Task.isCancelled {
            do {
                if position == nil { position = try await database.read { [outbox] in try outbox.end(in: $0) } }
                let isIdle = try await deliver(&position)
                if clock.now() - lastPrune >= .minutes(1) {
                    lastPrune = clock.now()
                    _ = try await database.write { [outbox, lastPrune] in try outbox.prune(at: lastPrune, in: $0) }
                }
                if isIdle { await outbox.wakeUp.wait(atMost: interval) }
            } catch {
                logger.warning("events wait", metadata: ["error": "\(error)"])
                await outbox.wakeUp.wait(atMost: .seconds(1))
            }
        }
    }

    /// Applies every projection to all events there are now. For tests and for rebuilding.
    public func catchUp() async throws {
        for projection in projections {
            while try await advance(projection) {}
        }
    }

    /// Gives what is new to listeners and projections.
    /// - Returns: whether nothing was new.
    private func deliver(_ position: inout EventPosition?) async throws -> Bool {
        let from = position ?? .start
        let events = try await database.read { [outbox, batch] in try outbox.events(after: from, limit: batch, in: $0) }
        if let last = events.last {
            position = last.position
            for listener in listeners { await listener(events) }
            delivered.increment(by: events.count)
        }
        var isIdle = events.count < batch
        for projection in projections where try await advance(projection) { isIdle = false }
        return isIdle
    }

    /// Applies the next batch to a projection.
    /// - Returns: whether there was a whole batch, so that there may be more.
    private func advance(_ projection: any EventProjection) async throws -> Bool {
        let hasNews = try await database.read { [outbox] reading in
            let position = try EventRelay.position(of: projection.name, in: reading) ?? .start
            return try !outbox.events(after: position, limit: 1, in: reading).isEmpty
        }
        guard hasNews else { return false }
        return try await database.write { [outbox, batch] transaction in
            try transaction.execute(
                "events.claim",
                """
                INSERT INTO event_positions (projection, commit_order, id) VALUES (\(projection.name), 0, 0)
                ON CONFLICT (projection) DO UPDATE SET projection = excluded.projection
                """)
            let position = try EventRelay.position(of: projection.name, in: transaction) ?? .start
            let events = try outbox.events(after: position, limit: batch, in: transaction)
            guard let last = events.last?.position else { return false }
            try projection.apply(events, in: transaction)
            try transaction.execute(
                "events.advance",
                """
                UPDATE event_positions SET commit_order = \(last.commitOrder), id = \(last.id)
                WHERE projection = \(projection.name)
                """)
            return events.count == batch
        }
    }

    private static func position(of projection: String, in session: some SQLSession) throws -> EventPosition? {
        try session.first(
            "events.position", "SELECT commit_order, id FROM event_positions WHERE projection = \(projection)"
        ) { EventPosition(commitOrder: try $0[0], id: try $0[1]) }
    }
}
