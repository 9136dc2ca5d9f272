import PorticoSQL
import PorticoValues
import Synchronization

/// Up to where each caller has written or was told, so that no copy of the database answers them that has not come so far.
///
/// A browser carries it in a cookie, from node to node. Its value is the position behind its last commit, `now` when it was
/// told something whose position nobody knows, or `live` while it may hear of others' changes at any moment; with the last
/// two only a copy answers that has everything. So it is for programs, which carry no cookie. Whoever forges the cookie
/// gets older rows, and nobody else's.
public final class SessionPositions: Sendable {
    private struct Note {
        let position: LogPosition
        let at: Int64
    }

    private struct State {
        /// What this node knows of an account: answers to a browser may overtake each other, and their cookies with them.
        var notes: [Int64: Note] = [:]
        /// What has been forgotten lies before it.
        var floor = LogPosition(0)
    }

    private static let capacity = 10_000
    private static let now = "now"
    private static let live = "live"
    private let name: String
    private let attributes: String
    private let lifetime: Span
    private let state = Mutex(State())

    /// Positions in the database of an application.
    /// - Parameters:
    ///   - isSecure: whether clients come over TLS.
    ///   - lag: how far behind a copy that answers can be. What is twice as old every copy has.
    public init(application: String, isSecure: Bool, lag: Span) {
        name = isSecure ? "__Host-\(application)_position" : "\(application)_position"
        attributes = "; Path=/; HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
        lifetime = .milliseconds(2 * lag.milliseconds)
    }

    /// Takes over what is known of the caller into the session of a request.
    func prepare(_ session: ReadSession, _ head: RequestHead, _ principal: Principal?) {
        guard let principal, principal.csrfBinding != nil else {
            return session.remember(nil, key: key(of: principal))
        }
        let carried = head.cookies(name).map { LogPosition(text: $0) }
        guard !carried.contains(nil) else { return session.remember(nil, key: key(of: principal)) }
        let known = state.withLock { max($0.notes[principal.accountID]?.position ?? $0.floor, $0.floor) }
        session.remember(carried.compactMap(\.self).max().map { max($0, known) } ?? known, key: key(of: principal))
    }

    /// Notes what the caller has written or was told with an answer, and gives the browser its cookie.
    func settle(_ session: ReadSession, _ request: RequestHead, _ principal: Principal?, _ response: inout Response) {
        // Programs are sure to get everything there is.
        guard principal?.csrfBinding != nil || request.headers["authorization"] == nil else { return }
        if let principal, let newest = session.newest { note(newest, of: principal.accountID) }
        guard !request.cookies(name).contains(SessionPositions.live) else { return }
        if response.headers["content-type"]?.hasPrefix("text/event-stream") ?? false {
            response.headers.add("set-cookie", "\(name)=\(SessionPositions.live)\(attributes)")
        } else if session.hasHeard || isUnknown(session, request, response.status) {
            add(SessionPositions.now, to: &response)
        } else if let newest = session.newest {
            add((session.required.map { max($0, newest) } ?? newest).text, to: &response)
        }
    }

    /// Whether the caller learns of a change that this request has not made: from the answer to a retry, from a refusal
    /// because of what somebody else has done, or from a failure behind which the change may have come true.
    private func isUnknown(_ session: ReadSession, _ request: RequestHead, _ status: HTTPStatus) -> Bool {
        guard !request.method.isSafe else { return false }
        let isRefused = (400..<500).contains(status.code)
        return isRefused ? [409, 412].contains(status.code) : status.code >= 500 || session.newest == nil
    }

    private func add(_ value: String, to response: inout Response) {
        response.headers.add("set-cookie", "\(name)=\(value); Max-Age=\(max(1, lifetime.seconds))\(attributes)")
    }

    private func note(_ position: LogPosition, of account: Int64) {
        let now = monotonicNanoseconds()
        state.withLock { state in
            if state.notes.count >= SessionPositions.capacity, state.notes[account] == nil { makeRoom(&state, now) }
            let known = state.notes[account]?.position ?? position
            state.notes[account] = Note(position: max(known, position), at: now)
        }
    }

    private func makeRoom(_ state: inout State, _ now: Int64) {
        state.notes = state.notes.filter { now - $0.value.at < lifetime.milliseconds * 1_000_000 }
        guard state.notes.count >= SessionPositions.capacity else { return }
        state.floor = max(state.floor, state.notes.values.map(\.position).max() ?? state.floor)
        state.notes = [:]
    }

    private func key(of principal: Principal?) -> UInt64 {
        principal.map { UInt64(bitPattern: $0.accountID) } ?? UInt64.random(in: 0...UInt64.max)
    }
}
