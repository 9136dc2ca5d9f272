import PorticoEvents
import PorticoHTTP
import PorticoTelemetry
import PorticoValues

/// The topics of a hub over WebSockets: clients subscribe and unsubscribe as they go, each topic under its own permission,
/// and go on from the last message they have.
///
/// ```swift
/// .raw(.get, "/api/v1/socket", "socket", "Live updates over a WebSocket", …) { context, _ in
///     try sockets.response(to: context.request.head, user: "\(context.caller.accountID)") { topic in
///         try await mayWatch(topic, caller) ? topic : nil
///     } isStillAllowed: {
///         await isStillSignedIn(context)
///     }
/// }
/// ```
///
/// A client sends `{"type":"subscribe","topic":"stats","last_id":"123"}` and gets `{"type":"subscribed","topic":"stats",
/// "reset":false}`, then `{"type":"message","topic":"stats","id":"124","event":"scan","data":{…}}` for each message.
/// `reset` tells it to load its state anew. `unsubscribe` ends it. A topic that stays closed gives
/// `{"type":"refused","topic":…,"code":…}`. Whatever a client gives as `ref` comes back in the reply.
public struct TopicSockets: Sendable {
    /// Decides about a topic under the name that the client uses: the hub's name for it, or nil when there is no such
    /// topic for this client. A ``Problem`` refuses it with its code.
    public typealias Authorise = @Sendable (String) async throws -> String?

    /// How much one client may take.
    public struct Limits: Sendable {
        /// Topics of one socket.
        public var subscriptions = 50
        /// Sockets of one user.
        public var socketsPerUser = 20
        /// Messages a client may send each second, and how many at once.
        public var messagesPerSecond = 20
        /// Messages a client may send at once.
        public var burst = 100
        /// How long an answer of `isStillAllowed` holds before the next message; zero asks before each batch.
        public var recheck = Span.seconds(1)
        /// What WebSockets themselves allow. A command is small.
        public var socket = WebSocket.Limits()

        /// The limits above.
        public init() {
            socket.maximumMessage = 16 * 1024
            socket.maximumFrame = 16 * 1024
        }
    }

    /// The subprotocol, for clients that name one.
    public static let subprotocol = "portico.topics.v1"

    let hub: TopicHub
    let limits: Limits
    let present: EventStream.Present
    let catchUp: CatchUp
    private let places: UserPlaces

    /// Sockets over a hub; the closures are those of ``EventStream``.
    public init(
        hub: TopicHub, limits: Limits = Limits(), present: @escaping EventStream.Present = { _ in [] },
        pages: @escaping EventStream.Pages = { _ in nil }
    ) {
        self.hub = hub
        self.limits = limits
        self.present = present
        catchUp = CatchUp(hub: hub, pages: pages)
        places = UserPlaces(perUser: limits.socketsPerUser)
    }

    /// The answer to an opening handshake.
    /// - Parameters:
    ///   - user: whose sockets are counted together: an account's id, or an address.
    ///   - origins: origins of pages that may connect besides the site's own.
    ///   - isStillAllowed: asked before messages are sent and now and then between them; the socket ends when it says no.
    /// - Throws: ``Problem``: what ``WebSocketHandshake`` throws, and 429 for a user with too many sockets.
    public func response(
        to head: RequestHead, user: String, origins: Set<String> = [], authorise: @escaping Authorise,
        isStillAllowed: @escaping @Sendable () async -> Bool = { true }
    ) throws(Problem) -> Response {
        let handshake = try WebSocketHandshake(head, subprotocols: [TopicSockets.subprotocol], origins: origins)
        guard let place = places.take(user) else {
            hub.metrics.refused.with("too_many_sockets").increment()
            throw Problem(
                429, "too_many_sockets", "There are \(limits.socketsPerUser) connections of yours already.",
                headers: ["retry-after": "5"])
        }
        let session = TopicSession(
            self, place: place, authorise: authorise, isStillAllowed: isStillAllowed)
        return WebSocket.response(to: handshake, limits: limits.socket, endpoint: session)
    }
}
