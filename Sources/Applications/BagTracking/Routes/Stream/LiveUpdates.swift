import Portico
import Synchronization

/// Tells whoever watches what has just been committed: scans as they come, figures at most once a second.
final class LiveUpdates: Sendable {
    /// The most events that a client who comes back is told of one by one.
    private static let longestReplay = 5000
    /// The shortest time between two messages about figures.
    private static let statsInterval = Span.seconds(1)

    private struct Pending {
        /// Areas whose figures have changed since they were told last.
        var areas: Set<String> = []
        var toldAt: Int64 = 0
    }

    /// Where the messages go.
    let hub: TopicHub
    private let services: BagTrackingServices
    private let stats: StatsReader
    private let pending = Mutex(Pending())

    init(services: BagTrackingServices, stats: StatsReader, hub: TopicHub = TopicHub()) {
        self.services = services
        self.stats = stats
        self.hub = hub
    }

    /// Hears of committed events; to be given to the relay.
    var listener: EventRelay.Listener {
        { [self] events in take(events) }
    }

    /// Answers the clients.
    var stream: EventStream {
        EventStream(hub: hub) { [self] topics in
            try await figures(of: topics)
        } replay: { [self] position in
            try await missed(since: position)
        } here: { [outbox = services.outbox] in
            outbox.delivered
        }
    }

    /// Passes events on to the hub, and notes whose figures have changed.
    func take(_ events: [PublishedEvent]) {
        hub.publish(events.compactMap(LiveUpdates.message))
        pending.withLock { pending in
            for event in events { pending.areas.insert(event.event.key) }
        }
    }

    /// Sends a sign of life every fifteen seconds until the task is cancelled.
    func keepAlive() async {
        await hub.keepAlive()
    }

    /// Tells figures that have changed, until the task is cancelled.
    func runTicker() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(200))
            let now = monotonicNanoseconds()
            let isDue = pending.withLock { pending in
                let rest = Span.milliseconds((now - pending.toldAt) / 1_000_000)
                guard !pending.areas.isEmpty, rest >= LiveUpdates.statsInterval else { return false }
                pending.toldAt = now
                return true
            }
            // What a failing database keeps from being told is told with the next change.
            if isDue { try? await tellStats() }
        }
    }

    /// Tells the figures that have changed to those who watch them.
    /// - Throws: ``SQLError``.
    func tellStats() async throws {
        let areas = pending.withLock { pending in
            defer { pending.areas = [] }
            return pending.areas
        }
        let views = areas.map { Optional($0) } + (areas.isEmpty ? [] : [nil])
        hub.publish(try await figures(of: views.filter { hub.hasSubscribers(of: [LiveTopics.stats($0)]) }))
    }

    /// The figures as they are now, for those of the topics that ask for figures.
    private func figures(of topics: Set<String>) async throws -> [TopicMessage] {
        let areas = topics.compactMap { LiveTopics.view(ofStats: $0) }
        return try await figures(of: areas)
    }

    /// One message for each view; nil stands for all areas.
    private func figures(of views: [String?]) async throws -> [TopicMessage] {
        guard !views.isEmpty else { return [] }
        let stats = stats
        let figures = try await services.database.read { reading in
            try views.map { try stats.figures(area: $0, in: reading) }
        }
        // Without a position: figures are told as they are, and not once more to somebody who comes back.
        return try figures.map { figures in
            TopicMessage(
                position: nil, topics: [LiveTopics.stats(figures.stats.areaCode)], event: "stats",
                data: try JSONValue(
                    parsing: JSONWriter.encode(StatsAnswer(stats: figures.stats, asOf: figures.asOf))))
        }
    }

    /// The messages after a position; nil when some of them are no longer kept, or they are too many.
    func missed(since position: EventPosition) async throws -> [TopicMessage]? {
        let outbox = services.outbox
        return try await services.database.read { reading in
            guard let kept = try outbox.kept(in: reading), kept.contains(position) else { return nil }
            // What this process has yet to deliver comes as it is delivered.
            let end = outbox.delivered ?? kept.upperBound
            let events = try outbox.events(
                after: position, through: end, limit: LiveUpdates.longestReplay + 1, in: reading)
            return events.count > LiveUpdates.longestReplay ? nil : events.compactMap(LiveUpdates.message)
        }
    }

    /// The message of an event; nil for events that nobody watches.
    private static func message(_ published: PublishedEvent) -> TopicMessage? {
        let event = published.event
        if BillEvents.isBill(event.kind) { return bill(published) }
        if event.kind == ImportEvents.progressKind {
            return TopicMessage(position: published.position, topics: [event.key], event: "job", data: event.payload)
        }
        guard [ScanEvents.accepted, ScanEvents.rejected, ScanEvents.undone].contains(event.kind) else { return nil }
        let payload = event.payload
        var topics: Set<String> = [LiveTopics.area(event.key)]
        let sack = payload["kind"]?.string == ScanKind.child.rawValue ? payload["parent_code"] : payload["code"]
        if let sack = sack?.string {
            topics.insert(LiveTopics.parent(sack, view: event.key))
            topics.insert(LiveTopics.parent(sack, view: nil))
        }
        let data = members.map { (key: $0, value: payload[$0] ?? .null) }
        return TopicMessage(position: published.position, topics: topics, event: "scan", data: .object(data))
    }

    /// The message of a bill that has changed.
    private static func bill(_ published: PublishedEvent) -> TopicMessage {
        let payload = published.event.payload
        let data = BillEvents.members.map { (key: $0, value: payload[$0] ?? .null) }
        return TopicMessage(
            position: published.position,
            topics: [LiveTopics.area(published.event.key), LiveTopics.bill(payload["id"]?.string ?? "")],
            event: "bill", data: .object(data))
    }

    private static let members = [
        "scan_id", "kind", "outcome", "code", "parent_code", "child_count", "capacity", "status", "user_name",
        "recorded_at",
    ]
}
