import PorticoEvents
import PorticoTelemetry

/// Brings a client that comes back up to date: from the hub's memory where that reaches far enough, else from the
/// application's replay, else by telling it to load anew.
struct CatchUp: Sendable {
    /// Finds the messages after a position for a client that comes back; nil when they are no longer kept.
    typealias Replay = @Sendable (EventPosition) async throws -> [TopicMessage]?

    struct Outcome: Sendable {
        /// What is to be told before anything from the mailbox.
        var missed: [TopicMessage] = []
        /// Whether the client has to load its state anew.
        var isReset = false
    }

    let hub: TopicHub
    let replay: Replay

    /// Has the mailbox watch topics from where the client left off.
    /// - Parameters:
    ///   - topics: the hub's names with those that the client uses.
    ///   - lastID: the id of the last message that the client has; nil for one that has just come.
    func join(
        _ mailbox: TopicMailbox, _ topics: [String: String], lastID: String?
    ) async throws -> Outcome {
        guard let lastID else {
            _ = hub.join(mailbox, topics, .now)
            return Outcome()
        }
        guard let point = ResumePoint(lastID) else { return reset(mailbox, topics) }
        if hub.join(mailbox, topics, .after(point)) {
            hub.metrics.resumedFromMemory.increment()
            return Outcome()
        }
        guard hub.coversOffsets(of: point), let missed = try await replay(point.position) else {
            return reset(mailbox, topics)
        }
        hub.remember(missed, after: point.position)
        var reached = point
        reached.position = missed.compactMap(\.position).reduce(point.position, max)
        guard hub.join(mailbox, topics, .afterReplay(reached)) else { return reset(mailbox, topics) }
        hub.metrics.resumedFromReplay.increment()
        let own = missed.filter { message in message.topics.contains { topics[$0] != nil } }
        return Outcome(missed: own.map { named($0, by: point) })
    }

    /// What was replayed says nothing about passing messages, so the client keeps what it knew of those.
    private func named(_ message: TopicMessage, by point: ResumePoint) -> TopicMessage {
        guard let position = message.position, point.epoch != nil else { return message }
        return message.identified(by: ResumePoint(position: position, epoch: point.epoch, offset: point.offset).text)
    }

    private func reset(_ mailbox: TopicMailbox, _ topics: [String: String]) -> Outcome {
        hub.metrics.reset.increment()
        _ = hub.join(mailbox, topics, .now)
        return Outcome(isReset: true)
    }
}
