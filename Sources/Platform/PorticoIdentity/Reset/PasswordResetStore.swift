import PorticoHTTP
import PorticoSQL
import PorticoValues

/// New passwords for people who have lost theirs: a link by mail, good once and for an hour (``AddressedLinks``).
public struct PasswordResetStore: Sendable {
    private let accounts: AccountStore
    private let lockout: Lockout
    private let letters: AccountLetters
    private let addressed: AddressedLinks

    /// How long a link is good.
    public var life: Span { addressed.links.life }

    init(
        accounts: AccountStore, lockout: Lockout, letters: AccountLetters, keys: SecretKeys,
        life: Span = .hours(1), limit: MailLimit = MailLimit()
    ) {
        self.accounts = accounts
        self.lockout = lockout
        self.letters = letters
        addressed = AddressedLinks(
            MailedLinks(purpose: .passwordReset, life: life), letters: letters, keys: keys, kind: "reset", limit: limit)
    }

    /// Sends a link to the owner of an address, if there is one who may sign in; the link before is worth nothing then.
    /// Says nothing of whether it did.
    func request(_ email: String, by cause: AuditEntry.Cause, in transaction: Transaction) throws {
        try addressed.request(email, as: "password_reset_requested", by: cause, in: transaction) { [letters, life] in
            letters.resetLink($0, to: $1?.email ?? AccountLetters.nobody, lasting: life)
        }
    }

    /// Whose link this is; nil when it is used up, too old or none of ours.
    func holder(
        of token: SessionToken, at now: Instant, in session: some SQLSession
    ) throws -> MailedLinks.Holder? {
        try addressed.links.holder(of: token, at: now, in: session)
    }

    /// Uses a link up: gives the account another password, ends all its sessions and tokens, and tells its owner.
    /// - Parameter browser: the one it was used in, which the account knows from now on.
    /// - Returns: false when the link no longer holds; then nothing was changed.
    func confirm(
        _ token: SessionToken, passwordHash: String, in browser: SessionToken, by cause: AuditEntry.Cause,
        in transaction: Transaction
    ) throws -> Bool {
        guard let account = try addressed.links.use(token, at: cause.at, in: transaction)?.account else { return false }
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
    /// The table of the links before they shared one with others (``MailedLinks``).
    static func firstTable(_ dialect: Dialect) -> String {
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
}
