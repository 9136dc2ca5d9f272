import PorticoEvents
import PorticoTelemetry

/// Brings a client that comes back up to date: from the hub's memory where that reaches far enough, else page by page
/// from the application, else by telling it to load anew.
struct CatchUp: Sendable {
    /// Takes a part of what was missed, in order.
    typealias Tell = ([TopicMessage]) async throws -> Void

    let hub: TopicHub
    let pages: EventStream.Pages

    /// Has the mailbox watch topics from where the client left off.
    /// - Parameters:
    ///   - topics: the hub's names, with filters where there are some, with those that the client uses.
    ///   - lastID: the id of the last message that the client has; nil for one that has just come.
    ///   - tell: is given what was missed, before anything from the mailbox. A page at a time, so that what was missed in
    ///     a long absence is never in memory at once.
    /// - Returns: whether the client has to load its state anew.
    func join(
        _ mailbox: TopicMailbox, _ topics: [String: String], lastID: String?, tell: Tell
    ) async throws -> Bool {
        guard let lastID else {
            _ = hub.join(mailbox, topics, .now)
            return false
        }
        guard let point = ResumePoint(lastID) else { return reset(mailbox, topics) }
        if let missed = hub.join(mailbox, topics, .after(point)) {
            hub.metrics.resumedFromMemory.increment()
            try await tell(missed)
            return false
        }
        guard hub.coversOffsets(of: point) else { return reset(mailbox, topics) }
        return try await replay(mailbox, topics, after: point, tell)
    }

    private func replay(
        _ mailbox: TopicMailbox, _ topics: [String: String], after start: ResumePoint, _ tell: Tell
    ) async throws -> Bool {
        var (point, isFirst) = (start, true)
        let watched = WatchedTopics(topics.keys)
        while let page = try await page(
            ReplayRequest(position: point.position, topics: watched.topics, isFirst: isFirst))
        {
            if page.isOfAllTopics { hub.remember(page.messages, after: point.position) }
            let own = page.messages.filter { watched.admit($0) }
            try await tell(own.map { named($0, by: point) })
            let hasMoved = page.through > point.position
            point.position = max(point.position, page.through)
            isFirst = false
            // Before the last page the hub's memory must begin before the end of this one.
            if let rest = hub.join(mailbox, topics, page.isLast ? .afterReplay(point) : .after(point)) {
                hub.metrics.resumedFromReplay.increment()
                try await tell(rest)
                return false
            }
            // While pages were told, more may have come than the hub remembers: then they go on.
            guard hasMoved else { break }
        }
        return reset(mailbox, topics)
    }

    private func page(_ request: ReplayRequest) async throws -> ReplayPage? {
        try await hub.replays.take { try await pages(request) }
    }

    /// What was replayed says nothing about passing messages, so the client keeps what it knew of those.
    private func named(_ message: TopicMessage, by point: ResumePoint) -> TopicMessage {
        guard let position = message.position, point.epoch != nil else { return message }
        return message.identified(by: ResumePoint(position: position, epoch: point.epoch, offset: point.offset).text)
    }

    private func reset(_ mailbox: TopicMailbox, _ topics: [String: String]) -> Bool {
        hub.metrics.reset.increment()
        _ = hub.join(mailbox, topics, .now)
        return true
    }
}
