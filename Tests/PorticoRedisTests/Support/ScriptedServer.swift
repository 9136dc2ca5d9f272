import NIOCore
import NIOPosix
import PorticoRedis
import Synchronization

/// A server that answers what a test makes up: greetings with OK, everything else as the script says.
final class ScriptedServer: Sendable {
    /// What to write for a command, nil for nothing, and whether to hang up afterwards.
    struct Reply: Sendable {
        var text: String?
        var hangsUp = false
    }

    typealias Script = @Sendable (_ words: [String], _ connection: Int) -> Reply

    private let channel: any Channel

    var url: String { "redis://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    init(_ script: @escaping Script) async throws {
        let connections = Counted()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    let handler = ScriptedHandler(script: script, connection: connections.next())
                    try child.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func stop() async {
        try? await channel.close()
    }
}

/// Numbers from 0.
final class Counted: Sendable {
    private let number = Atomic<Int>(0)

    var value: Int { number.load(ordering: .relaxed) }

    @discardableResult func next() -> Int { number.wrappingAdd(1, ordering: .relaxed).oldValue }
}

private final class ScriptedHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var parser = RESPParser()
    private let script: ScriptedServer.Script
    private let connection: Int

    init(script: @escaping ScriptedServer.Script, connection: Int) {
        self.script = script
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.append(unwrapInboundIn(data))
        while let command = try? parser.next() {
            let words = command.elements?.compactMap(\.text) ?? []
            let reply = words.first == "HELLO" ? ScriptedServer.Reply(text: "%0\r\n") : script(words, connection)
            if let text = reply.text { context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil) }
            if reply.hangsUp { return context.close(promise: nil) }
        }
    }
}
