import PorticoEvents
import PorticoHTTP
import PorticoTelemetry
import PorticoValues
import Synchronization

/// One client of ``TopicSockets``. Commands are carried out one after the other by a task that lives only while there are
/// some, calls beside them; messages are taken from the mailbox when the socket has room.
final class TopicSession: WebSocketEndpoint {
    /// What the application says of the client: the parameters of ``TopicSockets``' answer.
    struct Terms: Sendable {
        let caller: Principal?
        let authorise: TopicSockets.Authorise
        let standing: @Sendable () async -> WatcherStanding
        let renew: TopicSockets.Renew?
        let whileOpen: (@Sendable () async -> Void)?
    }

    /// Commands that may wait; a client that sends more ahead breaks the rules.
    private static let mostCommands = 64
    /// Ticks of five seconds between two looks at whether a client is still allowed that watches something, or nothing.
    private static let (watching, idle) = (3, 12)

    struct State {
        var mailbox: TopicMailbox?
        /// The hub's names of the topics, by those that the client uses.
        var topics: [String: String] = [:]
        var commands: [TopicCommand] = []
        var isWorking = false
        /// What was missed and is to be sent next.
        var backlog: Backlog?
        /// Resumed when the backlog is taken, a token has come, or the connection has ended.
        var teller: CheckedContinuation<Void, Never>?
        var isChecking = false
        /// When the client was allowed last, in nanoseconds of the monotonic clock.
        var allowedAt: Int64
        /// Set when the client was just found to be allowed, until all that waits is taken.
        var isFresh = true
        /// Since when the client owes a token; nil while it is allowed.
        var owesSince: Int64?
        /// Since when nobody can tell whether the client, or a token that it sent, is allowed; nil when somebody can.
        var unknownSince: Int64?
        /// Tokens that were taken.
        var renewals = 0
        var ticks = 0
        var allowance: Allowance
        var isOver = false
    }

    let sockets: TopicSockets
    private let place: UserPlaces.Place
    let terms: Terms
    private let calls: CallDesk
    let state: Mutex<State>

    var hub: TopicHub { sockets.hub }

    init(_ sockets: TopicSockets, place: UserPlaces.Place, _ terms: Terms) {
        self.sockets = sockets
        self.place = place
        self.terms = terms
        let now = monotonicNanoseconds()
        let limits = sockets.limits
        calls = CallDesk(sockets.calls, most: limits.calls, counter: sockets.hub.metrics.calls)
        state = Mutex(
            State(
                allowedAt: now,
                allowance: Allowance(perSecond: limits.messagesPerSecond, burst: limits.burst, now: now)))
    }

    func opened(_ socket: WebSocket) {
        hub.metrics.sockets.connections.add(1)
        if let whileOpen = terms.whileOpen { Task { await whileOpen() } }
    }

    func closed(_ socket: WebSocket) {
        hub.metrics.sockets.connections.add(-1)
        let (mailbox, teller) = state.withLock { state in
            state.isOver = true
            state.commands = []
            state.backlog = nil
            return (state.mailbox.take(), state.teller.take())
        }
        teller?.resume()
        calls.end()
        if let mailbox { hub.leave(mailbox) }
    }

    // MARK: - What the client says

    func received(_ message: WebSocketMessage, from socket: WebSocket) {
        guard case .text(let text) = message else {
            return refuse(socket, WebSocketClose(1003, "commands are text"), "not_text")
        }
        guard state.withLock({ $0.allowance.take(now: monotonicNanoseconds()) }) else {
            return refuse(socket, .policy("too many messages"), "too_many_messages")
        }
        do throws(TopicCommand.Malformed) {
            try enqueue(TopicCommand(text), socket)
        } catch {
            socket.send(TopicReply.malformed(ref: error.ref).message)
        }
    }

    private func enqueue(_ command: TopicCommand, _ socket: WebSocket) {
        let (isFull, begins, teller) = state.withLock { state -> (Bool, Bool, CheckedContinuation<Void, Never>?) in
            guard state.commands.count < TopicSession.mostCommands else { return (true, false, nil) }
            state.commands.append(command)
            defer { state.isWorking = true }
            return (false, !state.isWorking, command.isToken ? state.teller.take() : nil)
        }
        if isFull { return refuse(socket, .policy("too many messages"), "too_many_messages") }
        teller?.resume()
        if begins { Task { await work(socket) } }
    }

