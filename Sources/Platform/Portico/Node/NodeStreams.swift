import Logging
import PorticoRedis

/// The events of an application for other programs: what its outbox tells goes to Redis streams, at least once and in order
/// for each key. Nodes themselves read the outbox.
struct NodeStreams: Sendable {
    /// The bridge, and its position in every database.
    private static let name = "streams"
    /// Events that nodes tell each other and nobody else.
    private static let ownKinds = ["cache."]

    private let groups: [String]
    private let redis: SharedCounters?

    /// - Throws: ``Settings/Mistake`` for groups without a Redis, and for names that are none.
    init(_ settings: Settings, redis: SharedCounters?) throws(Settings.Mistake) {
        groups = settings.list("events.stream_groups")
        self.redis = redis
        guard groups.isEmpty || !settings.text("redis.url").isEmpty else {
            throw Settings.Mistake(description: "events.stream_groups: it takes redis.url, where the streams are")
        }
        for group in groups where !NodeStreams.isName(group) {
            throw Settings.Mistake(
                description: """
                    events.stream_groups: '\(group)' is not accepted; it takes names of 1 to 60 letters, digits, dots, \
                    hyphens and underscores, separated by commas
                    """)
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...60).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }

    /// Brings the events of an application to its streams until the task is cancelled, on one node at a time. Without groups
    /// it forgets that there ever were any, so that the outbox keeps nothing for them.
    func run(_ application: String, _ environment: ApplicationEnvironment) async {
        guard let redis, !groups.isEmpty else { return await forget(environment) }
        let bridge = EventBridge(
            NodeStreams.name, database: environment.database, outbox: environment.outbox,
            transport: RedisEventStreams(redis.client, prefix: redis.keys.own(application)), groups: groups,
            clock: environment.clock, logger: environment.logger, metrics: environment.metrics
        ) { kind in !NodeStreams.ownKinds.contains { kind.hasPrefix($0) } }
        await bridge.run()
    }

    private func forget(_ environment: ApplicationEnvironment) async {
        do {
            try await environment.database.write { [outbox = environment.outbox] in
                try outbox.forget("bridge/\(NodeStreams.name)", in: $0)
            }
        } catch {
            environment.logger.warning("events are kept for streams of before", metadata: ["error": "\(error)"])
        }
    }
}
