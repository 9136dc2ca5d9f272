import NIOCore

/// Stands before the decoder and counts the bytes of reads and of request lines.
final class ByteMeter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let observer: any ServerObserver

    /// Bytes since the last ``takeBatch()``.
    private(set) var batch = 0
    /// Bytes of the line that begins the current message, as far as it has come; tells a target that is too long from
    /// fields that are.
    private(set) var requestLineBytes = 0
    private var hasRequestLine = false

    init(observer: any ServerObserver) {
        self.observer = observer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        batch += buffer.readableBytes
        if !hasRequestLine { lookForRequestLine(in: buffer) }
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
        requestLineBytes = 0
    }

    private func lookForRequestLine(in buffer: ByteBuffer) {
        let view = buffer.readableBytesView
        let end = view.firstIndex(of: 0x0A)
        requestLineBytes += (end ?? view.endIndex) - view.startIndex
        hasRequestLine = end != nil
    }
}
