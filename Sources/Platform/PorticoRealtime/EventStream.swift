import PorticoEvents
import PorticoHTTP
import PorticoValues

/// Answers with server-sent events (WHATWG HTML §9.2): first what the client missed, then how things stand, then what comes.
public struct EventStream: Sendable {
    /// Finds the messages after a position for a client that comes back; nil when they are no longer kept.
    public typealias Replay = @Sendable (EventPosition) async throws -> [TopicMessage]?
    /// Messages that tell the present state of topics, for a client that has just come.
    public typealias Present = @Sendable (Set<String>) async throws -> [TopicMessage]

    private let hub: TopicHub
    private let replay: Replay
    private let present: Present

    /// A stream over a hub.
    public init(hub: TopicHub, present: @escaping Present = { _ in [] }, replay: @escaping Replay) {
        self.hub = hub
        self.present = present
        self.replay = replay
    }

    /// The answer for a client that watches `topics`.
    /// - Parameters:
    ///   - lastEventID: the header of that name.
    ///   - isStillAllowed: asked before each message and sign of life. When it says no, the stream ends without another
    ///     word: whoever is signed out or moved elsewhere hears nothing more.
    public func response(
        topics: Set<String>, lastEventID: String?, isStillAllowed: @escaping @Sendable () async -> Bool
    ) -> Response {
        Response(
            .ok,
            headers: ["content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no"],
            body: .stream { writer in
                let (id, deliveries) = hub.subscribe(topics)
                defer { hub.unsubscribe(id) }
                try await writer.write(Array("retry: 2000\n\n".utf8))
                let caughtUp = try await catchUp(lastEventID, topics, writer)
                for message in try await present(topics) { try await writer.write(message.frame) }
                for await delivery in deliveries {
                    guard await isStillAllowed() else { return }
                    try await forward(delivery, after: caughtUp, to: writer)
                }
                try await writer.write(TopicMessage.reset.frame)
            })
    }

    /// Sends what the client missed.
    /// - Returns: the position up to which it has everything.
    private func catchUp(
        _ lastEventID: String?, _ topics: Set<String>, _ writer: any BodyWriter
    ) async throws -> EventPosition {
        guard let lastEventID else { return .start }
        guard let position = EventPosition(lastEventID), let missed = try await replay(position) else {
            try await writer.write(TopicMessage.reset.frame)
            return .start
        }
        var reached = position
        for message in missed {
            reached = max(reached, message.position ?? reached)
            if !message.topics.isDisjoint(with: topics) { try await writer.write(message.frame) }
        }
        return reached
    }

    private func forward(
        _ delivery: TopicHub.Delivery, after reached: EventPosition, to writer: any BodyWriter
    ) async throws {
        switch delivery {
        case .message(let message):
            if let position = message.position, position <= reached { return }
            try await writer.write(message.frame)
        case .heartbeat: try await writer.write(Array(": alive\n\n".utf8))
        }
    }
}
