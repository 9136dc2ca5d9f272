import NIOCore

/// Stands before the decoder and counts, and notices whether a request line has come to its end.
final class ByteMeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let observer: any ServerObserver

    /// Bytes since the last ``takeBatch()``.
    private var batch = 0
    /// Bytes since the connection opened.
    private(set) var total = 0
    /// Whether the line that began the current message has ended; tells a target that is too long from fields that are.
    private(set) var hasRequestLine = false

    init(observer: any ServerObserver) {
        self.observer = observer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        batch += buffer.readableBytes
        total += buffer.readableBytes
        if !hasRequestLine { hasRequestLine = buffer.readableBytesView.contains(0x0A) }
        context.fireChannelRead(data)
    }

    /// Bytes that came since the last call.
    func takeBatch() -> Int {
        guard batch > 0 else { return 0 }
        observer.received(bytes: batch)
        defer { batch = 0 }
        return batch
    }

    /// The next bytes begin a message.
    func expectRequestLine() {
        hasRequestLine = false
    }
}
