import NIOCore
import NIOPosix
import PorticoValues

/// One connection of a load, opened again when it is lost. All state belongs to its event loop.
final class LoadWorker {
    private let source: any LoadSource
    private unowned let lane: LoadLane
    private var channel: (any Channel)?
    private var step: LoadStep?
    private var sent: Int64 = 0
    private var parser = AnswerParser(keepsFields: true)
    private var plainParser = AnswerParser()
    private var body: [UInt8] = []
    private var bytes = 0
    private var flaw: String?
    /// Which of its connections this is: a rest that began on an earlier one ends with it.
    private var number = 0
    private var hasLeft = false

    init(_ source: any LoadSource, _ lane: LoadLane) {
        self.source = source
        self.lane = lane
    }

    /// Connects and begins, after a pause where there are pauses: nobody begins in step.
    func start() {
        guard let pause = lane.plan.pause else { return connect() }
        later(.milliseconds(Int64.random(in: 0...max(0, pause.most.milliseconds)))) { $0.connect() }
    }

    private func later(_ wait: TimeAmount, _ body: @escaping @Sendable (LoadWorker) -> Void) {
        let bound = NIOLoopBound(self, eventLoop: lane.loop)
        lane.loop.scheduleTask(in: wait) { if !bound.value.hasLeft { body(bound.value) } }
    }

    // MARK: - The connection

    private func connect() {
        guard lane.isOpen else { return leave() }
        let bound = NIOLoopBound(self, eventLoop: lane.loop)
        ClientBootstrap(group: lane.loop)
            .connectTimeout(.milliseconds(lane.plan.timeout.milliseconds))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LoadChannelHandler(bound.value))
                }
            }
            .connect(host: lane.target.host, port: lane.target.port)
            .whenComplete { bound.value.connected($0) }
    }

    private func connected(_ outcome: Result<any Channel, any Error>) {
        switch outcome {
        case .success(let channel):
            guard !hasLeft else { return channel.close(promise: nil) }
            self.channel = channel
            number += 1
            send()
        case .failure(let error):
            guard !hasLeft else { return }
            lane.noteUnreachable("no connection: \(error)")
            // A server that is gone is asked again ten times a second, not as often as it can refuse.
            later(.milliseconds(100)) { $0.connect() }
        }
    }

    /// The connection is gone.
    func closed() {
        channel = nil
        if let step {
            self.step = nil
            lane.noteLost(step, sent: sent, flaw ?? "the connection was closed before the answer was whole")
        }
        guard !hasLeft else { return }
        if lane.isOpen { later(.milliseconds(20)) { $0.connect() } } else { leave() }
    }

    private func leave() {
        guard !hasLeft else { return }
        hasLeft = true
        channel?.close(promise: nil)
        channel = nil
        lane.left()
    }

    /// Leaves unless an answer is on its way.
    func leaveIfIdle() {
        if step == nil { leave() }
    }

    /// Gives up a request that was sent before that time.
    func endIfSent(before oldest: Int64) {
        guard let step, sent < oldest else { return }
        self.step = nil
        lane.noteLate(step, sent: sent)
        channel?.close(promise: nil)
    }

    // MARK: - Requests and answers

    private func send() {
        guard lane.isOpen, !hasLeft else { return leave() }
        // Lost just now: `closed` sees to another connection.
        guard let channel else { return }
        guard let step = source.next() else { return leave() }
        self.step = step
        parser.startOver()
        plainParser.startOver()
        body.removeAll(keepingCapacity: true)
        bytes = 0
        flaw = nil
        sent = monotonicNanoseconds()
        channel.writeAndFlush(step.request.bytes, promise: nil)
    }

    /// Takes bytes of the answer.
    func read(_ buffer: ByteBuffer) {
        guard let step else {
            channel?.close(promise: nil)
            return
        }
        bytes += buffer.readableBytes
        let outcome = buffer.withUnsafeReadableBytes { received in
            if step.keepsAnswer { return parser.read(received) { body.append(contentsOf: $0) } }
            return plainParser.read(received) { _ in }
        }
        switch outcome {
        case .more: break
        case .complete(let taken) where taken == buffer.readableBytes: answered(step)
        case .complete: breakOff("more came than was asked for")
        case .broken(let reason): breakOff(reason)
        }
    }

    /// The other side sends no more: an answer may end in this way.
    func inputEnded() {
        guard let step else { return }
        let outcome = step.keepsAnswer ? parser.end() : plainParser.end()
        if case .complete = outcome { answered(step) }
    }

    private func breakOff(_ reason: String) {
        flaw = reason
        channel?.close(promise: nil)
    }

    private func answered(_ step: LoadStep) {
        let now = monotonicNanoseconds()
        self.step = nil
        let answer =
            step.keepsAnswer
            ? BenchAnswer(status: parser.status, fields: parser.fields, body: body)
            : BenchAnswer(status: plainParser.status)
        let isWanted = source.isWanted(answer)
        lane.note(step, sent: sent, answered: now, answer, isWanted: isWanted, bytes: bytes)
        let staysOpen = step.keepsAnswer ? parser.staysOpen : plainParser.staysOpen
        guard lane.isOpen else { return leave() }
        guard staysOpen else {
            channel?.close(promise: nil)
            return
        }
        guard let pause = lane.plan.pause else { return send() }
        let wait = Int64.random(in: pause.least.milliseconds...max(pause.least.milliseconds, pause.most.milliseconds))
        let number = number
        later(.milliseconds(wait)) { worker in
            if worker.number == number { worker.send() }
        }
    }
}

/// Hands what comes over a channel to its worker.
final class LoadChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let worker: LoadWorker

    init(_ worker: LoadWorker) {
        self.worker = worker
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        worker.read(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) {
        worker.inputEnded()
        worker.closed()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
