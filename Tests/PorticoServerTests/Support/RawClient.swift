import NIOCore
import NIOPosix
import Synchronization

/// A client that sends exactly the bytes it is told and shows exactly those that come back.
final class RawClient: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let channel: any Channel
    private let inbox: Inbox

    private init(channel: any Channel, inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    static func connect(to port: Int, host: String = "127.0.0.1", reads: Bool = true) async throws -> RawClient {
        let inbox = Inbox()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: reads)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in channel.pipeline.addHandler(inbox) }
            .connect(host: host, port: port).get()
        return RawClient(channel: channel, inbox: inbox)
    }

    /// The numeric port of this end.
    var localPort: Int? { channel.localAddress?.port }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(channel.allocator.buffer(string: text)).get()
    }

    /// Sends without waiting for the socket to take the bytes.
    func sendEventually(_ text: String) {
        channel.writeAndFlush(channel.allocator.buffer(string: text), promise: nil)
    }

    /// Begins to read after all.
    func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
        channel.read()
    }

    /// Sends nothing more; still reads.
    func finishSending() async throws {
        try await channel.close(mode: .output).get()
    }

    func close() async {
        try? await channel.close().get()
    }

    /// The next answer.
    /// - Parameter hasBody: false for the answer to HEAD.
    func answer(hasBody: Bool = true) async throws -> WireAnswer {
        try await inbox.take { bytes, hasEnded in
            try WireAnswer.parse(&bytes, hasBody: hasBody, hasEnded: hasEnded)
        }
    }

    /// Everything until the server closes.
    func rest() async throws -> String {
        try await inbox.take { bytes, hasEnded in
            guard hasEnded else { return nil }
            defer { bytes = [] }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Everything up to and with `text`.
    func through(_ text: String) async throws -> String {
        try await inbox.take { bytes, hasEnded in
            guard let range = bytes.firstRange(of: Array(text.utf8)) else {
                if hasEnded { throw WireAnswer.Broken.ended }
                return nil
            }
            defer { bytes.removeSubrange(..<range.upperBound) }
            return String(decoding: bytes[..<range.upperBound], as: UTF8.self)
        }
    }

    /// What has come in and who waits for it.
    private final class Inbox: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private let state = Mutex(State())

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = unwrapInboundIn(data)
            change { state in buffer.withUnsafeReadableBytes { state.bytes.append(contentsOf: $0) } }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard case ChannelEvent.inputClosed = event else { return }
            change { $0.hasEnded = true }
        }

        func channelInactive(context: ChannelHandlerContext) {
            change { $0.hasEnded = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        private func change(_ body: (inout State) -> Void) {
            let waiter = state.withLock { state in
                body(&state)
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }

        /// What `body` makes of the bytes, as soon as they suffice for it.
        /// - Throws: what `body` throws; `CancellationError` when the test is cancelled, as a time limit does.
        func take<Value: Sendable>(_ body: (inout [UInt8], Bool) throws -> Value?) async throws -> Value {
            while true {
                try Task.checkCancellation()
                let (value, seen) = try state.withLock { state in
                    let value = try body(&state.bytes, state.hasEnded)
                    return (value, (state.bytes.count, state.hasEnded))
                }
                if let value { return value }
                await changed(since: seen)
            }
        }

        private func changed(since seen: (Int, Bool)) async {
            await withTaskCancellationHandler {
                await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
                    let isOver = state.withLock { state in
                        guard (state.bytes.count, state.hasEnded) == seen, !Task.isCancelled else { return true }
                        state.waiter = waiter
                        return false
                    }
                    if isOver { waiter.resume() }
                }
            } onCancel: {
                change { _ in }
            }
        }
    }
}
