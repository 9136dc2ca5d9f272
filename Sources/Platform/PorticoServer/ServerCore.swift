import NIOCore
import NIOHTTP1
import PorticoHTTP

/// What all connections of one server share.
final class ServerCore: Sendable {
    let configuration: HTTPServer.Configuration
    let limits: Deadlines
    let responder: any HTTPResponder
    /// What is kept for everybody; nil where nothing is.
    let answers: AnswerCache?
    let observer: any ServerObserver
    let registry: ConnectionRegistry

    init(
        configuration: HTTPServer.Configuration, responder: any HTTPResponder, answers: AnswerCache?,
        observer: any ServerObserver
    ) {
        self.configuration = configuration
        self.limits = Deadlines(configuration)
        self.responder = answers.map { SharingResponder(answers: $0, origin: responder) } ?? responder
        self.answers = answers
        self.observer = observer
        self.registry = ConnectionRegistry(
            capacity: configuration.maxConnections, capacityPerAddress: configuration.maxConnectionsPerAddress,
            isShared: configuration.isSharedAddress)
    }

    /// The decoder's own limits. It counts target and fields in one sum, so the exact ones are checked on the whole head.
    var decoderLimits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = max(configuration.maxHeaderBytes, configuration.maxURIBytes)
        limits.maxHeaderListSize = configuration.maxHeaderBytes + configuration.maxURIBytes
        limits.maxHeaderFieldCount = configuration.maxHeaderFields
        return limits
    }

    /// The configured durations as the event loop takes them.
    struct Deadlines: Sendable {
        let idle: TimeAmount
        let head: TimeAmount
        let body: TimeAmount
        let write: TimeAmount
        let abandoned: TimeAmount
        let linger: TimeAmount

        init(_ configuration: HTTPServer.Configuration) {
            idle = TimeAmount(configuration.idleTimeout)
            head = TimeAmount(configuration.headerDeadline)
            body = TimeAmount(configuration.bodyDeadline)
            write = TimeAmount(configuration.writeDeadline)
            abandoned = TimeAmount(configuration.abandonedGrace)
            linger = TimeAmount(configuration.lingerTimeout)
        }
    }
}

/// Tells a connection that the server stops.
struct DrainEvent: Sendable {}
