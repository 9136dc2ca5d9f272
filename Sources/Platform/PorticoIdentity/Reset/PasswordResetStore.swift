import PorticoHTTP
import PorticoSQL
import PorticoValues

/// New passwords for people who have lost theirs: a link by mail, good once and for an hour.
///
/// An address nobody has an account under causes the same statements as a known one, its mail among them, which is taken
/// back before the commit: the time of the answer does not tell them apart. Addresses are kept as keyed hashes, tokens as
/// hashes.
public struct PasswordResetStore: Sendable {
    /// How long a link is good.
    public let life: Span
    private let accounts: AccountStore
    private let lockout: Lockout
    private let letters: AccountLetters
    private let allowance: MailAllowance

    init(
        accounts: AccountStore, lockout: Lockout, letters: AccountLetters, keys: SecretKeys,
        life: Span = .hours(1), limit: MailLimit = MailLimit()
    ) {
        self.accounts = accounts
        self.lockout = lockout
        self.letters = letters
        self.life = life
        allowance = MailAllowance("reset", limit: limit, key: keys.key(for: "mail-allowances"))
    }

    /// Whom a link lets choose a password.
    struct Holder: Sendable, Hashable {
        let accountID: Int64
        let email: String
    }

    /// Sends a link to the owner of an address, if there is one who may sign in; the link before is worth nothing then.
    /// Says nothing of whether it did.
    func request(_ email: String, by cause: AuditEntry.Cause, in transaction: Transaction) throws {
        // No text with a NUL byte can be an address; databases refuse to look for it.
        let address = email.utf8.contains(0) ? "" : EmailAddress.key(of: email)
        guard try allowance.take(address, at: cause.at, in: transaction) == nil else { return }
        let account = try transaction.first(
            "accounts.by_email_with_password",
            """
            SELECT \(Account.columns) FROM accounts
            WHERE email_key = \(address) AND is_active = 1 AND password_hash IS NOT NULL
            """
        ) { try Account($0) }
        let token = SessionToken()
        try keep(token, subject: allowance.hash(address), account, at: cause.at, in: transaction)
        try send(token, to: account, in: transaction)
        let action = account == nil ? "address.password_reset_requested" : "account.password_reset_requested"
        try transaction.audit(cause.entry(action, entity: account.map { String($0.id) }))
    }

    /// Whose link this is; nil when it is used up, too old or none of ours.
    func holder(of token: SessionToken, at now: Instant, in session: some SQLSession) throws -> Holder? {
        try session.first(
            "password_resets.holder",
            """
            SELECT a.id, a.email FROM password_resets r JOIN accounts a ON a.id = r.account_id
            WHERE r.token_hash = \(token.hash) AND r.expires_at > \(now) AND a.is_active = 1
                AND a.credentials_version = r.credentials_version
            """
        ) { Holder(accountID: try $0[0], email: try $0[1]) }
    }

    /// Uses a link up: gives the account another password, ends all its sessions and tokens, and tells its owner.
    /// - Parameter browser: the one it was used in, which the account knows from now on.
    /// - Returns: false when the link no longer holds; then nothing was changed.
    func confirm(
        _ token: SessionToken, passwordHash: String, in browser: SessionToken, by cause: AuditEntry.Cause,
        in transaction: Transaction
    ) throws -> Bool {
        guard let account = try lockAccount(of: token, in: transaction),
            try use(token, of: account, at: cause.at, in: transaction)
        else { return false }
        _ = try accounts.change(id: account.id, AccountChange(passwordHash: passwordHash), in: transaction)
        try lockout.forgive(email: account.email, in: transaction)
        try lockout.forgive(browser: browser, accountID: account.id, in: transaction)
        try KnownBrowsers.note(browser, of: account.id, at: cause.at, in: transaction)
        try letters.send(letters.passwordChanged(to: account.email), in: transaction)
        try transaction.audit(cause.entry("account.password_reset", entity: String(account.id), by: account.id))
        return true
    }
}

extension PasswordResetStore {
    static func table(_ dialect: Dialect) -> String {
        """
        CREATE TABLE password_resets (
            subject \(dialect.blob) NOT NULL PRIMARY KEY,
            account_id \(dialect.integer) REFERENCES accounts (id),
            credentials_version \(dialect.integer) NOT NULL,
            token_hash \(dialect.blob) NOT NULL UNIQUE,
            expires_at \(dialect.integer) NOT NULL) \(dialect.strict);
        CREATE INDEX password_resets_account ON password_resets (account_id);
        CREATE INDEX password_resets_expiry ON password_resets (expires_at);
        """
    }

    private func keep(
        _ token: SessionToken, subject: [UInt8], _ account: Account?, at now: Instant, in transaction: Transaction
    ) throws {
        try transaction.execute(
            "password_resets.keep",
            """
            INSERT INTO password_resets (subject, account_id, credentials_version, token_hash, expires_at)
            VALUES (\(subject), \(account?.id), \(account?.credentialsVersion ?? 0), \(token.hash), \(now + life))
            ON CONFLICT (subject) DO UPDATE SET account_id = excluded.account_id,
                credentials_version = excluded.credentials_version, token_hash = excluded.token_hash,
                expires_at = excluded.expires_at
            """)
    }

    /// Writes the mail; without an account it is taken back, and the link in it leads nowhere.
    private func send(_ token: SessionToken, to account: Account?, in transaction: Transaction) throws {
        let letter = letters.resetLink(token, to: account?.email ?? AccountLetters.nobody, lasting: life)
        try letters.send(letter, toSomebody: account != nil, in: transaction)
    }

    /// The account behind a link, kept from changing until the transaction ends. It comes before its other rows, as
    /// wherever both are locked.
    private func lockAccount(of token: SessionToken, in transaction: Transaction) throws -> Account? {
        try transaction.first(
            "accounts.lock_of_reset",
            """
            SELECT \(Account.columns) FROM accounts
            WHERE is_active = 1 AND id = (SELECT account_id FROM password_resets WHERE token_hash = \(token.hash))
            \(transaction.dialect.forUpdate)
            """
        ) { try Account($0) }
    }

    private func use(
        _ token: SessionToken, of account: Account, at now: Instant, in transaction: Transaction
    ) throws -> Bool {
        try transaction.execute(
            "password_resets.use",
            """
            DELETE FROM password_resets
            WHERE token_hash = \(token.hash) AND account_id = \(account.id) AND expires_at > \(now)
                AND credentials_version = \(account.credentialsVersion)
            """) == 1
    }
}
