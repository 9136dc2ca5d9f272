import PorticoValues
import Synchronization

/// A short notice from one node to the others: revoke this session, this limit has changed, drop this cache tag.
public struct RedisNotice: Sendable, Hashable {
    /// What it is about, for example `sessions`.
    public let topic: String
    /// The node that sent it.
    public let origin: String
    /// What it says, in the topic's own form.
    public let payload: [UInt8]

    /// A notice as it came.
    public init(topic: String, origin: String, payload: [UInt8]) {
        self.topic = topic
        self.origin = origin
        self.payload = payload
    }
}

/// What a node hears from the others.
public enum RedisBackplaneEvent: Sendable, Hashable {
    /// A notice of another node.
    case notice(RedisNotice)
    /// Notices may have been missed: read again what they would have told.
    case gap
    /// The connection is lost: nothing is heard until the next ``gap``.
    case interrupted
}

/// Short notices between nodes, at most once and in the order in which one caller sends them one after another.
///
/// A notice that cannot be delivered is not kept. Instead everybody who may lack one is told of a gap: a listener whose
/// connection was lost, one that was too slow, and all listeners after a node could not send. A node never hears its own
/// notices.
///
/// ```swift
/// let backplane = RedisBackplane(client)
/// try await backplane.send(Array("42".utf8), about: "sessions")
/// for await event in backplane.events() { … }
/// ```
public final class RedisBackplane: Sendable {
    /// The most bytes a notice may have. What is larger belongs in a table, with its key in the notice.
    public static let largestPayload = 65_536

    /// The id of this node on the backplane: 16 hexadecimal digits, new in every process.
    public let origin: String
    private let client: RedisClient
    private let subscriber: RedisSubscriber
    private let channel: String
    /// Somebody may lack a notice of ours.
    private let owesGap = Atomic<Bool>(false)

    /// A backplane on a channel `prefix:notices`, which all nodes must have in common and no other system may use.
    public init(_ client: RedisClient, prefix: String = "portico", subscriber: RedisSubscriber? = nil) {
        self.origin = randomBytes(8).hexadecimal
        self.client = client
        self.subscriber = subscriber ?? RedisSubscriber(client)
        self.channel = "\(prefix):notices"
    }

    /// Tells the other nodes.
    ///
    /// - Parameter topic: at most 255 bytes.
    /// - Throws: ``RedisError``; after an outage the others are told of a gap as soon as Redis is back.
    public func send(_ payload: [UInt8], about topic: String) async throws(RedisError) {
        guard (1...255).contains(topic.utf8.count), payload.count <= RedisBackplane.largestPayload else {
            throw .misconfigured("A notice has a topic of 1 to 255 bytes and at most 65536 bytes.")
        }
        do {
            await settleGap()
            try await publish(NoticeFrame(origin: origin, topic: topic, payload: payload))
        } catch {
            owesGap.store(true, ordering: .relaxed)
            throw error
        }
    }

    /// What the other nodes tell about some topics, about all when nil. One reader for each sequence.
    public func events(about topics: Set<String>? = nil, buffer: Int = 1024) -> RedisBackplaneEvents {
        let subscription = subscriber.subscribe(to: [channel], buffer: buffer)
        return RedisBackplaneEvents(backplane: self, subscription: subscription, topics: topics)
    }

    /// Ends all sequences and disconnects the subscriber; the client stays.
    public func shutdown() async {
        await subscriber.shutdown()
    }

    /// Tells the others that they may lack something of ours, if so.
    func settleGap() async {
        guard owesGap.exchange(false, ordering: .relaxed) else { return }
        do {
            try await publish(NoticeFrame(origin: origin, topic: "", payload: []))
        } catch {
            owesGap.store(true, ordering: .relaxed)
        }
    }

    private func publish(_ frame: NoticeFrame) async throws(RedisError) {
        _ = try await client.send(RedisCommand("PUBLISH", channel, frame.bytes))
    }
}

/// What the other nodes tell, as a sequence for one reader; it ends with its last reference.
public struct RedisBackplaneEvents: AsyncSequence, Sendable {
    /// Takes the events one by one.
    public struct Iterator: AsyncIteratorProtocol {
        let backplane: RedisBackplane
        let events: RedisSubscription.Iterator
        let topics: Set<String>?

        /// The next event; nil when the backplane has been shut down or the task was cancelled.
        public func next() async -> RedisBackplaneEvent? {
            while let event = await events.next() {
                switch event {
                case .interrupted:
                    return .interrupted
                case .gap:
                    await backplane.settleGap()
                    return .gap
                case .message(let message):
                    if let heard = heard(message) { return heard }
                }
            }
            return nil
        }

        private func heard(_ message: RedisMessage) -> RedisBackplaneEvent? {
            guard let frame = NoticeFrame(message.payload), frame.origin != backplane.origin else { return nil }
            if frame.topic.isEmpty { return .gap }
            guard topics?.contains(frame.topic) ?? true else { return nil }
            return .notice(RedisNotice(topic: frame.topic, origin: frame.origin, payload: frame.payload))
        }
    }

    let backplane: RedisBackplane
    let subscription: RedisSubscription
    let topics: Set<String>?

    /// An iterator; all iterators share the events.
    public func makeAsyncIterator() -> Iterator {
        Iterator(backplane: backplane, events: subscription.makeAsyncIterator(), topics: topics)
    }
}
