import NIOCore
import PorticoValues

/// The end of a connection that lives on its event loop: matches answers to callers and watches the deadlines.
final class RedisChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias Push = @Sendable ([RESPValue]) -> Void

    private var parser: RESPParser
    private var inFlight = CircularBuffer<PendingAnswer>()
    /// Answers of the read under way.
    private var answers: [(pending: PendingAnswer, value: RESPValue)] = []
    /// Kept until the channel is closed, so that whoever waits is told in any case.
    private var connection: RedisConnection?
    private var channel: (any Channel)?
    private var alarm: (time: Int64, task: Scheduled<Void>)?
    private var lastRead: Int64 = 0
    private var isClosing = false
    /// Takes what the server sends without being asked; nil on connections for commands.
    private let push: Push?

    init(limits: RESPLimits, push: Push?) {
        self.parser = RESPParser(limits: limits)
        self.push = push
    }

    func attach(_ connection: RedisConnection) {
        self.connection = connection
        channel = connection.channel
    }

    // MARK: - Out

    func write(_ connection: RedisConnection) {
        let (bytes, waiting) = connection.takeOutbox()
        guard connection.channel.isActive else {
            fail(waiting, with: .unavailable("the connection is closed"), connection)
            return
        }
        var earliest = Int64.max
        for pending in waiting {
            inFlight.append(pending)
            earliest = min(earliest, pending.deadline)
        }
        if bytes.readableBytes > 0 { connection.channel.writeAndFlush(bytes, promise: nil) }
        if earliest < .max { arm(earliest) }
    }

    func closeWhenIdle(_ connection: RedisConnection) {
        write(connection)
        isClosing = true
        if inFlight.isEmpty { connection.channel.close(promise: nil) }
    }

    // MARK: - In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastRead = monotonicNanoseconds()
        connection?.noteStall(false)
        parser.append(unwrapInboundIn(data))
        var flaw: RESPFlaw?
        do {
            while let value = try parser.next() { try take(value) }
        } catch {
            flaw = error
        }
        handOver()
        if let flaw {
            connection?.refuse(.unavailable("its answers cannot be read: \(flaw)"))
            context.close(promise: nil)
        }
        if isClosing, inFlight.isEmpty { context.close(promise: nil) }
    }

    /// Keeps an answer for whom it is; hears what came without being asked for.
    private func take(_ value: RESPValue) throws(RESPFlaw) {
        if case .push(let parts) = value {
            push?(parts)
            return
        }
        if let push, case .list(let parts) = value, RedisChannelHandler.isMessage(parts) {
            push(parts)
            return
        }
        guard !inFlight.isEmpty else { throw RESPFlaw("an answer that nobody asked for") }
        answers.append((inFlight.removeFirst(), value))
    }

    /// Gives the answers of one read to their callers. Their places are free before they hear of it: whoever sends the next
    /// command at once finds one.
    private func handOver() {
        guard !answers.isEmpty else { return }
        connection?.noteAnswers(answers.count)
        for index in answers.indices { answers[index].pending.resolve(.success(answers[index].value)) }
        answers.removeAll(keepingCapacity: true)
    }

    /// RESP2 has no type of its own for messages.
    private static func isMessage(_ parts: [RESPValue]) -> Bool {
        guard parts.count == 3, let kind = parts[0].text else { return false }
        return kind == "message" || kind == "subscribe" || kind == "unsubscribe"
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    private func end() {
        alarm?.task.cancel()
        alarm = nil
        channel = nil
        guard let connection else { return }
        self.connection = nil
        connection.refuse(.unavailable("the connection was lost"))
        // What was never written cannot have run.
        fail(connection.takeOutbox().waiting, with: .unavailable("the connection was lost"), connection)
        let lost = Array(inFlight)
        inFlight.removeAll()
        fail(lost, with: .disconnected, connection)
    }

    private func fail(_ pendings: [PendingAnswer], with error: RedisError, _ connection: RedisConnection) {
        connection.noteAnswers(pendings.count)
        for var pending in pendings { pending.resolve(.failure(error)) }
    }

    // MARK: - Deadlines

    /// Wakes up at `time` unless it does so earlier anyway.
    private func arm(_ time: Int64) {
        if let alarm, alarm.time <= time { return }
        alarm?.task.cancel()
        alarm = nil
        guard let channel else { return }
        let wait = TimeAmount.nanoseconds(max(0, time - monotonicNanoseconds()))
        let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
        let task = channel.eventLoop.scheduleTask(in: wait) { bound.value.expire() }
        alarm = (time, task)
    }

    private func expire() {
        alarm = nil
        let now = monotonicNanoseconds()
        if let oldest = inFlight.first, oldest.end <= now {
            connection?.refuse(.unavailable("it has stopped answering"))
            channel?.close(promise: nil)
            return
        }
        var next = inFlight.first?.end ?? .max
        for index in inFlight.indices where inFlight[index].caller != nil {
            guard inFlight[index].deadline <= now else {
                next = min(next, inFlight[index].deadline)
                continue
            }
            inFlight[index].expire()
            if lastRead < inFlight[index].start { connection?.noteStall(true) }
        }
        if next < .max { arm(next) }
    }
}
