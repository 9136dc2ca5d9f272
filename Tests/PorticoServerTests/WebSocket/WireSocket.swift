import NIOCore
import NIOPosix

/// A client of WebSockets that sends exactly the bytes it is told.
struct WireSocket {
    /// A frame of the server.
    struct Frame: Equatable {
        var opcode: UInt8
        var payload: [UInt8]

        var text: String { String(decoding: payload, as: UTF8.self) }
        var code: Int? { payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil }
    }

    static let key = "dGhlIHNhbXBsZSBub25jZQ=="

    let channel: any Channel
    private var bytes: [UInt8] = []
    private var arrivals: AsyncStream<[UInt8]>.Iterator

    static func connect(to port: Int, reads: Bool = true) async throws -> WireSocket {
        let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.pipeline.addHandler(Arrivals(continuation))
            }
            .connect(host: "127.0.0.1", port: port).get()
        return WireSocket(channel: channel, arrivals: stream.makeAsyncIterator())
    }

    private init(channel: any Channel, arrivals: AsyncStream<[UInt8]>.Iterator) {
        self.channel = channel
        self.arrivals = arrivals
    }

    /// The opening handshake on the wire.
    static func handshake(_ target: String, _ fields: String = "") -> [UInt8] {
        Array(
            ("GET \(target) HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(key)\r\n\(fields)\r\n").utf8)
    }

    /// A frame of the client; the mask changes nothing.
    static func frame(_ opcode: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let length: [UInt8] =
            payload.count < 126
            ? [0x80 | UInt8(payload.count)] : [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        return [0x80 | opcode] + length + [0, 0, 0, 0] + payload
    }

    static func text(_ text: String) -> [UInt8] { frame(1, Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(channel.allocator.buffer(bytes: bytes)).get()
    }

    /// Sends without waiting for the socket to take the bytes.
    func sendEventually(_ bytes: [UInt8]) {
        channel.writeAndFlush(channel.allocator.buffer(bytes: bytes), promise: nil)
    }

    func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
        channel.read()
    }

    func close() async {
        try? await channel.close().get()
    }

    /// The head of the next answer, with its body where it has a length.
    mutating func head() async -> String {
        while true {
            if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
                defer { bytes.removeSubrange(..<end.upperBound) }
                return String(decoding: bytes[..<end.upperBound], as: UTF8.self)
            }
            guard await more() else { return String(decoding: bytes, as: UTF8.self) }
        }
    }

    /// The next frame; nil when the server has closed.
    mutating func frame() async -> Frame? {
        while true {
            if let frame = takeFrame() { return frame }
            guard await more() else { return nil }
        }
    }

    /// Drops everything until the server closes.
    mutating func rest() async {
        while await more() {}
    }

    private mutating func more() async -> Bool {
        guard let arrived = await arrivals.next() else { return false }
        bytes += arrived
        return true
    }

    private mutating func takeFrame() -> Frame? {
        guard bytes.count >= 2 else { return nil }
        var length = Int(bytes[1])
        var head = 2
        if length == 126 {
            guard bytes.count >= 4 else { return nil }
            length = Int(bytes[2]) << 8 | Int(bytes[3])
            head = 4
        } else if length == 127 {
            guard bytes.count >= 10 else { return nil }
            length = bytes[2..<10].reduce(0) { $0 << 8 | Int($1) }
            head = 10
        }
        guard bytes.count >= head + length else { return nil }
        defer { bytes.removeSubrange(..<(head + length)) }
        return Frame(opcode: bytes[0] & 0x0F, payload: Array(bytes[head..<(head + length)]))
    }

    private final class Arrivals: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private let continuation: AsyncStream<[UInt8]>.Continuation

        init(_ continuation: AsyncStream<[UInt8]>.Continuation) {
            self.continuation = continuation
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            continuation.yield(Array(unwrapInboundIn(data).readableBytesView))
        }

        func channelInactive(context: ChannelHandlerContext) {
            continuation.finish()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
