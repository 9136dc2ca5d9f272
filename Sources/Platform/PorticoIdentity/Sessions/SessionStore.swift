import PorticoHTTP
import PorticoSQL
import PorticoValues

/// The sessions of one application: rows in its database, with the last second's lookups in memory.
public struct SessionStore: Sendable {
    /// Loads what the application keeps about an account, such as the area it works in.
    public typealias Attributes =
        @Sendable (_ accountID: Int64, _ session: any SQLSession) throws -> [String: String]

    /// How long sessions last and how their cookie looks.
    public let settings: SessionSettings
    let clock: Clock
    private let database: Database
    private let roles: RoleCatalog
    private let attributes: Attributes
    private let addressKey: Secret<[UInt8]>
    private let passwordLife: Span?
    let cache = SessionCache()
    /// The same for families of tokens, by their ids.
    let families = SessionCache()

    /// Sessions in a database.
    /// - Parameters:
    ///   - addressKey: with it the client's address is hashed before it is kept.
    ///   - passwordLife: how old a password may be; nil for any age.
    public init(
        database: Database, clock: Clock, settings: SessionSettings, roles: RoleCatalog, addressKey: [UInt8],
        passwordLife: Span? = nil, attributes: @escaping Attributes = { _, _ in [:] }
    ) {
        self.passwordLife = passwordLife
        self.database = database
        self.clock = clock
        self.settings = settings
        self.roles = roles
        self.attributes = attributes
        self.addressKey = Secret(addressKey)
    }

    /// The session a request carries, or nil when it carries none that is valid.
    /// - Throws: ``SQLError`` when the database can't tell.
    public func session(of head: RequestHead) async throws -> Session? {
        guard let token = settings.token(in: head) else { return nil }
        let now = clock.now()
        let (cached, revocations) = cache.find(token.hash, at: now)
        if let cached { return cached.isValid(at: now, settings) ? cached : nil }
        let found = try await database.read { try find(token.hash, in: $0) }
        guard let found, found.isValid(at: now, settings) else { return nil }
        cache.keep(found, checkedAt: now, revocations: revocations)
        return found
    }

    /// Begins a session of an account. From now on the account knows the browser.
    /// - Parameters:
    ///   - head: the request that signed in. The session it carries, if any, ends: the id changes at every sign-in.
    ///   - address: the client's, of which a keyed hash is kept.
    ///   - requestID: id of the request, for the audit of what the sign-in ends elsewhere.
    ///   - isKept: whether its owner wants to stay signed in; nothing else where that is not offered.
    public func begin(
        _ account: Account, head: RequestHead, address: String, requestID: String? = nil, isKept: Bool = false,
        at now: Instant, in transaction: Transaction
    ) throws -> NewSession {
        if let old = settings.token(in: head) { try revoke(old.hash, in: transaction) }
        let cause = AuditEntry.Cause(signingIn: account, address: address, requestID: requestID, at: now)
        try endElsewhere(account, by: cause, in: transaction)
        let token = SessionToken()
        let isKept = isKept && settings.offersKept
        let end = now + settings.life(isKept: isKept)
        try transaction.execute(
            "sessions.insert",
            """
            INSERT INTO sessions
                (token_hash, account_id, created_at, last_seen_at, expires_at, user_agent, address_hash, is_kept)
            VALUES (\(token.hash), \(account.id), \(now), \(now), \(end), \(SessionStore.userAgent(of: head)),
                \(addressHash(address)), \(isKept))
            """)
        try noteSeen(account.id, at: now, in: transaction)
        let browser = settings.browser(in: head) ?? SessionToken()
        try KnownBrowsers.note(browser, of: account.id, at: now, in: transaction)
        let member = Member(account)
        let session = Session(
            principal: try principal(member, binding: token.hash, in: transaction),
            createdAt: now, lastSeenAt: now, expiresAt: end, isKept: isKept, tokenHash: token.hash,
            dues: dues(of: member))
        return NewSession(
            session: session, endsAt: session.end(settings), cookie: settings.cookie(for: token, isKept: isKept),
            browserCookie: settings.cookie(forBrowser: browser))
    }

    /// Ends a session.
    public func revoke(_ session: Session, in transaction: Transaction) throws {
        try revoke(session.tokenHash, in: transaction)
    }

    /// Ends one of an account's sessions by the id it is listed with.
    /// - Returns: whether the account had it.
    public func revoke(id: String, of accountID: Int64, in transaction: Transaction) throws -> Bool {
        let listed = try transaction.all(
            "sessions.hashes", "SELECT token_hash FROM sessions WHERE account_id = \(accountID)"
        ) { try [UInt8].read($0, 0) }
        guard let hash = listed.first(where: { $0.hexadecimal == id }) else { return false }
        try revoke(hash, in: transaction)
        return true
    }

    /// Ends all sessions of an account, and all tokens it was given.
    /// - Parameter current: one that goes on.
    public func revokeAll(of accountID: Int64, keeping current: Session? = nil, in transaction: Transaction) throws {
        let kept = current?.tokenHash ?? []
        try transaction.execute(
            "sessions.delete_all", "DELETE FROM sessions WHERE account_id = \(accountID) AND token_hash <> \(kept)")
        try transaction.execute(
            "token_families.delete_all", "DELETE FROM token_families WHERE account_id = \(accountID) AND id <> \(kept)")
        if let current, !current.isCookie {
            try transaction.execute(
                "token_families.keep",
                """
                UPDATE token_families
                SET credentials_version = (SELECT credentials_version FROM accounts WHERE id = \(accountID))
                WHERE id = \(kept)
                """)
        }
        transaction.afterCommit { [cache, families] in
            cache.drop(account: accountID)
            families.drop(account: accountID)
        }
    }

