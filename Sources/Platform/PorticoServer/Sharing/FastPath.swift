import NIOCore
import PorticoHTTP
import PorticoValues

/// Stands before the decoder and answers from memory what is kept for everybody, without making a request of it.
///
/// Only whole requests that the scan understands and that nothing is waiting before are taken; everything else goes on to
/// the decoder in the order in which it came. At bytes whose end can't be told it leaves the connection, because from then
/// on nobody knows where a request begins.
final class FastPath: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let answers: AnswerCache
    private let connection: ConnectionHandler
    private let core: ServerCore
    private let loop: LoopState
    /// Bytes still to come of a body that was handed on.
    private var owed = 0
    /// The last `Accept-Encoding` of this connection and what it gets; clients say the same each time.
    private var accepted: (bytes: [UInt8], coding: AnswerCoding) = ([], .identity)

    init(_ answers: AnswerCache, _ connection: ConnectionHandler, _ core: ServerCore, _ loop: LoopState) {
        self.answers = answers
        self.connection = connection
        self.core = core
        self.loop = loop
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        var position = min(owed, buffer.readableBytes)
        owed -= position
        while position < buffer.readableBytes {
            let finding = buffer.withUnsafeReadableBytes {
                HeadScan.find(
                    in: $0.bindMemory(to: UInt8.self), from: position, mostBytes: core.configuration.maxHeaderBytes,
                    mostFields: core.configuration.maxHeaderFields)
            }
            switch finding {
            case .unknown:
                context.fireChannelRead(wrapInboundOut(buffer))
                return context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
            case .other(let length):
                let here = min(length, buffer.readableBytes - position)
                owed = length - here
                position += here
            case .simple(let scan):
                hand(on: position, of: &buffer, context)
                position = 0
                if serve(scan, in: buffer) {
                    buffer.moveReaderIndex(forwardBy: scan.length)
                    core.observer.received(bytes: scan.length)
                } else {
                    position = scan.length
                    hand(on: position, of: &buffer, context)
                    position = 0
                }
            }
        }
        hand(on: position, of: &buffer, context)
    }

    /// Hands the first bytes on to the decoder.
    private func hand(on count: Int, of buffer: inout ByteBuffer, _ context: ChannelHandlerContext) {
        guard count > 0, let slice = buffer.readSlice(length: count) else { return }
        context.fireChannelRead(wrapInboundOut(slice))
    }

    /// Answers the request at the front of the buffer, if there is a fresh copy and nothing is to be answered before.
    private func serve(_ scan: HeadScan, in buffer: ByteBuffer) -> Bool {
        guard connection.isReadyForMore else { return false }
        let began = monotonicNanoseconds()
        return buffer.withUnsafeReadableBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            // The scan's places count from where the buffer began when it was made; the request stands at its front now.
            let shift = scan.origin
            func text(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
                UnsafeBufferPointer(rebasing: bytes[range.lowerBound - shift..<range.upperBound - shift])
            }
            let coding = scan.accepted.map { self.coding(text($0)) } ?? .identity
            let target = String(decoding: text(scan.target), as: UTF8.self)
            guard let answer = answers.answer(for: AnswerKey(target: target, coding: coding)),
                answer.terms.admits(connection.peer),
                !scan.hasRequestID || !answer.terms.trusts(connection.peer)
            else { return false }
            guard let condition = scan.condition.map(text) else {
                // A date means nothing without one of the answer; another than that takes the longer way.
                let date = answer.modified == nil ? nil : scan.date.map(text)
                if let date, let modified = answer.modified, !date.elementsEqual(modified.utf8) { return false }
                write(answer, isUnchanged: date != nil, scan, began)
                return true
            }
            // Lists and stars are rare enough for the longer way.
            guard let tag = answer.tag, condition.elementsEqual(tag.utf8) else { return false }
            write(answer, isUnchanged: true, scan, began)
            return true
        }
    }

    private func coding(_ header: UnsafeBufferPointer<UInt8>) -> AnswerCoding {
        if accepted.bytes.elementsEqual(header) { return accepted.coding }
        guard header.count <= 256 else { return AnswerCoding(accepting: String(decoding: header, as: UTF8.self)) }
        accepted = (Array(header), AnswerCoding(accepting: String(decoding: header, as: UTF8.self)))
        return accepted.coding
    }

    private func write(_ answer: SharedAnswer, isUnchanged: Bool, _ scan: HeadScan, _ began: Int64) {
        let status: HTTPStatus = isUnchanged ? .notModified : .ok
        let fields = isUnchanged ? answer.unchangedFields : answer.fields
        let body = isUnchanged || scan.isHead ? ByteBuffer() : answer.buffer
        let lines = answer.terms.lines(scan.isHead ? .head : .get, status, since: began)
        connection.appendKept(capacity: 256 + fields.count + lines.utf8.count, body) { buffer in
            buffer.writeBytes(isUnchanged ? StatusLines.bytes(of: status) : answer.status)
            buffer.writeBytes(loop.dateLine())
            buffer.writeBytes(fields)
            buffer.writeString(lines)
            buffer.writeStaticString("age: ")
            buffer.writeString(String(answer.age(at: began)))
            buffer.writeStaticString("\r\n\r\n")
        }
    }
}
