import PorticoHTTP
import PorticoTelemetry
import PorticoValues
import Synchronization

/// Whether the client may hear and ask, and what becomes of one whose session or token is over, or of whom nobody can tell.
extension TopicSession {
    /// Asks whether the client may still hear anything, and goes on or ends accordingly.
    func check(_ socket: WebSocket) {
        let begins = state.withLock { state in
            guard !state.isChecking, !state.isOver else { return false }
            state.isChecking = true
            return true
        }
        guard begins else { return }
        Task {
            let isAllowed = await verify(socket) == .allowed
            state.withLock { state in
                state.isChecking = false
                state.isFresh = isAllowed
            }
            guard isAllowed else { return }
            socket.wake()
            await terms.whileOpen?()
        }
    }

    /// Whether the client may ask for something now.
    func mayAsk(_ socket: WebSocket) async -> WatcherStanding {
        let isKnown = state.withLock { state in
            let age = monotonicNanoseconds() - state.allowedAt
            return state.owesSince == nil && state.unknownSince == nil
                && age < sockets.limits.recheck.milliseconds * 1_000_000
        }
        if isKnown { return .allowed }
        return await verify(socket)
    }

    private enum Verdict {
        case allowed
        case unknown
        /// It has to send a token, and is told so for the first time.
        case owes
        case stillOwes
        case over
    }

    private func verify(_ socket: WebSocket) async -> WatcherStanding {
        let renewals = state.withLock(\.renewals)
        let standing = await terms.standing()
        let now = monotonicNanoseconds()
        let verdict = state.withLock { state -> Verdict in
            // What was found out about a token that has been replaced says nothing.
            guard standing != .allowed, state.renewals == renewals else {
                if standing == .allowed { TopicSession.allow(&state, now) }
                return state.owesSince == nil ? .allowed : .stillOwes
            }
            state.isFresh = false
            // Who owes a token owes it whatever can be told of the old one.
            guard state.owesSince == nil else { return .stillOwes }
            guard standing == .over else {
                state.unknownSince = state.unknownSince ?? now
                return .unknown
            }
            guard terms.renew != nil else { return .over }
            state.unknownSince = nil
            state.owesSince = now
            return .owes
        }
        switch verdict {
        case .allowed: return .allowed
        case .unknown: return .unknown
        case .stillOwes: return .over
        case .owes:
            socket.send(TopicReply.tokenNeeded(within: sockets.limits.grace.milliseconds / 1000).message)
            return .over
        case .over:
            endSignedOut(socket)
            return .over
        }
    }

    private static func allow(_ state: inout State, _ now: Int64) {
        state.owesSince = nil
        state.unknownSince = nil
        state.allowedAt = now
    }

    /// There is no use in coming back as before.
    func endSignedOut(_ socket: WebSocket) {
        refuse(socket, .policy("signed out"), "no_longer_allowed")
    }

    /// The client may come back, and goes on from its last ids.
    func endUndecided(_ socket: WebSocket) {
        let reason = WebSocketClose(1013, "whether you are still signed in can't be told now; come back later")
        refuse(socket, reason, "standing_unknown")
    }

    func authenticate(_ token: String, _ ref: String?, _ socket: WebSocket) async {
        guard let renew = terms.renew else {
            return socket.answer(.unauthenticated(code: "token_not_expected", ref: ref))
        }
        let standing = await renew(token)
        let now = monotonicNanoseconds()
        state.withLock { state in
            switch standing {
            case .allowed:
                state.renewals += 1
                state.isFresh = true
                TopicSession.allow(&state, now)
            // Of the token it is known, but not of what the client came with.
            case .over: if state.owesSince != nil { state.unknownSince = nil }
            case .unknown: if state.owesSince != nil { state.unknownSince = state.unknownSince ?? now }
            }
        }
        guard standing == .allowed else {
            hub.metrics.refused.with("token").increment()
            let code = standing == .over ? "token_refused" : SocketCall.unavailable.code
            return socket.answer(.unauthenticated(code: code, ref: ref))
        }
        socket.answer(.authenticated(ref: ref))
        // What waited meanwhile follows.
        socket.wake()
    }
}

extension WebSocket {
    fileprivate func answer(_ reply: TopicReply) {
        send(reply.message)
    }
}
