import NIOCore
import NIOPosix

/// A server that gives the same bytes to every request, or other ones by its head.
struct CannedServer: Sendable {
    let port: Int
    private let listener: any Channel

    var url: String { "http://127.0.0.1:\(port)" }

    /// - Parameter answer: the bytes for a request with this head; nil closes the connection.
    static func start(_ answer: @escaping @Sendable (String) -> String?) async throws -> CannedServer {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(CannedHandler(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        return CannedServer(port: listener.localAddress?.port ?? 0, listener: listener)
    }

    func stop() async throws {
        try await listener.close()
    }

    /// 200 with this body.
    static func ok(_ body: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}

/// Answers every head, and passes over the bodies that heads announce.
private final class CannedHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let answer: @Sendable (String) -> String?
    private var received = ""

    init(_ answer: @escaping @Sendable (String) -> String?) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        while let (head, rest) = CannedHandler.request(in: received) {
            received = rest
            guard let text = answer(head) else { return context.close(promise: nil) }
            context.channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
        }
    }

    /// The first whole request, and what comes behind it.
    private static func request(in text: String) -> (head: String, rest: String)? {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let head = String(text[..<end.lowerBound])
        let rest = text[end.upperBound...]
        let mark = "Content-Length: "
        let length = head.split(separator: "\r\n").first { $0.hasPrefix(mark) }.flatMap {
            Int($0.dropFirst(mark.count))
        }
        guard rest.utf8.count >= length ?? 0 else { return nil }
        return (head, String(Substring(rest.utf8.dropFirst(length ?? 0))))
    }
}
