import PorticoEvents
import PorticoJSON
import Synchronization

/// Carries passing messages to the hubs of the other nodes: at most once, in the order of one sender, and never back to it.
///
/// Committed events need none: the relay of each node reads them from the outbox.
public protocol TopicBackplane: Sendable {
    /// Tells the other nodes, or nobody when they can't be reached.
    func send(_ message: [UInt8]) async

    /// Gives everything that other nodes tell to `take`, until the task is cancelled.
    func receive(_ take: @escaping @Sendable (TopicBackplaneEvent) -> Void) async
}

/// What a node hears from the others.
public enum TopicBackplaneEvent: Sendable, Hashable {
    /// A message of another node.
    case message([UInt8])
    /// Messages may have been missed.
    case gap
}

/// A backplane between the hubs of one process.
public final class LocalTopicBackplane: TopicBackplane {
    /// What the hubs have in common.
    public final class Exchange: Sendable {
        fileprivate let members = Mutex<[ObjectIdentifier: AsyncStream<TopicBackplaneEvent>.Continuation]>([:])

        /// An exchange without members.
        public init() {}

        /// Number of hubs that listen.
        public var count: Int { members.withLock(\.count) }
    }

    private static let capacity = 1024
    private let exchange: Exchange

    /// The place of one hub on an exchange.
    public init(_ exchange: Exchange) {
        self.exchange = exchange
    }

    /// Tells the other hubs; one that is 1,024 messages behind is told of a gap later.
    public func send(_ message: [UInt8]) async {
        let others = exchange.members.withLock { members in
            members.filter { $0.key != ObjectIdentifier(self) }.map(\.value)
        }
        for other in others { other.yield(.message(message)) }
    }

    /// Listens until the task is cancelled.
    public func receive(_ take: @escaping @Sendable (TopicBackplaneEvent) -> Void) async {
        let (events, continuation) = AsyncStream.makeStream(
            of: TopicBackplaneEvent.self, bufferingPolicy: .bufferingNewest(LocalTopicBackplane.capacity))
        exchange.members.withLock { $0[ObjectIdentifier(self)] = continuation }
        for await event in events { take(event) }
        exchange.members.withLock { $0[ObjectIdentifier(self)] = nil }
    }
}

extension TopicMessage {
    /// A passing message as it travels between nodes.
    var travelling: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("topics")
        writer.beginArray()
        for topic in topics.sorted() { writer.value(topic) }
        writer.endArray()
        writer.key("event")
        writer.value(event)
        writer.key("tags")
        writer.value(.object(tags.sorted { $0.key < $1.key }.map { (key: $0.key, value: .string($0.value)) }))
        if let key {
            writer.key("key")
            writer.value(key)
        }
        writer.key("kept")
        writer.value(isKept)
        writer.key("data")
        writer.raw(data)
        writer.endObject()
        return writer.finish()
    }

    /// A message of another node; nil when the bytes are none.
    init?(travelling bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), let topics = value["topics"]?.elements,
            let event = value["event"]?.string, let data = value["data"]
        else { return nil }
        var tags: [String: String] = [:]
        for tag in value["tags"]?.members ?? [] { tags[tag.key] = tag.value.string }
        self.init(
            position: nil, topics: Set(topics.compactMap(\.string)), event: event, data: data,
            tags: tags, key: value["key"]?.string, isKept: value["kept"]?.bool ?? false)
    }
}