    /// Ends the connection. What the client says until it has heard of it is not carried out.
    func refuse(_ socket: WebSocket, _ reason: WebSocketClose, _ name: String) {
        guard state.withLock({ $0.isOver.takeFirst() }) else { return }
        hub.metrics.refused.with(name).increment()
        socket.close(reason)
    }

    private func work(_ socket: WebSocket) async {
        while let command = nextCommand() {
            switch command {
            case .subscribe(let topic, let lastID, let ref):
                await subscribe(topic, lastID, ref, socket)
            case .unsubscribe(let topic, let ref):
                let mailbox = state.withLock { state in
                    state.topics.removeValue(forKey: topic).flatMap { name in state.mailbox.map { (name, $0) } }
                }
                if let (name, mailbox) = mailbox { hub.leave(mailbox, name) }
                socket.send(TopicReply.unsubscribed(topic: topic, ref: ref).message)
            case .call(let name, let input, let ref):
                switch await mayAsk(socket) {
                case .allowed:
                    calls.begin(name, input, ref: ref, by: terms.caller, now: monotonicNanoseconds(), socket)
                case .over:
                    let problem = Problem(401, "not_signed_in", "Sign in again, or send a fresh token.")
                    socket.send(TopicReply.error(problem, ref: ref).message)
                case .unknown: socket.send(TopicReply.error(SocketCall.unavailable, ref: ref).message)
                }
            case .authenticate(let token, let ref):
                await authenticate(token, ref, socket)
            }
        }
    }

    private func nextCommand() -> TopicCommand? {
        state.withLock { state in
            guard !state.commands.isEmpty, !state.isOver else {
                state.isWorking = false
                return nil
            }
            return state.commands.removeFirst()
        }
    }

    // MARK: - Subscriptions

    private func subscribe(_ topic: String, _ lastID: String?, _ ref: String?, _ socket: WebSocket) async {
        let present = state.withLock { ($0.topics[topic], $0.topics.count) }
        if present.0 != nil {
            socket.send(TopicReply.subscribed(topic: topic, isReset: false, id: nil, ref: ref).message)
            return
        }
        guard present.1 < sockets.limits.subscriptions else {
            return deny(topic, "too_many_subscriptions", ref, socket)
        }
        switch await mayAsk(socket) {
        case .allowed: break
        case .over: return deny(topic, "not_signed_in", ref, socket)
        case .unknown: return deny(topic, SocketCall.unavailable.code, ref, socket)
        }
        do {
            guard let name = try await terms.authorise(topic) else {
                return deny(topic, "topic_not_found", ref, socket)
            }
            // Under another name: the mailbox knows a topic by one.
            guard !state.withLock({ $0.topics.values.contains(name) }) else {
                return deny(topic, "already_subscribed", ref, socket)
            }
            try await join(topic, name, lastID, ref, socket)
        } catch {
            let problem = (error as? Problem) ?? (error as? any ProblemConvertible)?.problem
            deny(topic, (problem ?? SocketCall.unavailable).code, ref, socket)
        }
    }

    private func deny(_ topic: String, _ code: String, _ ref: String?, _ socket: WebSocket) {
        hub.metrics.refused.with("subscription").increment()
        socket.send(TopicReply.refused(topic: topic, code: code, ref: ref).message)
    }

    private func join(
        _ topic: String, _ name: String, _ lastID: String?, _ ref: String?, _ socket: WebSocket
    ) async throws {
        guard let mailbox = hold(topic, name, socket) else { return }
        defer {
            mailbox.release()
            socket.wake()
        }
        do {
            // Read before the client joins: everything behind it is still to come.
            let here = sockets.here?()?.text
            var isSaid = false
            let isReset = try await sockets.catchUp.join(mailbox, [name: topic], lastID: lastID) { missed in
                if !isSaid {
                    let id = sockets.here == nil ? nil : lastID
                    socket.send(TopicReply.subscribed(topic: topic, isReset: false, id: id, ref: ref).message)
                }
                isSaid = true
                try await tell(missed, topic, socket)
            }
            if !isSaid {
                socket.send(TopicReply.subscribed(topic: topic, isReset: isReset, id: here, ref: ref).message)
            } else if isReset {
                socket.send(TopicReply.stale(topic: topic, id: here).message)
            }
            let current = try await WatchedTopics([name]).current(sockets.present)
            mailbox.settle(by: current)
            try await tell(current, topic, socket)
        } catch {
            hub.leave(mailbox, name)
            state.withLock { $0.topics[topic] = nil }
            throw error
        }
    }

