import Synchronization

/// What a client missed, sent as it takes it.
extension TopicSession {
    /// Messages that a client missed. No more of them are read before these are taken.
    struct Backlog: Sendable {
        private var messages: ArraySlice<TopicMessage>
        private let topic: String
        /// Resumed when the last one is taken, or the connection has ended.
        let isTaken: CheckedContinuation<Void, Never>

        init(_ messages: [TopicMessage], _ topic: String, isTaken: CheckedContinuation<Void, Never>) {
            self.messages = messages[...]
            self.topic = topic
            self.isTaken = isTaken
        }

        var isEmpty: Bool { messages.isEmpty }

        mutating func next() -> TopicMailbox.Delivery? {
            messages.popFirst().map { TopicMailbox.Delivery(message: $0, topic: topic) }
        }
    }

    /// The client has gone while it was told what it had missed.
    private struct Gone: Error {}

    /// Sends what was missed, and waits until the client has taken it.
    func tell(_ messages: [TopicMessage], _ topic: String, _ socket: WebSocket) async throws {
        guard !messages.isEmpty else { return }
        await withCheckedContinuation { isTaken in
            let isOver = state.withLock { state in
                guard !state.isOver else { return true }
                state.backlog = Backlog(messages, topic, isTaken: isTaken)
                return false
            }
            if isOver { isTaken.resume() } else { socket.wake() }
        }
        if state.withLock(\.isOver) { throw Gone() }
    }
}
