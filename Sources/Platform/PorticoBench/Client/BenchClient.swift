import NIOCore
import NIOPosix
import PorticoValues

/// Asks one thing at a time, over a connection of its own: for what is needed before and after a load, and for what is
/// measured once.
public struct BenchClient: Sendable {
    /// Who is asked.
    public let target: BenchTarget

    /// A client of this server.
    public init(_ target: BenchTarget) {
        self.target = target
    }

    /// Sends a request and keeps the answer.
    /// - Throws: ``BenchError`` without a whole answer in time.
    public func send(_ request: BenchRequest, within limit: Span = .seconds(60)) async throws(BenchError) -> BenchAnswer
    {
        let kept = KeptBytes()
        let stream = try await open(request, within: limit) { kept.append($0) }
        try await stream.whole()
        return BenchAnswer(status: stream.status, fields: stream.fields, body: kept.bytes)
    }

    /// Sends a request and returns when the head of its answer is there.
    /// - Parameters:
    ///   - limit: how long the whole answer may take; nil for one that never ends.
    ///   - hear: hears the pieces of the body on a thread of the driver, which it must not keep waiting.
    /// - Throws: ``BenchError`` without a head in time.
    public func open(
        _ request: BenchRequest, within limit: Span?, hear: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
    ) async throws(BenchError) -> BenchStream {
        let loop = BenchLoops.group.next()
        let head = loop.makePromise(of: BenchAnswer.self)
        let end = loop.makePromise(of: Void.self)
        let exchange = Exchange(request: request, head: head, end: end, hear: hear)
        let channel: any Channel
        do {
            channel = try await connect(loop) { try $0.pipeline.syncOperations.addHandler(ExchangeHandler(exchange)) }
        } catch {
            head.fail(error)
            end.fail(error)
            throw error
        }
        let patience = limit ?? .seconds(60)
        let alarm = loop.scheduleTask(in: .milliseconds(patience.milliseconds)) {
            let error = BenchError("no answer from \(target.url) within \(patience.seconds) s")
            exchange.head.fail(error)
            if limit != nil { exchange.end.fail(error) }
        }
        do {
            let answer = try await head.futureResult.get()
            if limit == nil { alarm.cancel() } else { end.futureResult.whenComplete { _ in alarm.cancel() } }
            return BenchStream(status: answer.status, fields: answer.fields, channel: channel, end: end.futureResult)
        } catch {
            alarm.cancel()
            channel.close(promise: nil)
            throw error as? BenchError ?? BenchError("\(target.url): \(error)")
        }
    }

    /// Finds out whether anybody listens.
    /// - Throws: ``BenchError`` when nobody does.
    public func probe() async throws(BenchError) {
        let channel = try await connect(BenchLoops.group.next()) { _ in }
        channel.close(promise: nil)
    }

    private func connect(
        _ loop: any EventLoop, _ prepare: @escaping @Sendable (any Channel) throws -> Void
    ) async throws(BenchError) -> any Channel {
        do {
            return try await ClientBootstrap(group: loop)
                .connectTimeout(.seconds(10))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try prepare(channel) } }
                .connect(host: target.host, port: target.port)
                .get()
        } catch {
            throw BenchError("no server answers at \(target.url)")
        }
    }
}

/// An answer whose body is still coming.
public struct BenchStream: Sendable {
    /// Its status.
    public let status: Int
    /// Its fields, names in lower case.
    public let fields: [(name: String, value: String)]
    let channel: any Channel
    let end: EventLoopFuture<Void>

    /// Waits for the end of the body.
    /// - Throws: ``BenchError`` when the connection is lost before, or the time is over.
    public func whole() async throws(BenchError) {
        do {
            try await end.get()
        } catch {
            channel.close(promise: nil)
            throw error as? BenchError ?? BenchError("the answer broke off: \(error)")
        }
    }

    /// Hears no more.
    public func close() {
        channel.close(promise: nil)
    }
}
