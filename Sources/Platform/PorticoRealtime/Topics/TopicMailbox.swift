import PorticoEvents
import Synchronization

/// Messages on their way to one client, bounded in number and bytes. Nobody waits for a slow one: who falls behind is cut
/// off, after what was waiting before.
final class TopicMailbox: Sendable {
    /// A message, and the topic under the name that the client gave it.
    struct Delivery: Sendable {
        let message: TopicMessage
        let topic: String
    }

    /// What became of a message.
    enum Outcome {
        case queued
        /// It replaced an older one of its key.
        case coalesced
        /// The client has it, or does not watch the topic.
        case skipped
        /// It was one too many.
        case cut
    }

    /// Why a client is told nothing more.
    enum End: Sendable {
        /// It fell behind: messages are gone.
        case cut
        /// The node closes, or the client has left: nothing is gone, and another node goes on from the client's last id.
        case closed
    }

    private struct Watch {
        /// The topic as the client calls it.
        let name: String
        /// Events up to here the client has.
        var through: EventPosition
        /// The client knows how the topic stood then; see ``TopicMessage/edition``.
        var edition: Int64 = 0
    }

    private struct State {
        var watches: [String: Watch] = [:]
        var queue = TopicQueue()
        /// Watched from some moment on; until it is released nothing is taken behind that moment.
        var held: String?
        var isHeld: Bool { held.map { watches[$0] != nil } ?? false }
        var lastNumber: Int64 = 0
        var heartbeats = 0
        /// Nil while messages come.
        var end: End?
        var reader: CheckedContinuation<Void, Never>?
    }

    private let capacity: Int
    private let capacityBytes: Int
    /// Whether a message that has several of the client's topics comes once for each.
    private let comesPerTopic: Bool
    private let state = Mutex(State())
    /// Takes signs of life while nobody waits at the mailbox.
    private let pulse: StreamPulse?
    /// Called when there is something to take; nil for a mailbox that is waited at.
    private let ready: (@Sendable () -> Void)?

    init(
        capacity: Int, capacityBytes: Int, comesPerTopic: Bool = false, pulse: StreamPulse? = nil,
        ready: (@Sendable () -> Void)? = nil
    ) {
        self.capacity = capacity
        self.capacityBytes = capacityBytes
        self.comesPerTopic = comesPerTopic
        self.pulse = pulse
        self.ready = ready
    }

    /// The hub's topics that are watched.
    var topics: [String] { state.withLock { Array($0.watches.keys) } }

    /// Whether there is something to take, or the end is.
    var hasSomething: Bool { state.withLock { !$0.isHeld && ($0.queue.count > 0 || $0.end != nil) } }

    /// Why nothing more comes; nil while something may.
    var end: End? { state.withLock(\.end) }

    /// Watches a topic; events up to `through` are not told.
    func watch(_ topic: String, as name: String, through: EventPosition) {
        state.withLock { $0.watches[topic] = Watch(name: name, through: through) }
    }

    /// Watches a topic no more. What waits of it is gone, so that it does not come twice where it is watched anew.
    func ignore(_ topic: String) {
        state.withLock { state in
            if let watch = state.watches.removeValue(forKey: topic) { state.queue.drop { $0.topic == watch.name } }
        }
    }

    /// Lets nothing be taken from the moment at which a topic is watched: what the client missed of it comes first.
    /// Until then, what waits of other topics may be taken.
    func hold(_ topic: String) { state.withLock { $0.held = topic } }

    /// Lets everything be taken.
    func release() { state.withLock { $0.held = nil } }

    /// Takes a message of a topic. It does not wake the client; see ``wake()``.
    /// - Parameter number: the same for one message under all its topics, rising from message to message.
    func put(_ message: TopicMessage, of topic: String, number: Int64) -> Outcome {
        state.withLock { state in
            guard state.end == nil, let watch = state.watches[topic] else { return .skipped }
            if let position = message.position, position <= watch.through { return .skipped }
            if let edition = message.edition, edition <= watch.edition { return .skipped }
            guard comesPerTopic || state.lastNumber != number else { return .skipped }
            state.lastNumber = number
            let isReplaced = state.queue.add(Delivery(message: message, topic: watch.name))
            guard state.queue.count <= capacity, state.queue.bytes <= capacityBytes else {
                state.queue.dropLast()
                state.end = .cut
                return .cut
            }
            return isReplaced ? .coalesced : .queued
        }
    }

    /// Takes note of how topics stand, as the client is told now. Older messages of the same, whether they wait or are on
    /// their way, would tell it once more what has changed.
    func settle(by messages: [TopicMessage]) {
        state.withLock { state in
            for message in messages {
                guard let edition = message.edition else { continue }
                for topic in message.topics {
                    guard let name = state.watches[topic]?.name else { continue }
                    state.watches[topic]?.edition = edition
                    state.queue.drop { $0.topic == name && $0.message.edition.map { $0 <= edition } ?? false }
                }
            }
        }
    }

    /// Sends a sign of life to a client that is waited at.
    func beat() {
        guard ready == nil, pulse?.beat() != true else { return }
        state.withLock { $0.heartbeats = 1 }
        wake()
    }

    /// Takes no more; what waits may still be taken. One that was cut off stays so.
    func close() {
        state.withLock { $0.end = $0.end ?? .closed }
        wake()
    }

    /// Tells the client that there is something to take.
    func wake() {
        if let ready { return ready() }
        let reader = state.withLock { state in
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    enum Taken {
        case delivery(Delivery)
        case nothing
        /// Nothing more comes, for this reason.
        case end(End)
    }

    /// The next message, at once.
    func take() -> Taken {
        state.withLock { state in
            guard !state.isHeld else { return .nothing }
            if let next = state.queue.next() { return .delivery(next) }
            return state.end.map { .end($0) } ?? .nothing
        }
    }

    /// The next messages, at most `most`, or none: a sign of life. Nil at the end and when the task is cancelled.
    func next(most: Int = 50) async -> [Delivery]? {
        while !Task.isCancelled {
            let (deliveries, isBeating, isOver) = state.withLock { state in
                var deliveries: [Delivery] = []
                while deliveries.count < most, let next = state.queue.next() { deliveries.append(next) }
                defer { state.heartbeats = 0 }
                return (deliveries, state.heartbeats > 0, state.end != nil)
            }
            if !deliveries.isEmpty || isBeating { return deliveries }
            if isOver { return nil }
            await wait()
        }
        return nil
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                let isThrough = state.withLock { state in
                    guard state.queue.count == 0, state.heartbeats == 0, state.end == nil, !Task.isCancelled else {
                        return true
                    }
                    state.reader = reader
                    return false
                }
                if isThrough { reader.resume() }
            }
        } onCancel: {
            wake()
        }
    }
}
