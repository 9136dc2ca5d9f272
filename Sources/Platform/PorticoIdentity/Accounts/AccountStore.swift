import PorticoSQL
import PorticoValues

/// The accounts of one application.
///
/// Everything works in the caller's transaction, so that the application changes its own rows about the person, and
/// writes the audit row, together with the account.
public struct AccountStore: Sendable {
    /// A condition on the table `accounts`, called `a`, that leaves out people who were erased.
    public static var isKnown: SQL { AccountErasure.isKnown }

    private let sessions: SessionStore
    private let passwords: PasswordRules

    /// Accounts whose sessions are in `sessions`.
    /// - Parameter passwords: says how many former ones are kept.
    public init(sessions: SessionStore, passwords: PasswordRules = PasswordRules()) {
        self.sessions = sessions
        self.passwords = passwords
    }

    /// Makes an account, active at once.
    /// - Parameter passwordHash: a ``PasswordHasher``'s hash; nil for an account that can't sign in yet. Many accounts
    ///   of a demonstration may share one.
    /// - Throws: ``AccountRefusal`` when the address is taken.
    public func create(
        _ account: NewAccount, passwordHash: String?, at now: Instant, in transaction: Transaction
    ) throws -> Account {
        let passwordSetAt = passwordHash.map { _ in now }
        let made = try transaction.first(
            "accounts.insert",
            """
            INSERT INTO accounts (email, email_key, name, role, password_hash, created_at, password_set_at)
            VALUES (\(account.email.text), \(account.email.key), \(account.name), \(account.role), \(passwordHash),
                \(now), \(passwordSetAt))
            ON CONFLICT (email_key) DO NOTHING
            RETURNING \(Account.columns)
            """
        ) { try Account($0) }
        guard let made else { throw AccountRefusal.emailTaken }
        return made
    }

    /// The account with an id, or nil.
    public func account(id: Int64, in session: some SQLSession) throws -> Account? {
        try session.first("accounts.by_id", "SELECT \(Account.columns) FROM accounts WHERE id = \(id)") {
            try Account($0)
        }
    }

    /// The account with an address, whatever its case, or nil.
    public func account(email: String, in session: some SQLSession) throws -> Account? {
        try session.first(
            "accounts.by_email",
            "SELECT \(Account.columns) FROM accounts WHERE email_key = \(EmailAddress.key(of: email))"
        ) { try Account($0) }
    }

    /// Accounts in the order of their ids.
    /// - Parameters:
    ///   - after: id of the last account of the page before; nil for the first page.
    ///   - isActive: only accounts that are active, or that are not; nil for all.
    public func accounts(
        after: Int64? = nil, isActive: Bool? = nil, limit: Int, in session: some SQLSession
    ) throws -> Page<Account> {
        let filter: SQL = isActive.map { " AND is_active = \($0)" } ?? ""
        let fetched = try session.all(
            "accounts.list",
            """
            SELECT \(Account.columns) FROM accounts WHERE id > \(after ?? 0)\(filter)
            ORDER BY id LIMIT \(limit + 1)
            """
        ) { try Account($0) }
        return Page(fetched: fetched, limit: limit) { [String($0.id)] }
    }

    /// Ids of the active accounts with a role, kept from changing until the transaction ends: of two transactions that
    /// each take one of the last two away, the second sees what the first did.
    public func lockActive(role: String, in transaction: Transaction) throws -> [Int64] {
        try transaction.all(
            "accounts.lock_role",
            """
            SELECT id FROM accounts WHERE role = \(role) AND is_active = 1
            ORDER BY id\(transaction.dialect.forUpdate)
            """
        ) { try $0[0] }
    }

    /// Changes an account. Another password, another role and deactivation end all its sessions and tokens. The hash of
    /// the password before is kept as long as it counts.
    /// - Parameter current: the session that asks for it and goes on.
    /// - Returns: the account before and after; nil when there is none with this id.
    public func change(
        id: Int64, _ change: AccountChange, keeping current: Session? = nil, in transaction: Transaction
    ) throws -> (before: Account, after: Account)? {
        guard let before = try lock(id, in: transaction) else { return nil }
        if change.passwordHash != nil { try FormerPasswords.keep(of: id, passwords, in: transaction) }
        let passwordSetAt = change.passwordHash.map { _ in sessions.clock.now() }
        let endsSessions = change.endsSessions(of: before)
        let after = try transaction.first(
            "accounts.update",
            """
            UPDATE accounts SET name = \(change.name ?? before.name), role = \(change.role ?? before.role),
                is_active = \(change.isActive ?? before.isActive),
                password_hash = coalesce(\(change.passwordHash), password_hash),
                password_set_at = coalesce(\(passwordSetAt), password_set_at),
                credentials_version = \(before.credentialsVersion + (endsSessions ? 1 : 0))
            WHERE id = \(id) RETURNING \(Account.columns)
            """
        ) { try Account($0) }
        guard let after else { return nil }
        if endsSessions { try sessions.revokeAll(of: id, keeping: current, in: transaction) }
        return (before, after)
    }

    /// Ends everything the account is signed in with, because something the application keeps about it has changed. A
    /// sign-in under way does not get through either.
    /// - Parameter current: the session that asks for it and goes on.
    public func endSessions(of id: Int64, keeping current: Session? = nil, in transaction: Transaction) throws {
        try transaction.execute(
            "accounts.bump_credentials",
            "UPDATE accounts SET credentials_version = credentials_version + 1 WHERE id = \(id)")
        try sessions.revokeAll(of: id, keeping: current, in: transaction)
    }

    /// Ends everything that anybody is signed in with, for instance because somebody has got hold of what lets people in.
    /// Sign-ins under way do not get through either; keys of machines go on.
    public func endAllSessions(in transaction: Transaction) throws {
        // In the order of all who lock several.
        try transaction.execute(
            "accounts.lock_all", "SELECT id FROM accounts ORDER BY id\(transaction.dialect.forUpdate)")
        try transaction.execute(
            "accounts.bump_all_credentials", "UPDATE accounts SET credentials_version = credentials_version + 1")
        try sessions.revokeEverything(in: transaction)
    }

    /// The account, kept from changing until the transaction ends.
    public func lock(_ id: Int64, in transaction: Transaction) throws -> Account? {
        try transaction.first(
            "accounts.lock",
            "SELECT \(Account.columns) FROM accounts WHERE id = \(id)\(transaction.dialect.forUpdate)"
        ) { try Account($0) }
    }
}
