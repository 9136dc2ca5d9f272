import NIOCore
import PorticoHTTP

extension ConnectionHandler {
    /// Writes an answer that is all there and goes on to the next request.
    func answer(_ response: Response, _ context: ChannelHandlerContext) {
        if let takeover = response.takeover { return handOver(to: takeover, response, context) }
        let lingers = isDraining && exchange.keepsAlive
        if isDraining { exchange.keepsAlive = false }
        append(response, context)
        endExchange(context, lingering: lingers)
        if (out?.readableBytes ?? 0) >= ConnectionHandler.batchBytes { flushOut(context) }
    }

    /// Takes the answer of a task.
    func deliver(_ response: Response) {
        task = nil
        guard phase == .answering, let context else { return forgetWhenDone() }
        turn(context) { answer(response, context) }
    }

    /// Sends the head of a streamed answer and lets its bytes follow.
    func beginStream(_ response: Response, _ writer: StreamWriter) {
        guard phase == .answering, let context else { return writer.close() }
        stream = writer
        if isDraining { exchange.keepsAlive = false }
        let framing: BodyFraming = exchange.isHTTP11 ? .chunked : .untilClose
        if !exchange.isHTTP11 { exchange.keepsAlive = false }
        let capacity = AnswerHead.capacity(response, body: 0)
        var buffer = takeOut(capacity, context)
        AnswerHead.write(
            response, framing: framing, exchange: exchange, date: loop.dateLine(), capacity: capacity, into: &buffer)
        out = buffer
        turn(context) {}
    }

    /// Sends bytes of a stream.
    /// - Parameter room: resumed when there is room for more, or with an error when there will be none.
    func sendStreamed(
        _ buffer: ByteBuffer, of writer: StreamWriter, room: CheckedContinuation<Void, any Error>? = nil
    ) {
        guard phase == .answering, stream === writer, let context else {
            room?.resume(throwing: StreamClosed())
            return
        }
        sentBytes += buffer.readableBytes
        core.observer.sent(bytes: buffer.readableBytes)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        guard phase == .answering else {
            room?.resume(throwing: StreamClosed())
            return
        }
        if let room {
            if context.channel.isWritable { room.resume() } else { roomWaiters.append(room) }
        }
        settle(context)
    }

    /// The stream has ended. One that is not whole ends the connection without the last chunk, so that the client notices.
    func endStream(isWhole: Bool) {
        task = nil
        closeStream()
        guard phase == .answering, let context else { return forgetWhenDone() }
        turn(context) {
            guard isWhole else { return farewell(context, lingering: false) }
            if exchange.isHTTP11 { append("0\r\n\r\n", context) }
            let lingers = isDraining && exchange.keepsAlive
            if isDraining { exchange.keepsAlive = false }
            endExchange(context, lingering: lingers)
        }
    }

    /// Nothing more comes from or goes to the current stream.
    func closeStream() {
        stream?.close()
        stream = nil
        let waiters = roomWaiters
        roomWaiters = []
        for waiter in waiters { waiter.resume(throwing: StreamClosed()) }
    }

    private func endExchange(_ context: ChannelHandlerContext, lingering: Bool) {
        if exchange.keepsAlive {
            phase = .waiting
        } else {
            farewell(context, lingering: lingering)
        }
    }

    /// Puts a whole answer behind the others of this batch.
    func append(_ response: Response, _ context: ChannelHandlerContext) {
        var body: [UInt8] = []
        if case .bytes(let bytes) = response.body, exchange.carriesBody(response.status) { body = bytes }
        let capacity = AnswerHead.capacity(response, body: body.count)
        var buffer = takeOut(capacity, context)
        AnswerHead.write(
            response, framing: framing(of: response), exchange: exchange, date: loop.dateLine(), capacity: capacity,
            into: &buffer)
        buffer.writeBytes(body)
        out = buffer
    }

    func append(_ text: StaticString, _ context: ChannelHandlerContext) {
        var buffer = takeOut(text.utf8CodeUnitCount, context)
        buffer.writeStaticString(text)
        out = buffer
    }

    /// Puts an answer that was kept behind the others of this batch. A large body is not copied: it goes to the socket from
    /// where it is kept.
    func appendKept(capacity: Int, _ body: ByteBuffer, _ writeHead: (inout ByteBuffer) -> Void) {
        guard let context else { return }
        let isCopied = body.readableBytes <= ConnectionHandler.copiedBytes
        var buffer = takeOut(capacity + (isCopied ? body.readableBytes : 0), context)
        writeHead(&buffer)
        guard !isCopied else {
            buffer.writeImmutableBuffer(body)
            out = buffer
            if buffer.readableBytes >= ConnectionHandler.batchBytes { flushOut(context) }
            return
        }
        sentBytes += buffer.readableBytes + body.readableBytes
        core.observer.sent(bytes: buffer.readableBytes + body.readableBytes)
        context.write(wrapOutboundOut(buffer), promise: nil)
        context.write(wrapOutboundOut(body), promise: nil)
        loop.giveBack(buffer)
        isUnflushed = true
    }

    private func takeOut(_ capacity: Int, _ context: ChannelHandlerContext) -> ByteBuffer {
        out.take() ?? loop.takeBuffer(capacity: capacity, allocator: context.channel.allocator)
    }

    private func framing(of response: Response) -> BodyFraming {
        guard response.status != .noContent, response.status != .notModified else { return .none }
        switch response.body {
        case .bytes(let bytes): return .length(bytes.count)
        case .stream: return exchange.isHTTP11 ? .chunked : .none
        case .empty:
            // The answer to HEAD may know the length of what GET would send without having it.
            guard exchange.isHead, let length = response.headers["content-length"].flatMap({ Int($0) }), length >= 0
            else { return .length(0) }
            return .length(length)
        }
    }

    /// Sends what has gathered.
    func flushOut(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
        defer { isUnflushed = false }
        guard let buffer = out.take() else {
            if isUnflushed, promise == nil { context.flush() }
            promise.map { context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: $0) }
            return
        }
        sentBytes += buffer.readableBytes
        core.observer.sent(bytes: buffer.readableBytes)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
        loop.giveBack(buffer)
    }

    /// Sends what there is and closes.
    /// - Parameter lingering: whether the client may still be sending. Closing then would reset the connection and could
    ///   take the answer away from it, so only our half closes and its bytes are dropped for a while.
    func farewell(_ context: ChannelHandlerContext, lingering: Bool) {
        guard phase != .leaving, phase != .closed else { return }
        phase = .leaving
        goDeaf()
        let promise = context.eventLoop.makePromise(of: Void.self)
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { _ in connection.value.saidFarewell(lingering: lingering) }
        flushOut(context, promise: promise)
        settle(context)
    }

    private func saidFarewell(lingering: Bool) {
        guard phase == .leaving, let context else { return }
        hasSaidFarewell = true
        guard lingering, !peerHasFinished else { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        settle(context)
        releaseRead(context)
    }
}
