import PorticoHTTP
import PorticoSQL
import PorticoValues

/// The keys with which machines act for people, as keyed hashes.
///
/// A key outlives its owner's passwords and sessions, and goes on when a password has ended by its age. It allows what
/// it was given as far as the owner's role allows it at the time of use, and nothing once the account is inactive, the
/// key is revoked or its time is over.
public struct APIKeyStore: Sendable {
    /// The most keys of one account.
    static let most = 50

    private let application: String
    private let database: Database
    private let sessions: SessionStore
    private let key: Secret<[UInt8]>
    private let previous: [Secret<[UInt8]>]

    /// - Parameter previous: keys below earlier master secrets, under which hashes may still lie.
    init(application: String, database: Database, sessions: SessionStore, keys: SecretKeys, previous: [SecretKeys]) {
        self.application = application
        self.database = database
        self.sessions = sessions
        key = Secret(keys.key(for: "api-keys"))
        self.previous = previous.map { Secret($0.key(for: "api-keys")) }
    }

    /// Makes a key. The caller has locked the account.
    /// - Throws: ``Problem`` 409 `too_many_keys`; ``SQLError``.
    func make(
        name: String, scopes: [String], expiresAt: Instant?, for account: Account, at now: Instant,
        in transaction: Transaction
    ) throws -> NewAPIKey {
        let count = try transaction.scalar(
            "api_keys.count", "SELECT count(*) FROM api_keys WHERE account_id = \(account.id)", as: Int.self)
        guard (count ?? 0) < APIKeyStore.most else {
            throw Problem(
                409, "too_many_keys", "You have \(APIKeyStore.most) keys already. Revoke one that is not used.")
        }
        let id = try transaction.first(
            "api_keys.insert",
            """
            INSERT INTO api_keys (account_id, name, scopes, key_hash, created_at, expires_at)
            VALUES (\(account.id), \(name), \(scopes.joined(separator: " ")), \([UInt8]()), \(now), \(expiresAt))
            RETURNING id
            """
        ) { try Int64.read($0, 0) }
        guard let id else { throw SQLError(.unexpectedNull, message: "no id for a key") }
        let text = APIKeyText(id: id, application: application)
        try keepHash(of: text, in: transaction)
        let made = APIKey(id: id, name: name, scopes: scopes, createdAt: now, expiresAt: expiresAt)
        return NewAPIKey(key: made, text: text.text)
    }

    /// The keys of an account, the newest first.
    /// - Parameter before: id of the last key of the page before; nil for the first page.
    /// - Throws: ``SQLError``.
    public func keys(
        of accountID: Int64, before: Int64? = nil, limit: Int, in session: some SQLSession
    ) throws -> Page<APIKey> {
        let fetched = try session.all(
            "api_keys.list",
            """
            SELECT \(APIKey.columns) FROM api_keys
            WHERE account_id = \(accountID) AND id < \(before ?? .max) ORDER BY id DESC LIMIT \(limit + 1)
            """
        ) { try APIKey($0) }
        return Page(fetched: fetched, limit: limit) { [String($0.id)] }
    }

    /// One of an account's keys, or nil.
    /// - Throws: ``SQLError``.
    public func key(_ id: Int64, of accountID: Int64, in session: some SQLSession) throws -> APIKey? {
        try session.first(
            "api_keys.by_id",
            "SELECT \(APIKey.columns) FROM api_keys WHERE id = \(id) AND account_id = \(accountID)"
        ) { try APIKey($0) }
    }

    /// Ends a key: at once in this process, within a second in the others.
    /// - Returns: what it was; nil when the account has no such key.
    /// - Throws: ``SQLError``.
    public func revoke(_ id: Int64, of accountID: Int64, in transaction: Transaction) throws -> APIKey? {
        let revoked = try transaction.first(
            "api_keys.delete",
            "DELETE FROM api_keys WHERE id = \(id) AND account_id = \(accountID) RETURNING \(APIKey.columns)"
        ) { try APIKey($0) }
        if revoked != nil { dropCached(accountID, in: transaction) }
        return revoked
    }

    /// Removes all keys of an account that was inactive until now: while it was none of them let anybody in, and no process
    /// remembers one.
    /// - Throws: ``SQLError``.
    public static func removeAll(of accountID: Int64, in transaction: Transaction) throws {
        try transaction.execute("api_keys.delete_all", "DELETE FROM api_keys WHERE account_id = \(accountID)")
    }

    /// Whether a request carries a key, good or not.
    static func isCarried(by head: RequestHead) -> Bool {
        (try? BearerCredential.token(in: head))?.hasPrefix(APIKeyText.prefix) ?? false
    }

    /// What a request's key allows, as a session that no cookie belongs to; nil when the request carries none.
    /// - Throws: ``Problem`` 401 `invalid_token`; ``SQLError`` when the database can't tell.
    func session(of head: RequestHead) async throws -> Session? {
        guard let token = try BearerCredential.token(in: head), token.hasPrefix(APIKeyText.prefix) else { return nil }
        guard let text = APIKeyText(token, application: application), let session = try await session(of: text) else {
            throw BearerCredential.refusal
        }
        return session
    }

