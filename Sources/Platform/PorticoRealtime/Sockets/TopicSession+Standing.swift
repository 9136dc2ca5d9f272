import PorticoTelemetry
import PorticoValues
import Synchronization

/// Whether the client may hear and ask, and what becomes of one whose session or token is over.
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
            let isAllowed = await verify(socket)
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
    func mayAsk(_ socket: WebSocket) async -> Bool {
        let isKnown = state.withLock { state in
            let age = monotonicNanoseconds() - state.allowedAt
            return state.owesSince == nil && age < sockets.limits.recheck.milliseconds * 1_000_000
        }
        if isKnown { return true }
        return await verify(socket)
    }

    private enum Standing {
        case allowed
        /// It has to send a token, and is told so for the first time.
        case owes
        case stillOwes
        case over
    }

    private func verify(_ socket: WebSocket) async -> Bool {
        let renewals = state.withLock(\.renewals)
        let isAllowed = await terms.isStillAllowed()
        let now = monotonicNanoseconds()
        let standing = state.withLock { state -> Standing in
            // What was found out about a token that has been replaced says nothing.
            guard !isAllowed, state.renewals == renewals else {
                if isAllowed { TopicSession.allow(&state, now) }
                return state.owesSince == nil ? .allowed : .stillOwes
            }
            state.isFresh = false
            guard terms.renew != nil else { return .over }
            defer { state.owesSince = state.owesSince ?? now }
            return state.owesSince == nil ? .owes : .stillOwes
        }
        switch standing {
        case .allowed: return true
        case .stillOwes: return false
        case .owes:
            socket.send(TopicReply.tokenNeeded(within: sockets.limits.grace.milliseconds / 1000).message)
            return false
        case .over:
            refuse(socket, .policy("signed out"), "no_longer_allowed")
            return false
        }
    }

    private static func allow(_ state: inout State, _ now: Int64) {
        state.owesSince = nil
        state.allowedAt = now
    }

    func authenticate(_ token: String, _ ref: String?, _ socket: WebSocket) async {
        guard let renew = terms.renew else {
            return socket.answer(.unauthenticated(code: "token_not_expected", ref: ref))
        }
        guard await renew(token) else {
            hub.metrics.refused.with("token").increment()
            return socket.answer(.unauthenticated(code: "token_refused", ref: ref))
        }
        let now = monotonicNanoseconds()
        state.withLock { state in
            state.renewals += 1
            state.isFresh = true
            TopicSession.allow(&state, now)
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
