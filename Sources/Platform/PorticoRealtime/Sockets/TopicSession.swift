import PorticoEvents
import PorticoHTTP
import PorticoTelemetry
import PorticoValues
import Synchronization

/// One client of ``TopicSockets``. Commands are carried out one after the other by a task that lives only while there are
/// some; messages are taken from the mailbox when the socket has room.
final class TopicSession: WebSocketEndpoint {
    /// Commands that may wait; a client that sends more ahead breaks the rules.
    private static let mostCommands = 64

    private struct State {
        var mailbox: TopicMailbox?
        /// The hub's names of the topics, by those that the client uses.
        var topics: [String: String] = [:]
        var commands: [TopicCommand] = []
        var isWorking = false
        /// Set while what was missed is put before what comes.
        var isHeld = false
        var isChecking = false
        /// When the client was allowed last, in nanoseconds of the monotonic clock.
        var allowedAt: Int64
        /// Set when the client was just found to be allowed, until all that waits is taken.
        var isFresh = true
        var ticks = 0
        var allowance: Allowance
        var isOver = false
    }

    private let sockets: TopicSockets
    private let place: UserPlaces.Place
    private let authorise: TopicSockets.Authorise
    private let isStillAllowed: @Sendable () async -> Bool
    private let state: Mutex<State>

    private var hub: TopicHub { sockets.hub }

    init(
        _ sockets: TopicSockets, place: UserPlaces.Place, authorise: @escaping TopicSockets.Authorise,
        isStillAllowed: @escaping @Sendable () async -> Bool
    ) {
        self.sockets = sockets
        self.place = place
        self.authorise = authorise
        self.isStillAllowed = isStillAllowed
        let now = monotonicNanoseconds()
        let limits = sockets.limits
        state = Mutex(
            State(
                allowedAt: now,
                allowance: Allowance(perSecond: limits.messagesPerSecond, burst: limits.burst, now: now)))
    }

    func opened(_ socket: WebSocket) {
        hub.metrics.sockets.connections.add(1)
    }

    func closed(_ socket: WebSocket) {
        hub.metrics.sockets.connections.add(-1)
        let mailbox = state.withLock { state in
            state.isOver = true
            state.commands = []
            defer { state.mailbox = nil }
            return state.mailbox
        }
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
        let (isFull, begins) = state.withLock { state in
            guard state.commands.count < TopicSession.mostCommands else { return (true, false) }
            state.commands.append(command)
            defer { state.isWorking = true }
            return (false, !state.isWorking)
        }
        if isFull { return refuse(socket, .policy("too many messages"), "too_many_messages") }
        if begins { Task { await work(socket) } }
    }

    private func refuse(_ socket: WebSocket, _ reason: WebSocketClose, _ name: String) {
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
            socket.send(TopicReply.subscribed(topic: topic, isReset: false, ref: ref).message)
            return
        }
        guard present.1 < sockets.limits.subscriptions else {
            return deny(topic, "too_many_subscriptions", ref, socket)
        }
        do {
            guard let name = try await authorise(topic) else { return deny(topic, "topic_not_found", ref, socket) }
            try await join(topic, name, lastID, ref, socket)
        } catch {
            let problem = (error as? Problem) ?? (error as? any ProblemConvertible)?.problem
            deny(topic, problem?.code ?? "unavailable", ref, socket)
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
            state.withLock { $0.isHeld = false }
            socket.wake()
        }
        do {
            var missed: [TopicMessage] = []
            let isReset = try await sockets.catchUp.join(mailbox, [name: topic], lastID: lastID) { missed += $0 }
            let now = try await sockets.present([name])
            socket.send(TopicReply.subscribed(topic: topic, isReset: isReset, ref: ref).message)
            // Whoever loads anew needs nothing of what was found before it was known that some is gone.
            for message in (isReset ? [] : missed) + now { send(message, topic, socket) }
        } catch {
            hub.leave(mailbox, name)
            state.withLock { $0.topics[topic] = nil }
            throw error
        }
        // The connection may have ended meanwhile, and with it the mailbox left.
        if state.withLock(\.isOver) { hub.leave(mailbox) }
    }

    /// The session's mailbox, from which nothing is taken for now.
    private func hold(_ topic: String, _ name: String, _ socket: WebSocket) -> TopicMailbox? {
        state.withLock { state in
            guard !state.isOver else { return nil }
            state.isHeld = true
            state.topics[topic] = name
            if let mailbox = state.mailbox { return mailbox }
            let mailbox = hub.mailbox(comesPerTopic: true) { [weak socket] in socket?.wake() }
            state.mailbox = mailbox
            return mailbox
        }
    }

    private func send(_ message: TopicMessage, _ topic: String, _ socket: WebSocket) {
        let frame = message.frame(of: topic, window: socket.deflate)
        if socket.send(frame: frame) { count(frame) }
    }

    private func count(_ frame: [UInt8]) {
        hub.metrics.sockets.messages.increment()
        hub.metrics.sockets.bytes.increment(by: frame.count)
    }

    // MARK: - What the client is told

    func nextFrame(for socket: WebSocket) -> [UInt8]? {
        let (mailbox, isAllowed) = state.withLock { state in
            guard !state.isHeld, !state.isOver, let mailbox = state.mailbox else {
                return (TopicMailbox?.none, true)
            }
            let age = monotonicNanoseconds() - state.allowedAt
            return (mailbox, state.isFresh || age < sockets.limits.recheck.milliseconds * 1_000_000)
        }
        guard let mailbox else { return nil }
        guard isAllowed else {
            if mailbox.hasSomething { check(socket) }
            return nil
        }
        switch mailbox.take() {
        case .nothing:
            state.withLock { $0.isFresh = false }
            return nil
        case .delivery(let delivery):
            let frame = delivery.message.frame(of: delivery.topic, window: socket.deflate)
            count(frame)
            return frame
        case .end(let reason):
            end(socket, reason)
            return nil
        }
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
        let isDue = state.withLock { state in
            state.ticks += 1
            return state.ticks % 3 == 0 && !state.topics.isEmpty
        }
        if isDue { check(socket) }
    }

    /// Asks whether the client may still hear anything, and goes on or ends accordingly.
    private func check(_ socket: WebSocket) {
        let begins = state.withLock { state in
            guard !state.isChecking, !state.isOver else { return false }
            state.isChecking = true
            return true
        }
        guard begins else { return }
        Task {
            let isAllowed = await isStillAllowed()
            state.withLock { state in
                state.isChecking = false
                state.isFresh = isAllowed
                if isAllowed { state.allowedAt = monotonicNanoseconds() }
            }
            guard isAllowed else { return refuse(socket, .policy("signed out"), "no_longer_allowed") }
            socket.wake()
        }
    }
}

extension Bool {
    /// Sets it. - Returns: whether it was not set before.
    fileprivate mutating func takeFirst() -> Bool {
        defer { self = true }
        return !self
    }
}
