/// What a transport hands requests to. The transport owns sockets, framing, deadlines and back-pressure; the responder owns
/// everything between a whole request and its answer.
public protocol HTTPResponder: Sendable {
    /// The most bytes a body of this request may have; the transport answers 413 to more.
    func bodyLimit(for head: RequestHead) -> Int

    /// Whether the body of this request goes to a receiver instead of memory.
    func hasReceiver(for head: RequestHead) -> Bool

    /// Who takes the body of a request of which ``hasReceiver(for:)`` is true; asked before any of it is read.
    func receiver(for head: RequestHead) async -> BodyAdmission

    /// The answer, when it can be given at once without waiting; nil when it takes ``respond(to:)``.
    ///
    /// Runs on the connection's event loop, so it must neither block nor compute for long.
    func respondAtOnce(to request: Request) -> Response?

    /// On what terms the answer may be kept and given to others who ask the same; nil when it may not.
    func sharing(of head: RequestHead) -> SharedTerms?

    /// The refusal of a client whose requests of this kind are too many; nil lets it go on. Asked before an answer is made
    /// that others will get as well.
    func refusalByLimits(_ request: Request) async -> Response?

    /// The answer. Every error is an answer as well.
    func respond(to request: Request) async -> Response

    /// The answer to bytes that are no request: malformed, too large, too slow. `status` is 400, 408, 413, 414, 431, 501
    /// or 505, or 503 where there are too many connections; the connection closes after it.
    /// - Parameters:
    ///   - head: the request as far as it was understood.
    ///   - peer: numeric address of the socket's peer.
    func refusal(_ status: HTTPStatus, head: RequestHead?, peer: String) -> Response
}

extension HTTPResponder {
    /// Every body is gathered in memory.
    public func hasReceiver(for head: RequestHead) -> Bool { false }

    /// Nobody takes it.
    public func receiver(for head: RequestHead) async -> BodyAdmission { .refuse(Response(413)) }

    /// Nothing may be kept.
    public func sharing(of head: RequestHead) -> SharedTerms? { nil }

    /// Nobody is refused.
    public func refusalByLimits(_ request: Request) async -> Response? { nil }
}
