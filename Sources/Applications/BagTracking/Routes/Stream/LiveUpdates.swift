import Portico
import Synchronization

/// Tells whoever watches what has just been committed: scans as they come, figures at most once a second.
final class LiveUpdates: Sendable {
    /// The shortest time between two messages about figures.
    private static let statsInterval = Span.seconds(1)

    private struct Pending {
        /// Areas whose figures have changed since they were told last.
        var areas: Set<String> = []
        var toldAt: Int64 = 0
    }

    /// Where the messages go.
    let hub: TopicHub
    /// What clients missed that come back.
    let replay: LiveReplay
    /// Who comes and goes.
    let news: PresenceNews
    /// Connections of each person: streams and sockets count together.
    private let places: UserPlaces
    private let services: BagTrackingServices
    private let stats: StatsReader
    private let pending = Mutex(Pending())

    /// The memory of the hub: some ten seconds of the busiest hour, in which the clients of a node that died are back
    /// elsewhere without anybody asking the database.
    static var memory: TopicHub.Configuration {
        var configuration = TopicHub.Configuration()
        configuration.historyCount = 16_384
        configuration.historyBytes = 16 << 20
        return configuration
    }

    /// - Parameter metrics: where the hub's figures are told; one of its own would be seen by nobody.
    init(
        services: BagTrackingServices, stats: StatsReader, metrics: MetricsRegistry,
        _ configuration: TopicHub.Configuration = LiveUpdates.memory
    ) {
        self.services = services
        self.stats = stats
        hub = TopicHub(configuration, metrics: metrics)
        news = PresenceNews(of: services.presence, over: hub)
        places = UserPlaces(perUser: services.settings.streamsPerUser)
        replay = LiveReplay(database: services.database, outbox: services.outbox)
    }

    /// Hears of committed events; to be given to the relay.
    var listener: EventRelay.Listener {
        { [self] events in take(events) }
    }

    /// Answers the clients that want an event stream.
    var stream: EventStream {
        EventStream(
            hub: hub, present: { [self] topics in try await present(topics) },
            pages: { [replay] request in try await replay.page(request) },
            here: { [outbox = services.outbox] in outbox.delivered }, places: places)
    }

    /// Answers the clients that want a WebSocket, on the same topics and with the same limits.
    /// - Parameter calls: what they may ask for besides.
    func sockets(_ calls: [SocketCall] = []) -> TopicSockets {
        var limits = TopicSockets.Limits()
        limits.subscriptions = LiveTopics.most
        return TopicSockets(
            hub: hub, limits: limits, present: { [self] topics in try await present(topics) },
            pages: { [replay] request in try await replay.page(request) },
            here: { [outbox = services.outbox] in outbox.delivered }, calls: calls, places: places)
    }

    /// How things stand that do not only happen.
    private func present(_ topics: Set<String>) async throws -> [TopicMessage] {
        try await figures(of: topics) + jobs(of: topics) + news.present(topics)
    }

    /// Passes events on to the hub, and notes whose figures have changed.
    func take(_ events: [PublishedEvent]) {
        hub.publish(events.compactMap(LiveMessage.of))
        pending.withLock { pending in
            for event in events where !LiveMessage.isOfJob(event.event) { pending.areas.insert(event.event.key) }
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
        return try figures.map { try LiveMessage.stats($0) }
    }

    /// The jobs that are watched as they are now: one may have ended before anybody listened.
    private func jobs(of topics: Set<String>) async throws -> [TopicMessage] {
        let ids = topics.compactMap { LiveTopics.job(in: $0) }
        guard !ids.isEmpty else { return [] }
        return try await services.database.read { [jobs = services.jobs] reading in
            try jobs.records(ids, in: reading).values.sorted { $0.id < $1.id }.map { LiveMessage.job($0) }
        }
    }
}
