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
///     } standing: {
///         await .asking { try await isStillSignedIn(context) }
///     }
/// }
/// ```
///
/// A client sends `{"type":"subscribe","topic":"stats","last_id":"123"}` and gets `{"type":"subscribed","topic":"stats",
/// "reset":false}`, then `{"type":"message","topic":"stats","id":"124","event":"scan","data":{…}}` for each message.
/// `reset` tells it to load its state anew. `unsubscribe` ends it. A topic that stays closed gives
/// `{"type":"refused","topic":…,"code":…}`. `call` asks for something that is declared as a ``SocketCall``, `authenticate`
/// brings a fresh token. Whatever a client gives as `ref` comes back in the reply; the README of this module has all of it.
public struct TopicSockets: Sendable {
    /// Decides about a topic under the name that the client uses: the hub's name for it, or nil when there is no such
    /// topic for this client. A ``Problem`` refuses it with its code.
    public typealias Authorise = @Sendable (String) async throws -> String?
    /// Takes a fresh token of the client that the socket belongs to: whether it is good, and of the same account with the
    /// same rights, so that all subscriptions hold. `standing` goes by one that is `allowed` from then on.
    public typealias Renew = @Sendable (String) async -> WatcherStanding

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
        /// How long an answer of `standing` holds before the next message; zero asks before each batch.
        public var recheck = Span.seconds(1)
        /// Calls of one socket that are answered at the same time.
        public var calls = 8
        /// How long a client whose token is over has to send another.
        public var grace = Span.seconds(30)
        /// How long it may be unknown whether a client is still allowed, to within the five seconds of a socket's clock.
        public var patience = WatcherStanding.patience
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
    let here: EventStream.Here?
    let calls: [String: SocketCall]
    private let places: UserPlaces

    /// Sockets over a hub; the closures are those of ``EventStream``.
    /// - Parameters:
    ///   - here: lets a client go on without a gap that has not heard a single message.
    ///   - calls: what clients may ask for.
    ///   - places: count these sockets together with the event streams of a user, instead of `limits.socketsPerUser`.
    public init(
        hub: TopicHub, limits: Limits = Limits(), present: @escaping EventStream.Present = { _ in [] },
        pages: @escaping EventStream.Pages = { _ in nil }, here: EventStream.Here? = nil, calls: [SocketCall] = [],
        places: UserPlaces? = nil
    ) {
        self.hub = hub
        self.limits = limits
        self.present = present
        catchUp = CatchUp(hub: hub, pages: pages)
        self.here = here
        self.calls = Dictionary(calls.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        self.places = places ?? UserPlaces(perUser: limits.socketsPerUser)
    }

    /// The answer to an opening handshake.
    /// - Parameters:
    ///   - user: whose sockets are counted together: an account's id, or an address.
    ///   - caller: who asks, for the permissions of calls; nil where there are none.
    ///   - site: whose pages may connect: `context.site`.
    ///   - origins: origins of pages that may connect besides.
    ///   - standing: asked before messages are sent, before commands are carried out, and now and then between them.
    ///     When it says no, the socket ends with 1008; or, where there is `renew`, asks for a token and ends when none has
    ///     come in time. When nobody can tell, it is asked again, and ends with 1013 when nobody could in time. Meanwhile
    ///     nothing is told and nothing is lost.
    ///   - renew: takes a fresh token; nil where clients come with something that can't be renewed, a cookie.
    ///   - whileOpen: called at the beginning and with every other sign of life: somebody is there.
    /// - Throws: ``Problem``: what ``WebSocketHandshake`` throws, and 429 for a user with too many sockets.
    public func response(
        to head: RequestHead, user: String, caller: Principal? = nil, site: SiteOrigin = SiteOrigin(),
        origins: Set<String> = [],
        authorise: @escaping Authorise, standing: @escaping @Sendable () async -> WatcherStanding = { .allowed },
        renew: Renew? = nil, whileOpen: (@Sendable () async -> Void)? = nil
    ) throws(Problem) -> Response {
        let handshake = try WebSocketHandshake(
            head, subprotocols: [TopicSockets.subprotocol], site: site, origins: origins)
        guard let place = places.take(user) else {
            hub.metrics.refused.with("too_many_sockets").increment()
            throw Problem(
                429, "too_many_sockets", "There are \(places.perUser) connections of yours already.",
                headers: ["retry-after": "5"])
        }
        let terms = TopicSession.Terms(
            caller: caller, authorise: authorise, standing: standing, renew: renew, whileOpen: whileOpen)
        return WebSocket.response(
            to: handshake, limits: limits.socket, endpoint: TopicSession(self, place: place, terms))
    }
}
