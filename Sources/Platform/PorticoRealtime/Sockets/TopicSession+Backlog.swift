import Synchronization

/// What a client missed, sent as it takes it.
extension TopicSession {
    /// Messages that a client missed. No more of them are read before these are taken.
    struct Backlog: Sendable {
        private var messages: ArraySlice<TopicMessage>
        private let topic: String

        init(_ messages: [TopicMessage], _ topic: String) {
            self.messages = messages[...]
            self.topic = topic
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
        state.withLock { state in
            if !state.isOver { state.backlog = Backlog(messages, topic) }
        }
        socket.wake()
        while await isUntaken() {
            // It can't wait until all is taken: who owes a token is told nothing before it has come.
            if case .authenticate(let token, let ref)? = nextToken() { await authenticate(token, ref, socket) }
        }
        if state.withLock(\.isOver) { throw Gone() }
    }

    /// Waits until the client has taken what it missed or has gone, or a token has come.
    /// - Returns: whether there is still something to take.
    private func isUntaken() async -> Bool {
        await withCheckedContinuation { (teller: CheckedContinuation<Void, Never>) in
            let isThrough = state.withLock { state in
                guard state.backlog != nil, !state.commands.contains(where: \.isToken) else { return true }
                state.teller = teller
                return false
            }
            if isThrough { teller.resume() }
        }
        return state.withLock { $0.backlog != nil }
    }

    private func nextToken() -> TopicCommand? {
        state.withLock { state in
            guard let index = state.commands.firstIndex(where: \.isToken) else { return nil }
            return state.commands.remove(at: index)
        }
    }
}