    /// The session's mailbox, from which nothing of the topic is taken for now.
    private func hold(_ topic: String, _ name: String, _ socket: WebSocket) -> TopicMailbox? {
        state.withLock { state in
            guard !state.isOver else { return nil }
            state.topics[topic] = name
            let mailbox = state.mailbox ?? hub.mailbox(comesPerTopic: true) { [weak socket] in socket?.wake() }
            mailbox.hold(name)
            state.mailbox = mailbox
            return mailbox
        }
    }

    // MARK: - What the client is told

    func nextFrame(for socket: WebSocket) -> [UInt8]? {
        switch state.withLock({ next(&$0) }) {
        case .nothing: return nil
        case .check:
            check(socket)
            return nil
        case .missed(let delivery, let teller):
            teller?.resume()
            return frame(of: delivery, socket)
        case .waiting(let mailbox): return frame(from: mailbox, socket)
        }
    }

    private enum Next {
        case nothing
        /// It is to be found out first whether the client may hear what waits.
        case check
        case missed(TopicMailbox.Delivery, teller: CheckedContinuation<Void, Never>?)
        case waiting(TopicMailbox)
    }

    private func next(_ state: inout State) -> Next {
        guard !state.isOver, state.owesSince == nil, state.unknownSince == nil else { return .nothing }
        let age = monotonicNanoseconds() - state.allowedAt
        let isAllowed = state.isFresh || age < sockets.limits.recheck.milliseconds * 1_000_000
        if state.backlog != nil {
            guard isAllowed else { return .check }
            guard let delivery = state.backlog?.next() else { return .nothing }
            guard state.backlog?.isEmpty ?? true else { return .missed(delivery, teller: nil) }
            state.backlog = nil
            state.isFresh = false
            return .missed(delivery, teller: state.teller.take())
        }
        guard let mailbox = state.mailbox else { return .nothing }
        guard isAllowed else { return mailbox.hasSomething ? .check : .nothing }
        return .waiting(mailbox)
    }

    private func frame(from mailbox: TopicMailbox, _ socket: WebSocket) -> [UInt8]? {
        switch mailbox.take() {
        case .nothing:
            state.withLock { $0.isFresh = false }
            return nil
        case .delivery(let delivery): return frame(of: delivery, socket)
        case .end(let reason):
            end(socket, reason)
            return nil
        }
    }

    private func frame(of delivery: TopicMailbox.Delivery, _ socket: WebSocket) -> [UInt8] {
        let frame = delivery.message.frame(of: delivery.topic, window: socket.deflate)
        hub.metrics.sockets.messages.increment()
        hub.metrics.sockets.bytes.increment(by: frame.count)
        return frame
    }

    /// Whoever was too slow has to load anew. Whoever is here when the node closes goes on elsewhere from its last id.
    private func end(_ socket: WebSocket, _ reason: TopicMailbox.End) {
        guard state.withLock({ $0.isOver.takeFirst() }) else { return }
        switch reason {
        case .cut:
            socket.send(TopicReply.reset.message)
            socket.close(.tryAgainLater)
        case .closed: socket.close(.goingAway)
        }
    }

    func ticked(_ socket: WebSocket) {
        let now = monotonicNanoseconds()
        calls.expire(now: now, socket)
        let (isDue, isLate, isKnown) = state.withLock { state -> (Bool, Bool, Bool) in
            state.ticks += 1
            let isKnown = state.unknownSince == nil
            if let since = state.owesSince {
                return (true, now - since >= sockets.limits.grace.milliseconds * 1_000_000, isKnown)
            }
            if let since = state.unknownSince {
                return (true, now - since >= sockets.limits.patience.milliseconds * 1_000_000, isKnown)
            }
            let pace = state.topics.isEmpty ? TopicSession.idle : TopicSession.watching
            return (state.ticks % pace == 0, false, isKnown)
        }
        if isLate { return isKnown ? endSignedOut(socket) : endUndecided(socket) }
        if isDue { check(socket) }
    }
}

extension Bool {
    /// Sets it. - Returns: whether it was not set before.
    fileprivate mutating func takeFirst() -> Bool {
        defer { self = true }
        return !self
    }
}
