import PorticoRedis

/// A backplane over a publish/subscribe channel of Redis. What can't be sent is dropped: passing messages are worth nothing
/// later. While Redis is away, each node tells its own clients only.
public struct RedisTopicBackplane: TopicBackplane {
    private static let topic = "topics"
    private let backplane: RedisBackplane

    /// A backplane on a channel that all nodes have in common. Keep it apart from the one for notices, which must not be
    /// drowned by messages.
    public init(_ client: RedisClient, prefix: String = "portico:realtime") {
        backplane = RedisBackplane(client, prefix: prefix)
    }

    /// Tells the other nodes. Messages of more than 64 KiB don't travel.
    public func send(_ message: [UInt8]) async {
        guard message.count <= RedisBackplane.largestPayload else { return }
        try? await backplane.send(message, about: RedisTopicBackplane.topic)
    }

    /// Listens until the task is cancelled; a lost connection is made anew.
    public func receive(_ take: @escaping @Sendable (TopicBackplaneEvent) -> Void) async {
        for await event in backplane.events(about: [RedisTopicBackplane.topic], buffer: 4096) {
            switch event {
            case .notice(let notice): take(.message(notice.payload))
            case .gap: take(.gap)
            case .interrupted: break
            }
        }
    }

    /// Disconnects.
    public func shutdown() async {
        await backplane.shutdown()
    }
}
