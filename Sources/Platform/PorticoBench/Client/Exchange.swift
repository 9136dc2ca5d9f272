import NIOCore
import Synchronization

/// A request on its way, and who waits for what.
struct Exchange: Sendable {
    let request: BenchRequest
    /// Told status and fields.
    let head: EventLoopPromise<BenchAnswer>
    /// Told of the end of the body.
    let end: EventLoopPromise<Void>
    let hear: @Sendable (UnsafeRawBufferPointer) -> Void
}

/// Sends one request and tells of its answer. Its connection ends with it.
final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let exchange: Exchange
    private var parser = AnswerParser(keepsFields: true)
    private var hasToldHead = false
    private var isOver = false

    init(_ exchange: Exchange) {
        self.exchange = exchange
    }

    func channelActive(context: ChannelHandlerContext) {
        context.channel.writeAndFlush(exchange.request.bytes, promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        let hear = exchange.hear
        let step = unwrapInboundIn(data).withUnsafeReadableBytes { bytes in parser.read(bytes) { hear($0) } }
        tellHead()
        switch step {
        case .more: break
        case .complete: finish(.success(()), context)
        case .broken(let reason): finish(.failure(BenchError("the server's answer can't be read: \(reason)")), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isOver {
            switch parser.end() {
            case .complete: finish(.success(()), context)
            case .broken(let reason): finish(.failure(BenchError(reason)), context)
            case .more: break
            }
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.failure(BenchError("the connection was lost: \(error)")), context)
    }

    private func tellHead() {
        guard parser.hasHead, !hasToldHead else { return }
        hasToldHead = true
        exchange.head.succeed(BenchAnswer(status: parser.status, fields: parser.fields))
    }

    private func finish(_ outcome: Result<Void, BenchError>, _ context: ChannelHandlerContext) {
        guard !isOver else { return }
        isOver = true
        switch outcome {
        case .success: exchange.end.succeed(())
        case .failure(let error):
            if !hasToldHead { exchange.head.fail(error) }
            exchange.end.fail(error)
        }
        context.close(promise: nil)
    }
}

/// The body of an answer, put together.
final class KeptBytes: Sendable {
    private let kept = Mutex<[UInt8]>([])

    var bytes: [UInt8] { kept.withLock { $0 } }

    func append(_ piece: UnsafeRawBufferPointer) {
        kept.withLock { $0.append(contentsOf: piece) }
    }
}
