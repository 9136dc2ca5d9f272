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
    ///   - tell: is given what was missed, before anything from the mailbox: at most ``TopicHub/page`` messages at a time,
    ///     so that what was missed in a long absence is never held at once for a client that takes it slowly.
    /// - Returns: whether the client has to load its state anew.
    func join(
        _ mailbox: TopicMailbox, _ topics: [String: String], lastID: String?, tell: Tell
    ) async throws -> Bool {
        guard let lastID else {
            _ = hub.join(mailbox, topics, .now)
            return false
        }
        guard var point = ResumePoint(lastID) else { return reset(mailbox, topics) }
        if try await recall(mailbox, topics, .after(point), &point, tell) {
            hub.metrics.resumedFromMemory.increment()
            return false
        }
        guard hub.coversOffsets(of: point) else { return reset(mailbox, topics) }
        return try await replay(mailbox, topics, after: point, tell)
    }

    /// Tells what the hub remembers.
    /// - Parameter point: how far the client has come then.
    /// - Returns: whether that was all of it; the mailbox watches its topics then.
    private func recall(
        _ mailbox: TopicMailbox, _ topics: [String: String], _ beginning: TopicHub.Beginning,
        _ point: inout ResumePoint, _ tell: Tell
    ) async throws -> Bool {
        var beginning = beginning
        while let part = hub.join(mailbox, topics, beginning) {
            try await tell(part.messages)
            point = part.through
            if part.isWhole { return true }
            beginning = beginning.moved(to: point)
        }
        return false
    }

    private func replay(
        _ mailbox: TopicMailbox, _ topics: [String: String], after start: ResumePoint, _ tell: Tell
    ) async throws -> Bool {
        var (point, isFirst) = (start, true)
        let watched = WatchedTopics(topics.keys)
        while let page = try await page(
            ReplayRequest(position: point.position, topics: watched.topics, isFirst: isFirst), of: watched)
        {
            let before = point.position
            try await tell(page.messages.map { named($0, by: point) })
            point.position = max(point.position, page.through)
            isFirst = false
            // Before the last page the hub's memory must begin before the end of this one.
            let beginning: TopicHub.Beginning = page.isLast ? .afterReplay(point) : .after(point)
            if try await recall(mailbox, topics, beginning, &point, tell) {
                hub.metrics.resumedFromReplay.increment()
                return false
            }
            // While pages were told, more may have come than the hub remembers: then they go on.
            guard point.position > before else { break }
        }
        return reset(mailbox, topics)
    }

    /// A page of the client's own messages. What others may want too is left to the hub's memory.
    private func page(_ request: ReplayRequest, of watched: WatchedTopics) async throws -> ReplayPage? {
        guard let page = try await hub.replays.take({ try await pages(request) }) else { return nil }
        if page.isOfAllTopics { hub.remember(page.messages, after: request.position) }
        let own = page.messages.filter { watched.admit($0) }
        guard own.count > TopicHub.page, let last = own[TopicHub.page - 1].position else {
            return ReplayPage(messages: own, through: page.through, isLast: page.isLast)
        }
        return ReplayPage(messages: Array(own.prefix(TopicHub.page)), through: last, isLast: false)
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
