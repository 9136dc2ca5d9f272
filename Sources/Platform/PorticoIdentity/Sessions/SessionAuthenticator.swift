import PorticoHTTP
import PorticoValues
import Synchronization

/// Finds the account behind a request by its bearer token or API key, or else by its session cookie.
///
/// A token that does not hold is refused even where everybody may call: the program that sent it should hear of it.
/// The last use of a session is noted at most once a minute, beside the request: a slow or full database does not keep
/// people from reading.
public final class SessionAuthenticator: Authenticator {
    private let store: SessionStore
    private let tokens: TokenStore?
    private let keys: APIKeyStore?
    private let notes = Mutex<[[UInt8]: Note]>([:])

    /// A note under way, or one that failed less than a minute ago.
    private struct Note {
        let at: Instant
        let task: Task<Void, Never>
    }

    /// An authenticator over the sessions of an application.
    /// - Parameters:
    ///   - tokens: knows bearer tokens; nil where none are given out.
    ///   - keys: knows API keys; nil where there are none.
    public init(store: SessionStore, tokens: TokenStore? = nil, keys: APIKeyStore? = nil) {
        self.store = store
        self.tokens = tokens
        self.keys = keys
    }

    /// The account behind the request's token, API key or cookie, or nil.
    /// - Throws: ``Problem`` 401 `invalid_token`; ``SQLError`` when the database can't tell.
    public func principal(for head: RequestHead) async throws -> Principal? {
        // Most callers carry a cookie or nothing at all; stores are only asked that may know them.
        guard let carried = Carried(by: head) else { return nil }
        if carried == .token, let keys, let session = try await keys.session(of: head) {
            noteUse(of: session, by: keys)
            return session.principal
        }
        guard let session = try await session(of: head) else { return nil }
        noteUse(of: session)
        return session.principal
    }

    /// 401 `invalid_token`, but for routes that give out new credentials; none where there are no tokens at all.
    public func refusals(of route: Route) -> [(status: HTTPStatus, code: String)] {
        let takesTokens = tokens != nil || keys != nil
        guard takesTokens, !BearerCredential.asksForCredentials(route.method, route.path) else { return [] }
        return [(status: BearerCredential.refusal.status, code: BearerCredential.refusal.code)]
    }

    /// The session behind a request, of a browser or a program, or nil. What takes one is closed to API keys.
    /// - Throws: as ``principal(for:)``; ``Problem`` 403 `api_key_not_accepted`.
    public func session(of head: RequestHead) async throws -> Session? {
        guard let carried = Carried(by: head) else { return nil }
        if carried == .token {
            if keys != nil, APIKeyStore.isCarried(by: head) {
                throw Problem(403, "api_key_not_accepted", "Sign in for this; an API key does not do.")
            }
            if let tokens, let session = try await tokens.session(of: head) { return session }
        }
        return try await store.session(of: head)
    }

    /// What of a caller's there is to look at first.
    private enum Carried {
        /// An `Authorization` field, and perhaps a cookie.
        case token
        /// A cookie, and nothing else that counts.
        case cookie

        init?(by head: RequestHead) {
            if head.headers["authorization"] != nil, !BearerCredential.asksForCredentials(head) {
                self = .token
            } else if head.headers["cookie"] != nil {
                self = .cookie
            } else {
                return nil
            }
        }
    }

    /// Waits for the notes under way: before the database is closed.
    public func settle() async {
        let tasks = notes.withLock { $0.values.map(\.task) }
        for task in tasks { await task.value }
    }

    private func noteUse(of session: Session, by keys: APIKeyStore? = nil) {
        let now = store.clock.now()
        guard now - session.lastSeenAt >= SessionStore.noteInterval else { return }
        notes.withLock { notes in
            if let note = notes[session.tokenHash], now - note.at < SessionStore.noteInterval { return }
            if notes.count >= SessionCache.capacity {
                notes = notes.filter { now - $0.value.at < SessionStore.noteInterval }
            }
            notes[session.tokenHash] = Note(at: now, task: Task { await self.note(session, keys, now) })
        }
    }

    /// A note that fails stays, so that the next try comes a minute later and not with the next request.
    private func note(_ session: Session, _ keys: APIKeyStore?, _ now: Instant) async {
        do {
            if let keys {
                try await keys.noteUse(of: session, at: now)
            } else {
                try await store.noteUse(of: session, at: now)
            }
        } catch {
            return
        }
        notes.withLock { $0[session.tokenHash] = nil }
    }
}
