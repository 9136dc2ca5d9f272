import NIOCore
import NIOHTTP1
import PorticoHTTP

/// The change from HTTP to another protocol: the head of the 101 answer leaves, then the handlers of HTTP give their place
/// to one that knows bytes only.
extension ConnectionHandler {
    func handOver(
        to takeover: any ConnectionTakeover, _ response: Response, _ context: ChannelHandlerContext
    ) {
        guard response.status == .switchingProtocols, exchange.isHTTP11, !exchange.isHead else {
            return answer(Response(400), context)
        }
        phase = .handedOver
        watched.kind = .nothing
        timer?.cancel()
        timer = nil
        let head = TakeoverHead.buffer(response, date: loop.dateLine(), allocator: context.channel.allocator)
        flushOut(context)
        sentBytes += head.readableBytes
        core.observer.sent(bytes: head.readableBytes)
        context.writeAndFlush(wrapOutboundOut(head), promise: nil)
        // The decoder is in the middle of its loop, and must not lose its place there.
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.execute { connection.value.vacate(for: takeover) }
    }

    private func vacate(for takeover: any ConnectionTakeover) {
        guard phase == .handedOver, let context, let place = takePlace() else { return }
        task = nil
        let handler = TakeoverHandler(takeover, core: core, loop: loop, place: place)
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(handler)
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            handler.begin(isDraining: isDraining, peerHasFinished: peerHasFinished)
            pipeline.removeHandler(self, promise: nil)
            pipeline.removeHandler(meter, promise: nil)
            // What the client sent too early is passed on as the decoder leaves.
            pipeline.removeHandler(decoder, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }
}

/// The head of an answer that changes the protocol. Its fields are the protocol's own, so none is added or left out but for
/// the ones that the transport would have to mean.
enum TakeoverHead {
    static func buffer(_ response: Response, date: [UInt8], allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 512)
        buffer.writeStaticString("HTTP/1.1 101 Switching Protocols\r\n")
        buffer.writeBytes(date)
        for field in response.headers where isSafe(field) {
            buffer.writeString(field.name)
            buffer.writeStaticString(": ")
            buffer.writeString(field.value)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("\r\n")
        return buffer
    }

    private static func isSafe(_ field: Headers.Element) -> Bool {
        guard !FieldBytes.isSame(field.name, "content-length"), !FieldBytes.isSame(field.name, "transfer-encoding"),
            !FieldBytes.isSame(field.name, "date"), !field.name.isEmpty
        else { return false }
        return field.name.utf8.allSatisfy(FieldBytes.isToken) && !field.value.utf8.contains(where: FieldBytes.isControl)
    }
}
