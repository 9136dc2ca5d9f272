import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import PorticoHTTP
import Synchronization

/// An HTTP/1.1 server that hands whole requests to a responder and sends its answers back.
///
/// It owns sockets, framing, deadlines and back-pressure, and refuses everything that is not clearly one request. A server
/// starts once and stops once.
///
/// ```swift
/// let server = HTTPServer(configuration: .init(port: 8080), responder: application)
/// let port = try await server.start()
/// …
/// await server.shutdown()
/// ```
public final class HTTPServer: Sendable {
    private enum State {
        case new
        case starting
        case running(Running)
        case stopped
    }

    private struct Running {
        var listener: any Channel
        var group: MultiThreadedEventLoopGroup
        var samplers: [LoopLagSampler]
    }

    private let core: ServerCore
    private let state = Mutex(State.new)

    /// A server that does not listen yet.
    /// - Parameter answers: where answers that are the same for everybody are kept; nil keeps none.
    public init(
        configuration: Configuration, responder: any HTTPResponder, answers: AnswerCache? = nil,
        observer: (any ServerObserver)? = nil
    ) {
        core = ServerCore(
            configuration: configuration, responder: responder, answers: answers,
            observer: observer ?? UnobservedServer())
    }

    /// Listens and answers from then on.
    /// - Returns: The port, which differs from the configured one when that is 0.
    /// - Throws: ``ServerError``.
    @discardableResult
    public func start() async throws -> Int {
        let isFirst = state.withLock { state in
            guard case .new = state else { return false }
            state = .starting
            return true
        }
        guard isFirst else { throw ServerError.alreadyStarted }
        let configuration = core.configuration
        let group =
            configuration.eventLoops.map { MultiThreadedEventLoopGroup(numberOfThreads: $0) } ?? .singleton
        do {
            let loops = try await HTTPServer.loopStates(of: group)
            let listener = try await bootstrap(group, loops).bind(host: configuration.host, port: configuration.port)
                .get()
            let samplers = sampleLag(of: group)
            state.withLock {
                $0 = .running(Running(listener: listener, group: group, samplers: samplers))
            }
            return listener.localAddress?.port ?? configuration.port
        } catch {
            state.withLock { $0 = .stopped }
            if configuration.eventLoops != nil { try? await group.shutdownGracefully() }
            throw HTTPServer.startError(error, configuration)
        }
    }

    /// Stops accepting, closes idle connections at once, lets running requests finish within
    /// ``Configuration/drainTimeout``, then cancels and closes what is left. Does nothing unless the server runs.
    public func shutdown() async {
        let running: Running? = state.withLock { state in
            guard case .running(let running) = state else { return nil }
            state = .stopped
            return running
        }
        guard let running else { return }
        for sampler in running.samplers { sampler.stop() }
        try? await running.listener.close()
        let registry = core.registry
        for channel in registry.startDraining() {
            channel.pipeline.fireUserInboundEventTriggered(DrainEvent())
        }
        let loop = running.listener.eventLoop
        await registry.emptied(within: core.configuration.drainTimeout, on: loop)
        for channel in registry.channels { channel.close(promise: nil) }
        // Cancelled work gets a moment to notice, so that nothing answers into loops that are gone.
        await registry.emptied(within: .seconds(2), on: loop)
        if core.configuration.eventLoops != nil { try? await running.group.shutdownGracefully() }
    }

    private func bootstrap(
        _ group: MultiThreadedEventLoopGroup, _ loops: [ObjectIdentifier: NIOLoopBound<LoopState>]
    ) -> ServerBootstrap {
        let core = core
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Out of file descriptors: wait a little instead of spinning or dying.
                    try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value else {
                        throw ChannelError.inappropriateOperationForState
                    }
                    let meter = ByteMeter(observer: core.observer)
                    let decoder = HTTPRequestDecoder(
                        leftOverBytesStrategy: .forwardBytes, limitConfiguration: core.decoderLimits)
                    let pipeline = channel.pipeline.syncOperations
                    let connection = ConnectionHandler(core: core, loop: loop, meter: meter)
                    if let answers = core.answers {
                        try pipeline.addHandler(FastPath(answers, connection, core, loop))
                    }
                    try pipeline.addHandler(meter)
                    try pipeline.addHandler(ByteToMessageHandler(decoder))
                    try pipeline.addHandler(connection)
                }
            }
    }

    private func sampleLag(of group: MultiThreadedEventLoopGroup) -> [LoopLagSampler] {
        guard let interval = core.configuration.lagInterval else { return [] }
        return group.makeIterator().map { LoopLagSampler(of: $0, every: interval, observer: core.observer) }
    }

    private static func loopStates(
        of group: MultiThreadedEventLoopGroup
    ) async throws -> [ObjectIdentifier: NIOLoopBound<LoopState>] {
        var states: [ObjectIdentifier: NIOLoopBound<LoopState>] = [:]
        for loop in group.makeIterator() {
            states[ObjectIdentifier(loop)] = try await loop.submit { NIOLoopBound(LoopState(), eventLoop: loop) }.get()
        }
        return states
    }

    private static func startError(_ error: any Error, _ configuration: Configuration) -> ServerError {
        let host = configuration.host
        let port = configuration.port
        guard let error = error as? IOError else {
            return .cannotListen(host: host, port: port, reason: "\(error)")
        }
        guard error.errnoCode != EADDRINUSE else { return .addressInUse(host: host, port: port) }
        return .cannotListen(host: host, port: port, reason: String(cString: strerror(error.errnoCode)))
    }
}
