import NIOCore
import NIOHTTP1
import PorticoHTTP

extension ConnectionHandler {
    /// A head has come.
    func begin(_ head: HTTPRequestHead, peer: String, _ context: ChannelHandlerContext) {
        watched.kind = .nothing
        switch RequestAdmission.admit(head, peer: peer, configuration: core.configuration) {
        case .failure(let refused):
            exchange.isHead = head.method == .HEAD
            refuse(refused.status, head: nil, context)
        case .success(let admitted):
            exchange = admitted.exchange
            var incoming = Incoming(head: admitted.head, received: -meter.batch)
            if admitted.body != .none {
                incoming.limit = core.responder.bodyLimit(for: admitted.head)
                if case .known(let length) = admitted.body {
                    guard length <= incoming.limit else { return refuse(413, head: admitted.head, context) }
                    // What is only announced gets no memory to speak of.
                    incoming.body.reserveCapacity(min(length, 64 * 1024))
                }
                if core.responder.hasReceiver(for: admitted.head) {
                    incoming.intake = intake(for: admitted.head, context)
                }
                if admitted.expectsContinue { append("HTTP/1.1 100 Continue\r\n\r\n", context) }
            }
            self.incoming = incoming
            phase = .receiving
        }
    }

    /// A part of a body has come.
    func receive(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        guard phase == .receiving else { return }
        // The body is appended in place; a second reference to it would copy it with every part.
        guard let size = incoming?.taken, let limit = incoming?.limit else { return }
        guard size + buffer.readableBytes <= limit else { return refuse(413, head: incoming?.head, context) }
        incoming?.taken = size + buffer.readableBytes
        if let intake = incoming?.intake { return intake.take(buffer) }
        buffer.withUnsafeReadableBytes { incoming?.body.append(contentsOf: $0) }
    }

    /// A request is whole.
    func complete(_ context: ChannelHandlerContext) {
        guard phase == .receiving, let incoming = incoming.take() else { return }
        // The end may come in the same batch as the waste before it.
        guard !incoming.isOverdone(with: meter.batch) else { return refuse(413, head: incoming.head, context) }
        meter.expectRequestLine()
        phase = .answering
        if let intake = incoming.intake { return intake.end() }
        let request = Request(head: incoming.head, body: incoming.body)
        let responder = core.responder
        guard let response = responder.respondAtOnce(to: request) else {
            return launch(context) { await responder.respond(to: request) }
        }
        if case .stream = response.body, exchange.carriesBody(response.status) {
            launch(context) { response }
        } else {
            answer(response, context)
        }
    }

    /// Lets whoever may take the body of a request take it; the request is answered when all of it is taken.
    private func intake(for head: RequestHead, _ context: ChannelHandlerContext) -> BodyIntake {
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        let responder = core.responder
        return BodyIntake(on: context.eventLoop) {
            await responder.receiver(for: head)
        } onOutcome: { outcome in
            connection.value.intakeMoved(outcome, head)
        }
    }

    /// There is room again, all is taken, or the body is not wanted.
    private func intakeMoved(_ outcome: BodyIntake.Outcome, _ head: RequestHead) {
        guard let context, phase == .receiving || phase == .answering else { return }
        switch outcome {
        case .hasRoom:
            settle(context)
            releaseRead(context)
        case .refused(let response):
            turn(context) { turnDown(response, context) }
        case .whole(let receiver):
            let responder = core.responder
            // An answer that waits for nothing is ready here and now, and nobody else would send it.
            turn(context) {
                launch(context) { await responder.respond(to: Request(head: head, receiver: receiver)) }
            }
        }
    }

    /// Answers a request whose body is not read to its end.
    private func turnDown(_ response: Response, _ context: ChannelHandlerContext) {
        var response = response
        if case .stream = response.body { response.body = .empty }
        incoming = nil
        exchange.keepsAlive = false
        append(response, context)
        farewell(context, lingering: true)
    }

    /// Answers what is no request and ends the connection.
    func refuse(_ status: HTTPStatus, head: RequestHead?, _ context: ChannelHandlerContext) {
        var response = core.responder.refusal(status, head: head, peer: peer)
        if case .stream = response.body { response.body = .empty }
        incoming?.intake?.abandon()
        incoming = nil
        exchange.isHead = head.map { $0.method == .head } ?? exchange.isHead
        exchange.isHTTP11 = true
        exchange.keepsAlive = false
        append(response, context)
        farewell(context, lingering: true)
    }

    /// Tells a client that there are too many.
    func turnAway(_ context: ChannelHandlerContext) {
        exchange.keepsAlive = false
        var response = core.responder.refusal(503, head: nil, peer: peer)
        response.headers.setDefault("retry-after", "1")
        append(response, context)
        farewell(context, lingering: true)
    }

    /// Lets work that may take its time answer the current request. The task belongs to the connection: it is cancelled
    /// when the channel closes, and the connection stays on the books until it has ended.
    ///
    /// It starts here and now, so an answer that waits for nothing leaves without a change of threads; whatever waits
    /// goes on elsewhere.
    private func launch(_ context: ChannelHandlerContext, _ work: @escaping @Sendable () async -> Response) {
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let channel = context.channel
        let exchange = exchange
        let started = Task.immediate {
            let response = await work()
            guard case .stream(let produce) = response.body, exchange.carriesBody(response.status) else {
                if loop.inEventLoop { return connection.value.answerAtOnce(response) }
                return loop.execute { connection.value.deliver(response) }
            }
            let writer = StreamWriter(connection: connection, channel: channel, isChunked: exchange.isHTTP11)
            loop.execute { connection.value.beginStream(response, writer) }
            do {
                try await produce(writer)
                loop.execute { connection.value.endStream(isWhole: true) }
            } catch {
                loop.execute { connection.value.endStream(isWhole: false) }
            }
        }
        if phase == .answering { task = started }
    }

    /// Takes the answer of a task that has not left the event loop: whoever took the request sends it.
    private func answerAtOnce(_ response: Response) {
        guard phase == .answering, let context else { return }
        answer(response, context)
    }
}
