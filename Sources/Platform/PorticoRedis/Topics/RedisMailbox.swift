import Synchronization

/// Events on their way to one listener, bounded in number.
///
/// A listener that is too slow loses all that is waiting and is told of a gap instead: no memory grows, and it knows.
final class RedisMailbox: Sendable {
    private struct State {
        var events: [RedisEvent] = []
        var reader: CheckedContinuation<RedisEvent?, Never>?
        /// Channels whose subscription the server has not confirmed yet.
        var unconfirmed: Set<String>
        var isEnded = false
    }

    let channels: Set<String>
    private let capacity: Int
    private let state: Mutex<State>

    init(channels: Set<String>, capacity: Int) {
        self.channels = channels
        self.capacity = max(1, capacity)
        self.state = Mutex(State(unconfirmed: channels))
    }

    /// Hears that the server sends a channel's messages from now on.
    /// - Returns: whether that made a gap known.
    func confirm(_ channel: String) -> Bool {
        let isComplete = state.withLock { state in
            state.unconfirmed.remove(channel) != nil && state.unconfirmed.isEmpty
        }
        if isComplete { _ = put(.gap) }
        return isComplete
    }

    /// Hears that the connection is lost.
    func interrupt() {
        let wasWhole = state.withLock { state in
            defer { state.unconfirmed = channels }
            return state.unconfirmed.isEmpty
        }
        if wasWhole { _ = put(.interrupted) }
    }

    /// - Returns: whether the buffer overflowed.
    func put(_ event: RedisEvent) -> Bool {
        let (reader, hasOverflowed) = state.withLock { state -> (CheckedContinuation<RedisEvent?, Never>?, Bool) in
            guard !state.isEnded else { return (nil, false) }
            if let reader = state.reader {
                state.reader = nil
                return (reader, false)
            }
            guard state.events.count >= capacity else {
                state.events.append(event)
                return (nil, false)
            }
            // While the connection is lost, the gap that follows its return says it all.
            state.events = event == .interrupted || !state.unconfirmed.isEmpty ? [.interrupted] : [.gap]
            return (nil, true)
        }
        reader?.resume(returning: event)
        return hasOverflowed
    }

    /// The next event; nil when the subscription has ended or the task was cancelled. One reader at a time: a second one
    /// ends the first one's wait.
    func next() async -> RedisEvent? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                let (event, isKnown, displaced) = state.withLock { state in take(&state, for: reader) }
                displaced?.resume(returning: nil)
                if isKnown { reader.resume(returning: event) }
            }
        } onCancel: {
            release()
        }
    }

    /// Ends the subscription for its listener.
    func end() {
        let reader = state.withLock { state in
            state.isEnded = true
            state.events = []
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    private func take(
        _ state: inout State, for reader: CheckedContinuation<RedisEvent?, Never>
    ) -> (RedisEvent?, Bool, CheckedContinuation<RedisEvent?, Never>?) {
        if !state.events.isEmpty { return (state.events.removeFirst(), true, nil) }
        if state.isEnded || Task.isCancelled { return (nil, true, nil) }
        defer { state.reader = reader }
        return (nil, false, state.reader)
    }

    private func release() {
        let reader = state.withLock { state in
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }
}
