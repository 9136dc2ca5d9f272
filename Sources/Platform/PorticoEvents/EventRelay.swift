import Logging
import PorticoSQL
import PorticoTelemetry
import PorticoValues
import Synchronization

/// Delivers committed events: to projections, each event once over all nodes; to subscribers, at least once; and to the
/// listeners of this process.
///
/// Woken by the outbox of this process; other nodes' events are found by looking every `interval`.
public final class EventRelay: Sendable {
    /// Gets events as they are committed, in order, from the moment the relay began; then it is called once with none, as
    /// what was committed before will not be told.
    public typealias Listener = @Sendable ([PublishedEvent]) async -> Void

    private let database: Database
    private let outbox: EventOutbox
    private let clock: Clock
    private let logger: Logger
    private let projections: [ProjectionRunner]
    private let subscribers: [SubscriberRunner]
    private let listeners: [Listener]
    private let interval: Span
    private let metrics: EventMetrics
    private let upkeep: EventUpkeep
    private let settled = Mutex(EventPosition.start)
    private let batch = 500

    /// A relay.
    /// - Parameters:
    ///   - patience: how often an event is tried whose handling fails.
    ///   - parallel: keys that one subscriber handles at once.
    public init(
        database: Database, outbox: EventOutbox, clock: Clock, logger: Logger, metrics: MetricsRegistry,
        application: String, projections: [any EventProjection], listeners: [Listener],
        subscribers: [any EventSubscriber] = [], interval: Span = .milliseconds(250),
        patience: EventPatience = EventPatience(), parallel: Int = 8
    ) {
        let figures = EventMetrics(metrics, application: application)
        let holder = UUIDv7(at: clock.now()).description
        self.database = database
        self.outbox = outbox
        self.clock = clock
        self.logger = logger
        self.projections = projections.map { projection in
            ProjectionRunner(
                projection: projection, database: database, outbox: outbox, clock: clock, patience: patience,
                metrics: figures)
        }
        self.subscribers = subscribers.map { subscriber in
            SubscriberRunner(
                subscriber: subscriber, database: database, outbox: outbox, clock: clock, logger: logger,
                patience: patience, parallel: max(1, parallel), holder: holder, metrics: figures)
        }
        self.listeners = listeners
        self.interval = interval
        self.metrics = figures
        upkeep = EventUpkeep(
            database: database, outbox: outbox, clock: clock, logger: logger, metrics: figures, patience: patience)
    }

    /// Delivers until the task is cancelled. Errors of the database are told and tried again.
    public func run() async {
        let begun = clock.now()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [upkeep] in await upkeep.run(since: begun) }
            let bells = subscribers.map { ($0, EventBell()) }
            for (subscriber, bell) in bells { group.addTask { await self.work(subscriber, bell) } }
            await relay { for (_, bell) in bells { bell.ring() } }
            group.cancelAll()
        }
    }

    /// Applies every projection to all events there are now, and lets every subscriber handle them. For tests.
    public func catchUp() async throws {
        var frontier = OutboxFrontier()
        repeat {
            try await frontier.advance(database)
            if frontier.isHeldBack { try await Task.sleep(for: .milliseconds(EventRelay.shortestPause.milliseconds)) }
        } while frontier.isHeldBack
        for projection in projections {
            while try await projection.step(through: frontier.settled) {}
        }
        for subscriber in subscribers {
            while case .worked = try await subscriber.step(through: frontier.settled) {}
            await subscriber.release()
        }
    }

    private static let shortestPause = Span.milliseconds(5)

    private func relay(_ ring: @Sendable () -> Void) async {
        var frontier = OutboxFrontier()
        var patience = EventRelay.shortestPause
        while !Task.isCancelled {
            do {
                try await frontier.advance(database)
                settled.withLock { $0 = frontier.settled }
                ring()
                let isIdle = try await deliver(frontier)
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

    /// Gives what is new to listeners and projections.
    /// - Returns: whether nothing was new.
    private func deliver(_ frontier: OutboxFrontier) async throws -> Bool {
        guard let from = outbox.delivered else {
            // Listeners hear what comes after the first look, however long a transaction of before holds it back: clients
            // may have come since. What was on its way at the first look belongs to what was before.
            guard let begun = frontier.begun, frontier.settled >= begun else { return true }
            for listener in listeners { await listener([]) }
            outbox.delivered = begun
            return false
        }
        var isIdle = true
        if from < frontier.settled {
            let events = try await database.read { [outbox, batch] in
                try outbox.events(after: from, through: frontier.settled, limit: batch, in: $0)
            }
            if !events.isEmpty {
                for listener in listeners { await listener(events) }
                metrics.delivered(events.count)
            }
            isIdle = events.count < batch
            outbox.delivered = isIdle ? frontier.settled : events.last?.position
        }
        // One that fails does not keep the others from their events.
        var failure: (any Error)?
        for projection in projections {
            do {
                if try await projection.step(through: frontier.settled) { isIdle = false }
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return isIdle
    }

    /// Works for a subscriber whenever the bell rings.
    private func work(_ subscriber: SubscriberRunner, _ bell: EventBell) async {
        while !Task.isCancelled {
            do {
                let end = settled.withLock(\.self)
                switch try await subscriber.step(through: end) {
                case .worked: continue
                case .idle: await bell.wait(atMost: interval)
                case .elsewhere: try await Task.sleep(for: .seconds(1))
                }
            } catch is CancellationError {
                break
            } catch {
                logger.warning(
                    "a subscriber waits",
                    metadata: ["subscriber": "\(subscriber.subscriber.name)", "error": "\(error)"])
                await bell.wait(atMost: .seconds(1))
            }
        }
        await subscriber.release()
    }
}