    /// Ends all sessions of everybody, and all tokens.
    func revokeEverything(in transaction: Transaction) throws {
        try transaction.execute("sessions.delete_everything", "DELETE FROM sessions")
        try transaction.execute("token_families.delete_everything", "DELETE FROM token_families")
        transaction.afterCommit { [cache, families] in
            cache.dropAll()
            families.dropAll()
        }
    }

    /// The valid sessions of an account, the last used first.
    public func sessions(of accountID: Int64, at now: Instant, in session: some SQLSession) throws -> [SessionListing] {
        try session.all(
            "sessions.list",
            """
            SELECT token_hash, created_at, last_seen_at, expires_at, user_agent, is_kept FROM sessions
            WHERE account_id = \(accountID) AND \(settings.isValid(at: now))
            ORDER BY last_seen_at DESC, token_hash
            """
        ) { try SessionListing($0) }
    }

    /// Removes sessions that have reached their absolute end.
    /// - Returns: how many were removed.
    public func purge(at now: Instant) async throws -> Int {
        try await database.write { transaction in
            try transaction.execute("sessions.purge", "DELETE FROM sessions WHERE expires_at <= \(now)")
        }
    }
}

extension SessionStore {
    /// How often the last request of a session is noted.
    static let noteInterval = Span.minutes(1)

    /// Notes that a session is in use, for its idle expiry. Two nodes that note at once note the same.
    ///
    /// The account comes first, as wherever both are locked.
    func noteUse(of session: Session, at now: Instant) async throws {
        try await database.write { transaction in
            try noteSeen(session.principal.accountID, at: now, in: transaction)
            if session.isCookie {
                try transaction.execute(
                    "sessions.note_use",
                    """
                    UPDATE sessions SET last_seen_at = \(now)
                    WHERE token_hash = \(session.tokenHash) AND last_seen_at < \(now)
                    """)
            }
        }
        if session.isCookie { cache.forget(session.tokenHash) } else { families.forget(session.tokenHash) }
    }

    /// What a client calls itself, cut to what is kept.
    static func userAgent(of head: RequestHead) -> String {
        String((head.headers["user-agent"] ?? "").prefix(200))
    }

    func addressHash(_ address: String) -> [UInt8] {
        Digest.hmacSHA256(Array(address.utf8), key: addressKey.reveal())
    }

    func noteSeen(_ accountID: Int64, at now: Instant, in transaction: Transaction) throws {
        try transaction.execute(
            "accounts.note_seen", "UPDATE accounts SET last_seen_at = \(now) WHERE id = \(accountID)")
    }

    private func revoke(_ tokenHash: [UInt8], in transaction: Transaction) throws {
        try transaction.execute("sessions.delete", "DELETE FROM sessions WHERE token_hash = \(tokenHash)")
        transaction.afterCommit { [cache] in cache.drop(tokenHash) }
    }

    private func find(_ tokenHash: [UInt8], in reading: Reading) throws -> Session? {
        try reading.first(
            "sessions.find",
            """
            SELECT s.account_id, a.email, a.name, a.role, a.has_second_factor, s.created_at, s.last_seen_at,
                s.expires_at, s.is_kept, \(SessionStore.passwordSetAt)
            FROM sessions s JOIN accounts a ON a.id = s.account_id
            WHERE s.token_hash = \(tokenHash) AND a.is_active = 1
            """
        ) { row in
            Found(
                member: Member(
                    id: try row[0], email: try row[1], name: try row[2], role: try row[3],
                    hasSecondFactor: try row[4], passwordSetAt: try row[9]),
                createdAt: try row[5], lastSeenAt: try row[6], expiresAt: try row[7], isKept: try row[8])
        }.map { found in
            Session(
                principal: try principal(found.member, binding: tokenHash, in: reading),
                createdAt: found.createdAt, lastSeenAt: found.lastSeenAt, expiresAt: found.expiresAt,
                isKept: found.isKept, tokenHash: tokenHash, dues: dues(of: found.member))
        }
    }

    /// What is due before the role of a member allows anything.
    func dues(of member: Member) -> SessionDues {
        let isOld = passwordLife.flatMap { life in member.passwordSetAt.map { clock.now() - $0 >= life } }
        return SessionDues(
            secondFactor: roles.requiresSecondFactor(member.role) && !member.hasSecondFactor, password: isOld ?? false)
    }

    /// The principal of an account. The role allows nothing while something is due.
    /// - Parameter binding: what its form tokens are bound to; nil where no cookie is in play.
    func principal(_ member: Member, binding: [UInt8]?, in session: any SQLSession) throws -> Principal {
        let due = dues(of: member).sentence
        return Principal(
            accountID: member.id, email: member.email, name: member.name, roles: [member.role],
            permissions: due == nil ? roles.permissions(of: member.role) : [],
            attributes: try attributes(member.id, session), csrfBinding: binding?.hexadecimal, due: due)
    }

    /// What a principal is made from.
    struct Member: Sendable {
        let id: Int64
        let email: String
        let name: String
        let role: String
        let hasSecondFactor: Bool
        /// Nil where the age of the password does not matter.
        var passwordSetAt: Instant?
    }

    private struct Found {
        let member: Member
        let createdAt: Instant
        let lastSeenAt: Instant
        let expiresAt: Instant
        let isKept: Bool
    }
}

extension SessionStore.Member {
    init(_ account: Account) {
        self.init(
            id: account.id, email: account.email, name: account.name, role: account.role,
            hasSecondFactor: account.hasSecondFactor, passwordSetAt: account.passwordSetAt)
    }
}
