import PorticoEvents
import PorticoHTTP
import PorticoTelemetry
import PorticoValues

/// Answers with server-sent events (WHATWG HTML §9.2): first what the client missed, then how things stand, then what comes.
///
/// When the node closes, a stream just ends: its client comes back, to another node, with the id of the last message it
/// has, and goes on from there. Only a client that fell behind is told to load anew.
public struct EventStream: Sendable {
    /// Finds what a client that comes back has missed of its topics, page by page; nil when it is no longer kept, or too
    /// much. Asked only where the hub's own memory does not reach far enough.
    public typealias Pages = @Sendable (ReplayRequest) async throws -> ReplayPage?
    /// Messages that tell the present state of topics, for a client that has just come.
    public typealias Present = @Sendable (Set<String>) async throws -> [TopicMessage]

    /// How far committed events have been told on this node; nil before the first.
    public typealias Here = @Sendable () -> EventPosition?

    private let hub: TopicHub
    private let catchUp: CatchUp
    private let present: Present
    private let here: Here?
    private let places: UserPlaces
    private let patience: Span

    /// Streams of one user on one node, where nobody says otherwise.
    public static let streamsPerUser = 20

    /// A stream over a hub.
    /// - Parameters:
    ///   - here: lets every message carry an id: one that has none of its own gets that of the last event before
    ///     it, from which a client that comes back goes on without losing or repeating anything.
    ///   - perUser: streams that one user may have on this node, where answers name users.
    ///   - patience: how long it may be unknown whether a client is still allowed before its stream ends.
    public init(
        hub: TopicHub, present: @escaping Present = { _ in [] }, pages: @escaping Pages, here: Here? = nil,
        perUser: Int = EventStream.streamsPerUser, patience: Span = WatcherStanding.patience
    ) {
        self.init(
            hub: hub, present: present, pages: pages, here: here, places: UserPlaces(perUser: perUser),
            patience: patience)
    }

    /// The same, whose streams count towards places that others take as well: WebSockets on the same topics.
    public init(
        hub: TopicHub, present: @escaping Present = { _ in [] }, pages: @escaping Pages, here: Here? = nil,
        places: UserPlaces, patience: Span = WatcherStanding.patience
    ) {
        self.hub = hub
        catchUp = CatchUp(hub: hub, pages: pages)
        self.present = present
        self.here = here
        self.places = places
        self.patience = patience
    }

    /// The answer for a client of a user who has not too many streams already. The other parameters are those of
    /// ``response(topics:lastEventID:standing:whileOpen:)``.
    /// - Parameter user: whose streams are counted together: an account's id.
    /// - Throws: ``Problem`` 429 `too_many_streams`.
    public func response(
        topics: Set<String>, lastEventID: String?, user: String,
        standing: @escaping @Sendable () async -> WatcherStanding,
        whileOpen: @escaping @Sendable () async -> Void = {}
    ) throws(Problem) -> Response {
        guard let place = places.take(user) else {
            hub.metrics.refused.with("too_many_streams").increment()
            throw Problem(
                429, "too_many_streams", "There are \(places.perUser) connections of yours already.",
                headers: ["retry-after": "5"])
        }
        return response(
            topics: topics, lastEventID: lastEventID, holding: place, standing: standing, whileOpen: whileOpen)
    }

    /// The answer for a client that watches `topics`, with a ``TopicFilter`` behind the name where it wants a part.
    /// - Parameters:
    ///   - lastEventID: the header of that name.
    ///   - standing: asked before messages are written, and at each heartbeat. When it says no, the stream ends without
    ///     another word: whoever is signed out or moved elsewhere is told nothing more. While nobody can tell, nothing is told
    ///     but that the stream lives, and it is asked again each second; after 30 of them, unless `patience` says otherwise,
    ///     the stream ends as well, and its client goes on from its last id.
    ///   - whileOpen: called when the stream begins and after each write, heartbeats among them: somebody is there.
    public func response(
        topics: Set<String>, lastEventID: String?, standing: @escaping @Sendable () async -> WatcherStanding,
        whileOpen: @escaping @Sendable () async -> Void = {}
    ) -> Response {
        response(
            topics: topics, lastEventID: lastEventID, holding: nil, standing: standing, whileOpen: whileOpen)
    }

