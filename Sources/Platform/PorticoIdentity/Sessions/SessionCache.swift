import PorticoHTTP
import PorticoValues
import Synchronization

/// Sessions that were looked up within the last second, so that a busy browser does not ask the database for each
/// request.
///
/// What another node revokes is thus noticed after a second at the latest; what this process revokes, at once: a lookup
/// that was under way meanwhile is not kept.
final class SessionCache: Sendable {
    static let lifetime = Span.seconds(1)
    static let capacity = 10_000

    private struct State {
        var entries: [[UInt8]: Entry] = [:]
        var revocations = 0
    }

    private struct Entry {
        var session: Session
        let checkedAt: Instant

        func isFresh(at now: Instant) -> Bool {
            let age = now - checkedAt
            return age >= .milliseconds(0) && age < SessionCache.lifetime
        }
    }

    private let state = Mutex(State())

    /// The session, when it was looked up a moment ago; and the number to give back with the result of a lookup.
    func find(_ tokenHash: [UInt8], at now: Instant) -> (session: Session?, revocations: Int) {
        state.withLock { state in
            guard let entry = state.entries[tokenHash], entry.isFresh(at: now) else { return (nil, state.revocations) }
            return (entry.session, state.revocations)
        }
    }

    /// Keeps the result of a lookup, unless sessions were revoked since it began.
    func keep(_ session: Session, checkedAt: Instant, revocations: Int) {
        state.withLock { state in
            guard state.revocations == revocations else { return }
            if state.entries.count >= SessionCache.capacity { makeRoom(&state, checkedAt) }
            state.entries[session.tokenHash] = Entry(session: session, checkedAt: checkedAt)
        }
    }

    /// Has the next request look a session up again, because its row has changed.
    func forget(_ tokenHash: [UInt8]) {
        state.withLock { $0.entries[tokenHash] = nil }
    }

    /// Drops one session.
    func drop(_ tokenHash: [UInt8]) {
        state.withLock { state in
            state.revocations += 1
            state.entries[tokenHash] = nil
        }
    }

    /// Drops all sessions of an account.
    func drop(account id: Int64) {
        state.withLock { state in
            state.revocations += 1
            state.entries = state.entries.filter { $0.value.session.principal.accountID != id }
        }
    }

    /// Drops all sessions of everybody.
    func dropAll() {
        state.withLock { state in
            state.revocations += 1
            state.entries.removeAll()
        }
    }

    var count: Int { state.withLock { $0.entries.count } }

    private func makeRoom(_ state: inout State, _ now: Instant) {
        state.entries = state.entries.filter { $0.value.isFresh(at: now) }
        if state.entries.count >= SessionCache.capacity { state.entries.removeAll(keepingCapacity: true) }
    }
}
