import NIOCore
import NIOHTTP1
import PorticoHTTP

/// One connection: takes requests from the decoder, one after the other, and writes their answers in the same order.
///
/// While a request is being answered, what the client sends ahead waits in a bounded backlog and reading pauses. Answers of
/// one batch of reads leave in one buffer. All state belongs to the event loop.
final class ConnectionHandler: ChannelInboundHandler, ChannelOutboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Where the connection stands.
    enum Phase {
        /// Between requests, or within a head.
        case waiting
        /// A head is here, its body is coming.
        case receiving
        /// The responder or a stream is at work.
        case answering
        /// The last bytes are on their way; what comes in is dropped.
        case leaving
        /// Another protocol takes the connection over.
        case handedOver
        /// The channel is gone.
        case closed
    }

    /// What came in, in order.
    enum Arrival {
        case part(HTTPServerRequestPart)
        case broken(HTTPStatus)
        case tooMany
    }

    /// A request whose body is coming.
    struct Incoming {
        var head: RequestHead
        var body: [UInt8] = []
        var limit = 0
        /// What takes the body, where it does not go to memory.
        var intake: BodyIntake?
        /// Bytes of the body that have come.
        var taken = 0
        /// Bytes of the reads since the head, whatever they were, without those of the batch that is being read. What that
        /// batch had brought when the head came is taken off beforehand: it belongs to the head and to requests before it.
        var received = 0

        /// Whether the client sends far more than what has come of the body takes, even in chunks of one byte each: what
        /// chunk extensions and trailers hold is dropped, but reading it costs time.
        /// - Parameter batch: bytes of the batch that is being read.
        func isOverdone(with batch: Int) -> Bool { received + batch > 8 * taken + 128 * 1024 }
    }

    /// Bytes of answers after which a batch is flushed before it ends.
    static let batchBytes = 64 * 1024
    /// Bodies up to this size are copied behind their heads, which is cheaper than another piece for the socket.
    static let copiedBytes = 4096

    let core: ServerCore
    let loop: LoopState
    let meter: ByteMeter
    var context: ChannelHandlerContext?

    var phase = Phase.waiting
    var incoming: Incoming?
    var exchange = Exchange()
    var task: Task<Void, Never>?
    var stream: StreamWriter?
    var roomWaiters: [CheckedContinuation<Void, any Error>] = []

    var out: ByteBuffer?
    /// Whether something was written past ``out`` and waits to be flushed.
    var isUnflushed = false
    var sentBytes = 0
    var hasSaidFarewell = false

    var watched = Watched()
    var timer: Scheduled<Void>?
    var timerDeadline = NIODeadline.distantFuture
    var hasPartialHead = false

    private var backlog = CircularBuffer<Arrival>(initialCapacity: 0)
    private var waitingHeads = 0
    private var isDeaf = false
    private var heldRead = false
    private var sawPart = false
    private var isTurning = false
    private(set) var peerHasFinished = false
    private(set) var isDraining = false
    private(set) var id: Int?
    private(set) var isCounted = false
    private(set) var peer = ""

    init(core: ServerCore, loop: LoopState, meter: ByteMeter) {
        self.core = core
        self.loop = loop
        self.meter = meter
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        peer = PeerAddress.text(of: context.remoteAddress)
        let admission = core.registry.add(context.channel, from: peer)
        id = admission.id
        switch admission {
        case .welcome:
            isCounted = true
            core.observer.connectionOpened()
            settle(context)
        case .overfull:
            core.observer.connectionRefused()
            turnAway(context)
        case .unwelcome: context.close(promise: nil)
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        phase = .closed
        timer?.cancel()
        timer = nil
        task?.cancel()
        closeStream()
        backlog.removeAll()
        incoming?.intake?.abandon()
        incoming = nil
        out = nil
        if isCounted { core.observer.connectionClosed() }
        forgetWhenDone()
        context.fireChannelInactive()
    }

    /// Takes the connection off the books once the channel is gone and its work has ended.
    func forgetWhenDone() {
        guard phase == .closed, task == nil, let id = id.take() else { return }
        core.registry.remove(id)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        sawPart = true
        arrive(.part(unwrapInboundIn(data)), context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        let bytes = meter.takeBatch()
        if sawPart {
            hasPartialHead = false
        } else if bytes > 0 {
            hasPartialHead = true
        }
        sawPart = false
        turn(context) { limitWaste(bytes, context) }
    }

    private func limitWaste(_ bytes: Int, _ context: ChannelHandlerContext) {
        guard phase == .receiving else { return }
        incoming?.received += bytes
        if incoming?.isOverdone(with: 0) == true { refuse(413, head: incoming?.head, context) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            let waiters = roomWaiters
            roomWaiters = []
            for waiter in waiters { waiter.resume() }
        }
        turn(context) {}
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            peerHasFinished = true
            if hasSaidFarewell { context.close(promise: nil) } else { turn(context) {} }
        case is DrainEvent:
            isDraining = true
            turn(context) {}
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// Gives away the place on the books; whoever takes it has to give it back.
    func takePlace() -> (id: Int, isCounted: Bool)? {
        defer { isCounted = false }
        return id.take().map { (id: $0, isCounted: isCounted) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard context.channel.isActive else { return }
        switch error {
        case let error as HTTPParserError:
            turn(context) { arrive(.broken(status(of: error)), context) }
        case is ByteToMessageDecoderError: break  // more bytes after those that were no request
        default: context.close(promise: nil)
        }
    }

    func read(context: ChannelHandlerContext) {
        if mayRead(context) { context.read() } else { heldRead = true }
    }

    /// Whether an answer to a request that comes now would stand in its place: nothing is to be answered before it.
    var isReadyForMore: Bool {
        phase == .waiting && backlog.isEmpty && !hasPartialHead && !isDraining && !peerHasFinished
            && context?.channel.isWritable == true
    }

    /// Runs one event to its end: takes what waits, sends what is ready, sets the deadline.
    func turn(_ context: ChannelHandlerContext, _ event: () -> Void) {
        guard !isTurning else { return event() }
        isTurning = true
        event()
        repeat {
            pump(context)
            leaveWhenDone(context)
            flushOut(context)
        } while !backlog.isEmpty && canTake(context)
        isTurning = false
        settle(context)
        releaseRead(context)
    }

    /// Takes an arrival now or puts it behind what waits already.
    private func arrive(_ arrival: Arrival, _ context: ChannelHandlerContext) {
        guard !isDeaf else { return }
        if case .broken = arrival { isDeaf = true }
        if backlog.isEmpty, canTake(context) { return take(arrival, context) }
        if case .part(.head) = arrival {
            waitingHeads += 1
            if waitingHeads > core.configuration.maxPipelined {
                isDeaf = true
                return backlog.append(.tooMany)
            }
        }
        backlog.append(arrival)
    }

    private func pump(_ context: ChannelHandlerContext) {
        while !backlog.isEmpty, canTake(context) {
            let arrival = backlog.removeFirst()
            if case .part(.head) = arrival { waitingHeads -= 1 }
            take(arrival, context)
        }
    }

    private func canTake(_ context: ChannelHandlerContext) -> Bool {
        switch phase {
        case .waiting, .receiving: context.channel.isWritable
        case .answering, .leaving, .handedOver, .closed: false
        }
    }

    private func take(_ arrival: Arrival, _ context: ChannelHandlerContext) {
        switch arrival {
        case .part(.head(let head)): begin(head, peer: peer, context)
        case .part(.body(let buffer)): receive(buffer, context)
        case .part(.end): complete(context)
        case .broken(let status): refuse(status, head: nil, context)
        case .tooMany: farewell(context, lingering: true)
        }
    }

    /// Ends a connection nobody needs any longer: its client sends nothing more, or the server stops.
    private func leaveWhenDone(_ context: ChannelHandlerContext) {
        guard phase == .waiting || phase == .receiving, backlog.isEmpty else { return }
        if peerHasFinished || (isDraining && phase == .waiting && !hasPartialHead) {
            farewell(context, lingering: false)
        }
    }

    /// Drops what waits and hears nothing more.
    func goDeaf() {
        isDeaf = true
        backlog.removeAll()
    }

    private func mayRead(_ context: ChannelHandlerContext) -> Bool {
        phase == .leaving || (backlog.isEmpty && context.channel.isWritable && incoming?.intake?.isFull != true)
    }

    func releaseRead(_ context: ChannelHandlerContext) {
        guard heldRead, phase != .closed, mayRead(context) else { return }
        heldRead = false
        context.read()
    }

    private func status(of error: HTTPParserError) -> HTTPStatus {
        switch error {
        case .headerOverflow: meter.requestLineBytes > core.configuration.maxURIBytes ? 414 : 431
        case .invalidVersion, .paused: 505  // paused: the preface of HTTP/2
        default: 400
        }
    }
}
