import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

#if TLS
    import NIOSSL
#endif

/// Answers `/small` with 1 KiB and `/large` with 16 MiB, from buffers made once.
///
///     Listener PORT [CERTIFICATE KEY]     with a certificate over TLS, in a build with the trait TLS
final class Answerer: ChannelInboundHandler, Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let small = ByteBuffer(repeating: 0x70, count: 1 << 10)
    private let large = ByteBuffer(repeating: 0x70, count: 16 << 20)

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return }
        let body = head.uri == "/large" ? large : small
        let headers = HTTPHeaders([("content-length", String(body.readableBytes))])
        let first = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        context.write(wrapOutboundOut(.head(first)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// A client that goes away in mid-answer is no news.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

func refuse(_ reason: String) -> Never {
    print(reason)
    exit(64)
}

let arguments = CommandLine.arguments
guard arguments.count == 2 || arguments.count == 4, let port = Int(arguments[1]) else {
    refuse("usage: Listener PORT [CERTIFICATE KEY]")
}

#if TLS
    let security: NIOSSLContext? =
        if arguments.count == 4 {
            try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: try NIOSSLCertificate.fromPEMFile(arguments[2]).map { .certificate($0) },
                    privateKey: .privateKey(try NIOSSLPrivateKey(file: arguments[3], format: .pem))))
        } else {
            nil
        }
#else
    guard arguments.count == 2 else { refuse("Listener: this build lacks the trait TLS") }
#endif

let answerer = Answerer()
let server = ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .serverChannelOption(.backlog, value: 1024)
    .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
            #if TLS
                if let security {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: security))
                }
            #endif
            try channel.pipeline.syncOperations.configureHTTPServerPipeline()
            try channel.pipeline.syncOperations.addHandler(answerer)
        }
    }
try await server.bind(host: "127.0.0.1", port: port).get().closeFuture.get()
