import PorticoEvents
import PorticoHTTP
import PorticoValues

/// Answers with server-sent events (WHATWG HTML §9.2): first what the client missed, then what comes.
public struct EventStream: Sendable {
    /// Finds the messages after a position for a client that comes back; nil when they are no longer kept.
    public typealias Replay = @Sendable (EventPosition) async throws -> [TopicMessage]?

    private let hub: TopicHub
    private let replay: Replay

    /// A stream over a hub.
    public init(hub: TopicHub, replay: @escaping Replay) {
        self.hub = hub
        self.replay = replay
    }

    /// The answer for a client that watches `topics`. `lastEventID` is the header of that name.
    public func response(topics: Set<String>, lastEventID: String?) -> Response {
        Response(
            .ok,
            headers: ["content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no"],
            body: .stream { writer in
                let (id, deliveries) = hub.subscribe(topics)
                defer { hub.unsubscribe(id) }
                try await writer.write(Array("retry: 2000\n\n".utf8))
                let caughtUp = try await catchUp(lastEventID, topics, writer)
                try await forward(deliveries, after: caughtUp, to: writer)
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
        _ deliveries: AsyncStream<TopicHub.Delivery>, after reached: EventPosition, to writer: any BodyWriter
    ) async throws {
        for await delivery in deliveries {
            switch delivery {
            case .message(let message):
                if let position = message.position, position <= reached { continue }
                try await writer.write(message.frame)
            case .heartbeat: try await writer.write(Array(": alive\n\n".utf8))
            }
        }
        try await writer.write(TopicMessage.reset.frame)
    }
}