    /// Notes that a key is in use. Two nodes that note at once note the same.
    func noteUse(of session: Session, at now: Instant) async throws {
        guard let id = session.principal.attributes[APIKeyStore.attribute].flatMap({ Int64($0) }) else { return }
        try await database.write { transaction in
            try transaction.execute(
                "api_keys.note_use",
                """
                UPDATE api_keys SET last_used_at = \(now)
                WHERE id = \(id) AND (last_used_at IS NULL OR last_used_at < \(now))
                """)
            try sessions.noteSeen(session.principal.accountID, at: now, in: transaction)
        }
        sessions.families.forget(session.tokenHash)
    }
}

extension APIKeyStore {
    /// Where a principal has the id of the key it came with.
    static let attribute = "api_key_id"

    /// `id` never comes twice, also not after the newest key was revoked: hence AUTOINCREMENT on SQLite.
    static func table(_ dialect: Dialect) -> String {
        """
        CREATE TABLE api_keys (
            id \(dialect == .sqlite ? "INTEGER PRIMARY KEY AUTOINCREMENT" : dialect.identity),
            account_id \(dialect.integer) NOT NULL REFERENCES accounts (id),
            name \(dialect.text) NOT NULL,
            scopes \(dialect.text) NOT NULL,
            key_hash \(dialect.blob) NOT NULL,
            created_at \(dialect.integer) NOT NULL,
            expires_at \(dialect.integer),
            last_used_at \(dialect.integer)) \(dialect.strict);
        CREATE INDEX api_keys_account ON api_keys (account_id, id);
        CREATE INDEX api_keys_expiry ON api_keys (expires_at);
        """
    }

    private struct Kept: Sendable {
        let member: SessionStore.Member
        let key: APIKey
        let hash: [UInt8]
    }

    /// Keys share the cache of the families of tokens, so that whatever ends an account's sessions ends it for keys as
    /// well: a role that was taken away, an account that became inactive.
    private func session(of text: APIKeyText) async throws -> Session? {
        let now = sessions.clock.now()
        let fingerprint = text.fingerprint
        let (cached, revocations) = sessions.families.find(fingerprint, at: now)
        if let cached { return now < cached.expiresAt ? cached : nil }
        let found = try await database.read { try find(text, in: $0) }
        guard let found, now < found.session.expiresAt else { return nil }
        if found.isOld { try await database.write { try keepHash(of: text, in: $0) } }
        sessions.families.keep(found.session, checkedAt: now, revocations: revocations)
        return found.session
    }

    private func find(_ text: APIKeyText, in reading: Reading) throws -> (session: Session, isOld: Bool)? {
        let kept = try reading.first(
            "api_keys.find",
            """
            SELECT k.id, k.name, k.scopes, k.created_at, k.expires_at, k.last_used_at, k.key_hash, a.id, a.email,
                a.name, a.role, a.has_second_factor
            FROM api_keys k JOIN accounts a ON a.id = k.account_id
            WHERE k.id = \(text.id) AND a.is_active = 1
            """
        ) { row in
            Kept(
                member: SessionStore.Member(
                    id: try row[7], email: try row[8], name: try row[9], role: try row[10],
                    hasSecondFactor: try row[11]),
                key: try APIKey(row), hash: try row[6])
        }
        guard let kept else { return nil }
        let isCurrent = constantTimeEqual(text.hash(key.reveal()), kept.hash)
        let isKnown = isCurrent || previous.contains { constantTimeEqual(text.hash($0.reveal()), kept.hash) }
        guard isKnown else { return nil }
        let session = Session(
            principal: try principal(kept, in: reading), createdAt: kept.key.createdAt,
            lastSeenAt: kept.key.lastUsedAt ?? Instant(milliseconds: 0),
            expiresAt: kept.key.expiresAt ?? Instant(milliseconds: .max), tokenHash: text.fingerprint)
        return (session, !isCurrent)
    }

    private func principal(_ kept: Kept, in reading: Reading) throws -> Principal {
        let owner = try sessions.principal(kept.member, binding: nil, in: reading)
        var attributes = owner.attributes
        attributes[APIKeyStore.attribute] = String(kept.key.id)
        return Principal(
            accountID: owner.accountID, email: owner.email, name: owner.name, roles: owner.roles,
            permissions: owner.permissions.intersection(kept.key.scopes), attributes: attributes, due: owner.due)
    }

    private func keepHash(of text: APIKeyText, in transaction: Transaction) throws {
        try transaction.execute(
            "api_keys.keep_hash",
            "UPDATE api_keys SET key_hash = \(text.hash(key.reveal())) WHERE id = \(text.id)")
    }

    private func dropCached(_ accountID: Int64, in transaction: Transaction) {
        transaction.afterCommit { [families = sessions.families] in families.drop(account: accountID) }
    }
}
