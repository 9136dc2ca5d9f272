import PorticoHTTP
import PorticoSQL
import PorticoValues

/// The tokens with which programs come back: short-lived access tokens, and refresh tokens that are used once.
///
/// Everything that came from one sign-in is a family. It ends when nobody renews it for a week, after 30 days in any
/// case, when it is revoked, when a refresh token comes a second time, because then two hold it and one of them stole it,
/// and with all other sessions of its account (``SessionStore/revokeAll(of:in:)``).
public struct TokenStore: Sendable {
    /// How long tokens last.
    public let settings: TokenSettings
    let codec: AccessTokenCodec
    private let database: Database
    private let sessions: SessionStore

    init(database: Database, settings: TokenSettings, sessions: SessionStore, key: SigningKey, previous: [SigningKey]) {
        self.database = database
        self.settings = settings
        self.sessions = sessions
        codec = AccessTokenCodec(
            issuer: settings.issuer, audience: settings.audience, key: key, previous: previous)
    }

    /// Begins a family for an account that has signed in.
    /// - Parameter requestID: id of the request, for the audit of what the sign-in ends elsewhere.
    func begin(
        _ account: Account, head: RequestHead, address: String, requestID: String? = nil, at now: Instant,
        in transaction: Transaction
    ) throws -> IssuedTokens {
        let cause = AuditEntry.Cause(signingIn: account, address: address, requestID: requestID, at: now)
        try sessions.endElsewhere(account, by: cause, in: transaction)
        let family = randomBytes(16)
        try transaction.execute(
            "token_families.insert",
            """
            INSERT INTO token_families
                (id, account_id, credentials_version, created_at, last_used_at, expires_at, user_agent, address_hash)
            VALUES (\(family), \(account.id), \(account.credentialsVersion), \(now), \(now),
                \(now + settings.absolute), \(SessionStore.userAgent(of: head)), \(sessions.addressHash(address)))
            """)
        return try issue(family, account.id, end: now + settings.absolute, at: now, in: transaction)
    }

    /// Gives new tokens for a refresh token, which is then used up.
    /// - Throws: ``Problem`` 401 `invalid_token`; a token that was used before ends its family.
    func refresh(_ text: String, by context: RequestContext) async throws -> IssuedTokens {
        guard let token = SessionToken(text) else { throw BearerCredential.refusal }
        let issued = try await database.write { transaction -> IssuedTokens? in
            guard let family = try lockFamily(of: token.hash, in: transaction) else { return nil }
            guard try use(token.hash, at: context.now, in: transaction) else {
                try revoke(family.id, in: transaction)
                try audit(family, context, in: transaction)
                return nil
            }
            guard context.now < family.end(settings), try holds(family, in: transaction) else {
                try revoke(family.id, in: transaction)
                return nil
            }
            try transaction.execute(
                "token_families.note_use",
                "UPDATE token_families SET last_used_at = \(context.now) WHERE id = \(family.id)")
            transaction.afterCommit { [cache = sessions.families] in cache.forget(family.id) }
            return try issue(family.id, family.accountID, end: family.expiresAt, at: context.now, in: transaction)
        }
        guard let issued else { throw BearerCredential.refusal }
        return issued
    }

    /// The family behind a request's bearer token, as a session without a cookie; nil when the request carries none.
    /// - Throws: ``Problem`` 401 `invalid_token`; ``SQLError`` when the database can't tell.
    func session(of head: RequestHead) async throws -> Session? {
        guard let text = try BearerCredential.token(in: head) else { return nil }
        let now = sessions.clock.now()
        guard let token = codec.decode(text, at: now), let session = try await session(of: token.family, at: now),
            session.principal.accountID == token.accountID
        else { throw BearerCredential.refusal }
        return session
    }

    /// Ends a family.
    func revoke(_ family: [UInt8], in transaction: Transaction) throws {
        try transaction.execute("token_families.delete", "DELETE FROM token_families WHERE id = \(family)")
        transaction.afterCommit { [cache = sessions.families] in cache.drop(family) }
    }

    /// Ends the family of a refresh token, used or not. One that is unknown belongs to a family that has ended.
    func revoke(refreshToken text: String) async throws {
        guard let token = SessionToken(text) else { return }
        try await database.write { transaction in
            if let family = try lockFamily(of: token.hash, in: transaction) { try revoke(family.id, in: transaction) }
        }
    }

    /// Removes families that have ended.
    /// - Returns: how many were removed.
    func purge(at now: Instant) async throws -> Int {
        try await database.write { transaction in
            try transaction.execute(
                "token_families.purge",
                """
                DELETE FROM token_families WHERE expires_at <= \(now) OR last_used_at <= \(now - settings.idle)
                """)
        }
    }
}

extension TokenStore {
    /// Hashes of refresh tokens stay until their family ends, so that one that comes a second time is recognised.
    static func tables(_ dialect: Dialect) -> String {
        """
        CREATE TABLE token_families (
            id \(dialect.blob) NOT NULL PRIMARY KEY,
            account_id \(dialect.integer) NOT NULL REFERENCES accounts (id),
            credentials_version \(dialect.integer) NOT NULL,
            created_at \(dialect.integer) NOT NULL,
            last_used_at \(dialect.integer) NOT NULL,
            expires_at \(dialect.integer) NOT NULL,
            user_agent \(dialect.text) NOT NULL,
            address_hash \(dialect.blob) NOT NULL) \(dialect.strict);
        CREATE INDEX token_families_account ON token_families (account_id);
        CREATE INDEX token_families_expiry ON token_families (expires_at);
        CREATE INDEX token_families_use ON token_families (last_used_at);
        CREATE TABLE refresh_tokens (
            token_hash \(dialect.blob) NOT NULL PRIMARY KEY,
            family_id \(dialect.blob) NOT NULL REFERENCES token_families (id) ON DELETE CASCADE,
            created_at \(dialect.integer) NOT NULL,
            used_at \(dialect.integer)) \(dialect.strict);
        CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);
        """
    }

