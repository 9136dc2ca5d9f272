import PorticoEvents
import PorticoTelemetry
import PorticoValues
import Synchronization

/// Gives messages to those who watch their topics. Nobody waits for a slow one: who falls `capacity` messages behind is cut
/// off with a reset.
public final class TopicHub: Sendable {
    enum Delivery: Sendable {
        case message(TopicMessage)
        case heartbeat
    }

    private struct Subscriber {
        let topics: Set<String>
        let continuation: AsyncStream<Delivery>.Continuation
    }

    private struct State {
        var subscribers: [Int: Subscriber] = [:]
        var next = 0
        var isClosed = false
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// A hub whose subscribers may be `capacity` messages behind.
    public init(capacity: Int = 1000) {
        self.capacity = capacity
    }

    /// Number of subscribers.
    public var count: Int { state.withLock { $0.subscribers.count } }

    /// Whether somebody watches one of these topics.
    public func hasSubscribers(of topics: Set<String>) -> Bool {
        state.withLock { $0.subscribers.values.contains { !$0.topics.isDisjoint(with: topics) } }
    }

    /// Gives messages to their subscribers, in order.
    public func publish(_ messages: [TopicMessage]) {
        guard !messages.isEmpty else { return }
        state.withLock { state in
            for (id, subscriber) in state.subscribers {
                for message in messages where !subscriber.topics.isDisjoint(with: message.topics) {
                    if case .dropped = subscriber.continuation.yield(.message(message)) {
                        state.subscribers[id] = nil
                        subscriber.continuation.finish()
                        break
                    }
                }
            }
        }
    }

    /// Sends a sign of life to every subscriber each `interval` until the task is cancelled.
    public func keepAlive(every interval: Span = .seconds(15)) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(interval.milliseconds))
            let subscribers = state.withLock { Array($0.subscribers.values) }
            for subscriber in subscribers { subscriber.continuation.yield(.heartbeat) }
        }
    }

    /// Ends every subscription.
    public func close() {
        let subscribers = state.withLock { state in
            state.isClosed = true
            defer { state.subscribers = [:] }
            return Array(state.subscribers.values)
        }
        for subscriber in subscribers { subscriber.continuation.finish() }
    }

    /// Watches topics from now on. The stream ends when the subscriber is too slow, or the hub closes.
    func subscribe(_ topics: Set<String>) -> (id: Int, deliveries: AsyncStream<Delivery>) {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Delivery.self, bufferingPolicy: .bufferingOldest(capacity))
        let id = state.withLock { state in
            state.next += 1
            if state.isClosed {
                continuation.finish()
            } else {
                state.subscribers[state.next] = Subscriber(topics: topics, continuation: continuation)
            }
            return state.next
        }
        return (id, stream)
    }

    func unsubscribe(_ id: Int) {
        state.withLock { $0.subscribers[id] = nil }
    }
}