    /// - Parameter seat: free again when the stream has ended, or was never begun.
    private func response(
        topics: Set<String>, lastEventID: String?, holding seat: UserPlaces.Place?,
        standing: @escaping @Sendable () async -> WatcherStanding, whileOpen: @escaping @Sendable () async -> Void
    ) -> Response {
        Response(
            .ok,
            headers: [
                "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store",
                "x-accel-buffering": "no",
            ],
            body: .stream { writer in
                let pulse = StreamPulse { try await beat(on: writer) }
                let mailbox = hub.mailbox(pulse: pulse)
                hub.metrics.streams.connections.add(1)
                defer {
                    withExtendedLifetime(seat) { hub.leave(mailbox) }
                    hub.metrics.streams.connections.add(-1)
                }
                let names = Dictionary(uniqueKeysWithValues: topics.map { ($0, $0) })
                // Read before the client joins: everything behind it is still to come.
                var place = StreamPlace(here: here)
                var hasTold = false
                let isReset: Bool
                do {
                    isReset = try await catchUp.join(mailbox, names, lastID: lastEventID) { missed in
                        guard !missed.isEmpty else { return }
                        if hasTold {
                            guard await pulse.during({ await isAllowed(standing) }) else { throw NoLongerAllowed() }
                        } else {
                            try await writer.write(EventStream.opening)
                        }
                        hasTold = true
                        try await write(missed, &place, to: writer)
                    }
                } catch is NoLongerAllowed {
                    return
                }
                if !hasTold { try await writer.write(EventStream.opening) }
                if isReset {
                    try await writer.write(place.reset(here: here))
                } else if let lastEventID, !hasTold {
                    place.reach(lastEventID)
                }
                let current = try await pulse.during { try await WatchedTopics(topics).current(present) }
                mailbox.settle(by: current)
                try await write(current, &place, to: writer)
                await pulse.during { await whileOpen() }
                while let deliveries = await mailbox.next() {
                    // A sign of life tells nothing, so it waits for nobody.
                    if deliveries.isEmpty { try await beat(on: writer) }
                    guard await pulse.during({ await isAllowed(standing) }) else { return }
                    if !deliveries.isEmpty { try await forward(deliveries.map(\.message), &place, to: writer) }
                    await pulse.during { await whileOpen() }
                }
                // A node that closes says nothing: the client has its last id and goes on elsewhere.
                if mailbox.end == .cut { try await writer.write(place.reset(here: here)) }
            })
    }

    /// Has the browser come back after two seconds.
    private static let opening = Array("retry: 2000\n\n".utf8)

    /// Ends a stream whose client lost its right while it was told what it had missed.
    private struct NoLongerAllowed: Error {}

    /// Whether the client may be told, once somebody can tell; false when nobody could for too long.
    private func isAllowed(_ standing: @Sendable () async -> WatcherStanding) async -> Bool {
        let deadline = hub.timing.now() + patience.milliseconds * 1_000_000
        while true {
            let now = await standing()
            guard now == .unknown else { return now == .allowed }
            guard hub.timing.now() < deadline, !Task.isCancelled else { return false }
            await hub.timing.pause(.seconds(1))
        }
    }

    private func write(_ messages: [TopicMessage], _ place: inout StreamPlace, to writer: any BodyWriter) async throws {
        for start in stride(from: 0, to: messages.count, by: 50) {
            try await forward(messages[start..<min(start + 50, messages.count)], &place, to: writer)
        }
    }

    /// What waits together leaves together.
    private func forward(
        _ messages: some Sequence<TopicMessage>, _ place: inout StreamPlace, to writer: any BodyWriter
    ) async throws {
        var bytes: [UInt8] = []
        var count = 0
        for message in messages {
            bytes += place.frame(of: message)
            count += 1
        }
        try await writer.write(bytes)
        hub.metrics.streams.messages.increment(by: count)
        hub.metrics.streams.bytes.increment(by: bytes.count)
    }

    private func beat(on writer: any BodyWriter) async throws {
        let comment = Array(": alive\n\n".utf8)
        try await writer.write(comment)
        hub.metrics.streams.bytes.increment(by: comment.count)
    }
}
