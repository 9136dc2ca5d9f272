import Logging
import PorticoSQL
import PorticoTelemetry
import PorticoValues

/// Brings the events of an outbox to a transport, on one node at a time.
///
/// Its position in the database is that up to which every group has acknowledged everything. When the transport has lost
/// what it was given, everything after that position is given to it again; until then the outbox keeps it. No more than
/// `window` positions are on their way, so that a transport of bounded length never drops what nobody has read.
///
/// Each life of a bridge leaves a mark on both sides and begins with comparing them. Where a database was restored from a copy
/// of before, the transport has another mark, or events that the outbox has yet to number: what it holds is forgotten then,
/// and everything after the position is given anew.
public final class EventBridge: Sendable {
    private static let batch = 200
    private static let lease = Span.seconds(15)

    private let name: String
    private let database: Database
    private let outbox: EventOutbox
    private let transport: any EventTransport
    private let groups: [String]
    private let tells: @Sendable (String) -> Bool
    private let clock: Clock
    private let logger: Logger
    private let window: Int64
    private let interval: Span
    private let holder: String
    private let published: Counter
    private let losses: Counter
    private let restarts: Counter
    private let open: Gauge

    /// A bridge.
    /// - Parameters:
    ///   - name: stable; the position is kept under it.
    ///   - groups: who must have acknowledged an event before it is done. One of which no node runs holds everything up.
    ///   - tells: the kinds that are brought over.
    ///   - bell: an outbox wakes one waiter; the bridge looks every `interval` instead.
    public init(
        _ name: String, database: Database, outbox: EventOutbox, transport: any EventTransport, groups: [String],
        clock: Clock, logger: Logger, metrics: MetricsRegistry, window: Int = 10_000,
        interval: Span = .milliseconds(100), tells: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        self.name = "bridge/\(name)"
        self.database = database
        self.outbox = outbox
        self.transport = transport
        self.groups = groups
        self.tells = tells
        self.clock = clock
        self.logger = logger
        self.window = Int64(max(EventBridge.batch, window))
        self.interval = interval
        self.holder = UUIDv7(at: clock.now()).description
        published = metrics.counter(
            "portico_events_bridged_total", help: "Events given to a transport, repetitions included.",
            labels: ["bridge"]
        ).with(name)
        losses = metrics.counter(
            "portico_events_bridge_losses_total", help: "Times that a transport had lost what it was given.",
            labels: ["bridge"]
        ).with(name)
        restarts = metrics.counter(
            "portico_events_bridge_restarts_total",
            help: "Times that a transport held events of another time than the database's.", labels: ["bridge"]
        ).with(name)
        open = metrics.gauge(
            "portico_events_bridge_open", help: "Positions between the last event given and the last acknowledged.",
            labels: ["bridge"]
        ).with(name)
    }

    private var cursor: EventCursor { EventCursor(consumer: name) }

    /// What this life of the bridge knows.
    struct Progress: Sendable {
        var frontier = OutboxFrontier()
        /// Up to here everything is acknowledged, as the database says.
        var done = EventPosition.start
        /// Up to here everything was given; nil before the first time, and after a loss.
        var given: EventPosition?
        /// The last event that was given.
        var last = EventPosition.start
        /// Whether outbox and transport were compared.
        var hasMet = false
    }

    /// Brings events over until the task is cancelled.
    public func run() async {
        var progress = Progress()
        var isTold = false
        while !Task.isCancelled {
            do {
                let isIdle = try await step(&progress)
                isTold = false
                if isIdle { try await Task.sleep(for: .milliseconds(interval.milliseconds)) }
            } catch is CancellationError {
                break
            } catch {
                if !isTold { logger.warning("events wait for their transport", metadata: ["error": "\(error)"]) }
                isTold = true
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
        await Task { [self] in
            _ = try? await database.write { [cursor, holder] in try cursor.release(holder: holder, in: $0) }
        }.value
    }

    /// One round: sees how far the groups are, and gives the next events.
    /// - Returns: whether there is nothing more to do at once.
    func step(_ progress: inout Progress) async throws -> Bool {
        let done = try await database.write { [cursor, holder, clock] transaction in
            try cursor.lease(holder: holder, for: EventBridge.lease, at: clock.now(), in: transaction)
        }
        guard let done else {
            progress = Progress()
            return true
        }
        progress.done = done
        try await progress.frontier.advance(database)
        if !progress.hasMet { try await meet() }
        progress.hasMet = true
        try await settle(&progress)
        return try await give(&progress)
    }

    /// Sees whether the transport holds events of this outbox, and leaves a new mark on both sides.
    ///
    /// A bridge that dies between the two marks is followed by one that gives everything again, no more.
    private func meet() async throws {
        let (told, standing) = (try await transport.epoch(), try await transport.standing(of: groups))
        // Read after what the transport says: what it has by then is in the outbox, if it is the outbox it came from.
        let (mark, newest) = try await database.read { [name] reading in
            (try EventEpoch.mark(of: name, in: reading), try OutboxFrontier.newest(in: reading))
        }
        let isOther = standing.last > newest || (told != nil && told != mark)
        if isOther {
            restarts.increment()
            logger.error(
                "the transport has events of another time than the database's, as after a restore; it begins anew",
                metadata: [
                    "bridge": "\(name)", "transport": "\(standing.last.text)", "outbox": "\(newest.text)",
                ])
        }
        let next = UUIDv7(at: clock.now()).description
        try await transport.begin(next, anew: isOther)
        try await database.write { [name] in try EventEpoch.take(next, of: name, in: $0) }
    }

    /// Notes what is acknowledged, and whether the transport still has what it was given.
    private func settle(_ progress: inout Progress) async throws {
        let standing = try await transport.standing(of: groups)
        guard let given = progress.given else { return }
        guard standing.last >= progress.last else { return lose(&progress) }
        let acknowledged = min(standing.firstOpen.map { EventPosition(id: $0.id - 1) } ?? given, given)
        open.set(Double(given.id - max(acknowledged, progress.done).id))
        guard acknowledged > progress.done else { return }
        let from = progress.done
        try await database.write { [cursor, holder] transaction in
            try cursor.advance(from: from, to: acknowledged, holder: holder, in: transaction)
        }
        progress.done = acknowledged
    }

    private func give(_ progress: inout Progress) async throws -> Bool {
        let from = progress.given ?? progress.done
        let end = EventPosition(id: min(progress.frontier.settled.id, progress.done.id + window))
        guard from < end else { return true }
        let events = try await database.read { [outbox] in
            try outbox.history(after: from, through: end, limit: EventBridge.batch, in: $0)
        }
        let told = events.filter { tells($0.event.kind) }
        do {
            try await transport.append(told, for: groups, following: progress.last)
        } catch is EventTransportLoss {
            lose(&progress)
            return false
        }
        published.increment(by: told.count)
        progress.last = told.last?.position ?? progress.last
        progress.given = events.count < EventBridge.batch ? end : events.last?.position ?? end
        return events.count < EventBridge.batch
    }

    private func lose(_ progress: inout Progress) {
        losses.increment()
        logger.warning("the transport has lost events; they are given again", metadata: ["bridge": "\(name)"])
        progress.given = nil
        progress.last = .start
        progress.hasMet = false
    }
}
