import PorticoEvents
import PorticoHTTP
import PorticoTelemetry
import PorticoValues

/// Answers with server-sent events (WHATWG HTML §9.2): first what the client missed, then how things stand, then what comes.
public struct EventStream: Sendable {
    /// Finds the messages after a position for a client that comes back; nil when they are no longer kept. Asked only
    /// where the hub's own memory does not reach far enough.
    public typealias Replay = @Sendable (EventPosition) async throws -> [TopicMessage]?
    /// Messages that tell the present state of topics, for a client that has just come.
    public typealias Present = @Sendable (Set<String>) async throws -> [TopicMessage]

    /// How far committed events have been told on this node; nil before the first.
    public typealias Here = @Sendable () -> EventPosition?

    private let hub: TopicHub
    private let catchUp: CatchUp
    private let present: Present
    private let here: Here?

    /// A stream over a hub.
    /// - Parameter here: lets every message carry an id: one that has none of its own gets that of the last event before
    ///   it, from which a client that comes back goes on without losing or repeating anything.
    public init(
        hub: TopicHub, present: @escaping Present = { _ in [] }, replay: @escaping Replay, here: Here? = nil
    ) {
        self.hub = hub
        self.here = here
        self.present = present
        catchUp = CatchUp(hub: hub, replay: replay)
    }

    /// The answer for a client that watches `topics`.
    /// - Parameters:
    ///   - lastEventID: the header of that name.
    ///   - isStillAllowed: asked before each write. When it says no, the stream ends without another word: whoever is
    ///     signed out or moved elsewhere hears nothing more.
    ///   - whileOpen: called when the stream begins and after each write, heartbeats among them: somebody is there.
    public func response(
        topics: Set<String>, lastEventID: String?, isStillAllowed: @escaping @Sendable () async -> Bool,
        whileOpen: @escaping @Sendable () async -> Void = {}
    ) -> Response {
        Response(
            .ok,
            headers: [
                "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store",
                "x-accel-buffering": "no",
            ],
            body: .stream { writer in
                let mailbox = hub.mailbox()
                hub.metrics.streams.connections.add(1)
                defer {
                    hub.leave(mailbox)
                    hub.metrics.streams.connections.add(-1)
                }
                let names = Dictionary(uniqueKeysWithValues: topics.map { ($0, $0) })
                // Read before the client joins: everything behind it is still to come.
                var place = StreamPlace(here: here)
                let outcome = try await catchUp.join(mailbox, names, lastID: lastEventID)
                try await writer.write(Array("retry: 2000\n\n".utf8))
                if outcome.isReset {
                    try await writer.write(place.frame(of: .reset))
                } else if let lastEventID {
                    place.reach(lastEventID)
                }
                try await write(outcome.missed, &place, to: writer)
                try await write(try await present(topics), &place, to: writer)
                await whileOpen()
                while let items = await mailbox.next() {
                    guard await isStillAllowed() else { return }
                    try await forward(items, &place, to: writer)
                    await whileOpen()
                }
                try await writer.write(place.end(here: here))
            })
    }

    private func write(_ messages: [TopicMessage], _ place: inout StreamPlace, to writer: any BodyWriter) async throws {
        for start in stride(from: 0, to: messages.count, by: 50) {
            let batch = messages[start..<min(start + 50, messages.count)]
            try await forward(
                batch.map { .delivery(TopicMailbox.Delivery(message: $0, topic: "")) }, &place, to: writer)
        }
    }

    /// What waits together leaves together.
    private func forward(
        _ items: [TopicMailbox.Item], _ place: inout StreamPlace, to writer: any BodyWriter
    ) async throws {
        var bytes: [UInt8] = []
        var messages = 0
        for item in items {
            switch item {
            case .heartbeat: bytes += Array(": alive\n\n".utf8)
            case .delivery(let delivery):
                bytes += place.frame(of: delivery.message)
                messages += 1
            }
        }
        try await writer.write(bytes)
        hub.metrics.streams.messages.increment(by: messages)
        hub.metrics.streams.bytes.increment(by: bytes.count)
    }
}
