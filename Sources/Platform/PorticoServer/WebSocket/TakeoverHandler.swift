import NIOCore
import PorticoHTTP
import Synchronization

/// One connection that speaks another protocol than HTTP: carries bytes between the socket and a ``ConnectionTakeover``.
///
/// It holds no buffer and no task of its own, so an idle connection costs little more than its channel. What is to be sent
/// is asked for when the socket has room, and while the other side does not want bytes the socket is not read.
final class TakeoverHandler: ChannelInboundHandler, ChannelOutboundHandler, NIOScheduledCallbackHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Bytes that are asked for at a time.
    private static let room = 64 * 1024

    private let takeover: any ConnectionTakeover
    private let core: ServerCore
    private let loop: LoopState
    private let place: (id: Int, isCounted: Bool)
    private var context: ChannelHandlerContext?
    private var heldRead = false
    private var isReading = false
    private var isProducing = false
    private var hasFinished = false
    private var hasEnded = false

    init(
        _ takeover: any ConnectionTakeover, core: ServerCore, loop: LoopState, place: (id: Int, isCounted: Bool)
    ) {
        self.takeover = takeover
        self.core = core
        self.loop = loop
        self.place = place
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
    }

    /// Starts the other protocol.
    func begin(isDraining: Bool, peerHasFinished: Bool) {
        guard let context else { return }
        takeover.connectionBegan(
            TakeoverLink(
                handler: NIOLoopBound(self, eventLoop: context.eventLoop), loop: context.eventLoop,
                channel: context.channel))
        planTick(context)
        if isDraining { takeover.drain() }
        if peerHasFinished { return context.close(promise: nil) }
        pump()
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        core.observer.received(bytes: buffer.readableBytes)
        guard !hasFinished, !hasEnded else { return }
        isReading = true
        buffer.withUnsafeReadableBytes { takeover.received($0) }
        isReading = false
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        pump()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        pump()
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: context.close(promise: nil)
        case is DrainEvent:
            takeover.drain()
            pump()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func read(context: ChannelHandlerContext) {
        if hasFinished || takeover.wantsBytes { context.read() } else { heldRead = true }
    }

    func handleScheduledCallback(eventLoop: some EventLoop) {
        guard !hasEnded, let context else { return }
        takeover.tick()
        pump()
        planTick(context)
    }

    /// Sends what there is while the socket takes it.
    func pump() {
        // Bytes that come in one read are answered together, when they are all in.
        guard !isReading, !isProducing, !hasEnded, let context else { return }
        isProducing = true
        defer { isProducing = false }
        while !hasFinished, context.channel.isWritable {
            let state = sendNext(context)
            if state == .finished { finish(context) }
            if state != .more { break }
        }
        guard heldRead, hasFinished || takeover.wantsBytes else { return }
        heldRead = false
        context.read()
    }

    private func sendNext(_ context: ChannelHandlerContext) -> TakeoverState {
        var buffer: ByteBuffer?
        let state = takeover.produce(room: TakeoverHandler.room) { bytes in
            if buffer == nil { buffer = loop.takeBuffer(capacity: bytes.count, allocator: context.channel.allocator) }
            buffer?.writeBytes(bytes)
        }
        if let buffer, buffer.readableBytes > 0 {
            core.observer.sent(bytes: buffer.readableBytes)
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            loop.giveBack(buffer)
        }
        return state
    }

    /// Closes our half behind the last bytes; a client that does not close its own is not waited for long. Closing both
    /// at once would reset the connection while it still sends, and could take our last words away from it.
    private func finish(_ context: ChannelHandlerContext) {
        hasFinished = true
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        context.eventLoop.scheduleTask(in: core.limits.linger) { channel.close(promise: nil) }
    }

    private func planTick(_ context: ChannelHandlerContext) {
        let wait = TimeAmount.seconds(Int64(max(1, takeover.tickSeconds)))
        // A loop that shuts down takes no more callbacks, and its connections need none.
        _ = try? context.eventLoop.assumeIsolated().scheduleCallback(in: wait, handler: self)
    }

    private func end() {
        guard !hasEnded else { return }
        hasEnded = true
        takeover.connectionEnded()
        if place.isCounted { core.observer.connectionClosed() }
        core.registry.remove(place.id)
    }
}

/// Wakes a connection from any thread; many calls before it wakes are one.
private final class TakeoverLink: ConnectionLink {
    private let handler: NIOLoopBound<TakeoverHandler>
    private let loop: any EventLoop
    private let channel: any Channel
    private let isWaking = Atomic<Bool>(false)

    init(handler: NIOLoopBound<TakeoverHandler>, loop: any EventLoop, channel: any Channel) {
        self.handler = handler
        self.loop = loop
        self.channel = channel
    }

    func wake() {
        guard !isWaking.exchange(true, ordering: .acquiringAndReleasing) else { return }
        loop.execute {
            self.isWaking.store(false, ordering: .releasing)
            self.handler.value.pump()
        }
    }

    func abort() {
        channel.close(promise: nil)
    }
}
