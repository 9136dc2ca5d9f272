import NIOCore
import PorticoValues
import Synchronization

/// One connection that many callers share: their commands go out together and their answers come back in order.
///
/// Commands that are handed over while the event loop is busy leave in one write. A caller that stops waiting leaves its
/// place in the order of answers behind, so that no answer ever reaches another caller; a connection that owes an answer
/// for longer than the hard timeout is given up.
final class RedisConnection: Sendable {
    private struct Outbox {
        var bytes = ByteBuffer()
        var waiting: [PendingAnswer] = []
        /// The event loop has been told that there is something.
        var isScheduled = false
        var refusal: RedisError?
        var inFlight = 0
    }

    let channel: any Channel
    private let outbox = Mutex(Outbox())
    private let bound: RedisConnectionBound
    private let handler: NIOLoopBound<RedisChannelHandler>
    /// The server has let a deadline pass and sent nothing since.
    private let hasStalled = Atomic<Bool>(false)

    /// To be called on the channel's event loop.
    init(channel: any Channel, handler: RedisChannelHandler, bound: RedisConnectionBound) {
        self.channel = channel
        self.bound = bound
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
    }

    /// Whether a command may be handed over and is likely to be answered.
    var isReady: Bool {
        !hasStalled.load(ordering: .relaxed) && outbox.withLock { $0.refusal == nil }
    }

    /// Sends a command and waits for its answer, which is never an error.
    func send(_ command: RedisCommand, timeout: Span) async throws(RedisError) -> RESPValue {
        let result = await withCheckedContinuation { (caller: PendingAnswer.Caller) in
            let pending = PendingAnswer(
                caller: caller, start: monotonicNanoseconds(), timeout: timeout, grace: bound.grace)
            submit(command, pending)
        }
        let answer = try result.get()
        if case .error(let error) = answer { throw .refused(error) }
        return answer
    }

    /// Sends a command whose answers, if any, come as pushes.
    func post(_ command: RedisCommand) {
        let isFirst = outbox.withLock { outbox in
            guard outbox.refusal == nil else { return false }
            command.write(to: &outbox.bytes)
            defer { outbox.isScheduled = true }
            return !outbox.isScheduled
        }
        if isFirst { schedule() }
    }

    private func submit(_ command: RedisCommand, _ pending: consuming PendingAnswer) {
        var pending = pending
        let (refusal, isFirst) = outbox.withLock { outbox -> (RedisError?, Bool) in
            if let refusal = outbox.refusal { return (refusal, false) }
            if hasStalled.load(ordering: .relaxed) { return (.unavailable("it has stopped answering"), false) }
            guard outbox.inFlight < bound.maximumInFlight else { return (.overloaded, false) }
            command.write(to: &outbox.bytes)
            outbox.waiting.append(pending)
            outbox.inFlight += 1
            defer { outbox.isScheduled = true }
            return (nil, !outbox.isScheduled)
        }
        if let refusal { pending.resolve(.failure(refusal)) }
        if isFirst { schedule() }
    }

    private func schedule() {
        channel.eventLoop.execute { [self] in handler.value.write(self) }
    }

    /// Refuses commands from now on, and closes when all answers that are owed have come or been given up.
    func close() async {
        refuse(.closed)
        channel.eventLoop.execute { [self] in handler.value.closeWhenIdle(self) }
        await closed()
    }

    /// Closes at once; callers that wait are told that the connection was lost.
    func abort() {
        refuse(.unavailable("the connection is closed"))
        channel.close(promise: nil)
    }

    /// Waits until the connection is closed.
    func closed() async {
        try? await channel.closeFuture.get()
    }

    // MARK: - For the handler

    /// Everything that was handed over since the last time.
    func takeOutbox() -> (bytes: ByteBuffer, waiting: [PendingAnswer]) {
        outbox.withLock { outbox in
            defer {
                outbox.bytes = ByteBuffer()
                outbox.waiting = []
                outbox.isScheduled = false
            }
            return (outbox.bytes, outbox.waiting)
        }
    }

    func noteAnswers(_ number: Int) {
        outbox.withLock { $0.inFlight -= number }
    }

    func noteStall(_ isStalled: Bool) {
        hasStalled.store(isStalled, ordering: .relaxed)
    }

    /// Refuses commands from now on; the first reason stays.
    func refuse(_ error: RedisError) {
        outbox.withLock { $0.refusal = $0.refusal ?? error }
    }
}

/// What a connection allows itself.
struct RedisConnectionBound: Sendable {
    let maximumInFlight: Int
    /// How long after its deadline an answer may still come.
    let grace: Span
    let limits: RESPLimits
}