    private struct Family: Sendable {
        let id: [UInt8]
        let accountID: Int64
        let version: Int64
        let lastUsedAt: Instant
        let expiresAt: Instant

        func end(_ settings: TokenSettings) -> Instant { min(expiresAt, lastUsedAt + settings.idle) }
    }

    private func issue(
        _ family: [UInt8], _ accountID: Int64, end: Instant, at now: Instant, in transaction: Transaction
    ) throws -> IssuedTokens {
        let refresh = SessionToken()
        try transaction.execute(
            "refresh_tokens.insert",
            """
            INSERT INTO refresh_tokens (token_hash, family_id, created_at) VALUES (\(refresh.hash), \(family), \(now))
            """)
        try sessions.noteSeen(accountID, at: now, in: transaction)
        let token = AccessToken(
            accountID: accountID, family: family, issuedAt: now, expiresAt: min(now + settings.access, end))
        return IssuedTokens(
            accessToken: codec.encode(token), expiresIn: (token.expiresAt - token.issuedAt).seconds,
            refreshToken: refresh.text)
    }

    /// The family of a refresh token, kept from changing until the transaction ends. Its account comes first, as wherever
    /// both are locked.
    private func lockFamily(of tokenHash: [UInt8], in transaction: Transaction) throws -> Family? {
        _ = try transaction.first(
            "accounts.lock_of_token",
            """
            SELECT id FROM accounts WHERE id = (
                SELECT f.account_id FROM refresh_tokens r JOIN token_families f ON f.id = r.family_id
                WHERE r.token_hash = \(tokenHash))\(transaction.dialect.forUpdate)
            """
        ) { try Int64.read($0, 0) }
        return try transaction.first(
            "token_families.lock",
            """
            SELECT id, account_id, credentials_version, last_used_at, expires_at FROM token_families
            WHERE id = (SELECT family_id FROM refresh_tokens WHERE token_hash = \(tokenHash))
            \(transaction.dialect.forUpdate)
            """
        ) { row in
            Family(
                id: try row[0], accountID: try row[1], version: try row[2], lastUsedAt: try row[3],
                expiresAt: try row[4])
        }
    }

    /// Uses a refresh token up.
    /// - Returns: false when it was used before.
    private func use(_ tokenHash: [UInt8], at now: Instant, in transaction: Transaction) throws -> Bool {
        try transaction.execute(
            "refresh_tokens.use",
            "UPDATE refresh_tokens SET used_at = \(now) WHERE token_hash = \(tokenHash) AND used_at IS NULL") == 1
    }

    /// Whether the account may still sign in and has the credentials it signed in with.
    private func holds(_ family: Family, in transaction: Transaction) throws -> Bool {
        try transaction.first(
            "accounts.holds",
            """
            SELECT id FROM accounts
            WHERE id = \(family.accountID) AND is_active = 1 AND credentials_version = \(family.version)
            """
        ) { try Int64.read($0, 0) } != nil
    }

    private func audit(_ family: Family, _ context: RequestContext, in transaction: Transaction) throws {
        var entry = AuditEntry("account.refresh_reused", entity: "\(family.accountID)", at: context.now)
        entry.requestID = context.requestID
        entry.ip = context.clientAddress
        try transaction.audit(entry)
    }

    private func session(of family: [UInt8], at now: Instant) async throws -> Session? {
        let (cached, revocations) = sessions.families.find(family, at: now)
        if let cached { return now < cached.expiresAt ? cached : nil }
        let found = try await database.read { try find(family, in: $0) }
        guard let found, now < found.expiresAt else { return nil }
        sessions.families.keep(found, checkedAt: now, revocations: revocations)
        return found
    }

    private func find(_ family: [UInt8], in reading: Reading) throws -> Session? {
        let found = try reading.first(
            "token_families.find",
            """
            SELECT f.account_id, a.email, a.name, a.role, a.has_second_factor, f.created_at, a.last_seen_at,
                f.last_used_at, f.expires_at, \(SessionStore.passwordSetAt)
            FROM token_families f JOIN accounts a ON a.id = f.account_id
            WHERE f.id = \(family) AND a.is_active = 1 AND a.credentials_version = f.credentials_version
            """
        ) { row in
            let member = SessionStore.Member(
                id: try row[0], email: try row[1], name: try row[2], role: try row[3], hasSecondFactor: try row[4],
                passwordSetAt: try row[9])
            let createdAt: Instant = try row[5]
            let lastSeenAt: Instant? = try row[6]
            let (lastUsedAt, expiresAt): (Instant, Instant) = (try row[7], try row[8])
            return (member, createdAt, lastSeenAt ?? createdAt, min(expiresAt, lastUsedAt + settings.idle))
        }
        guard let (member, createdAt, lastSeenAt, expiresAt) = found else { return nil }
        return Session(
            principal: try sessions.principal(member, binding: nil, in: reading), createdAt: createdAt,
            lastSeenAt: lastSeenAt, expiresAt: expiresAt, tokenHash: family, dues: sessions.dues(of: member))
    }
}
