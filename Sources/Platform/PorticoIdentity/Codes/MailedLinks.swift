import PorticoSQL
import PorticoValues

/// Links that people are mailed, of one purpose: each is good once, for a while, and only as long as what its account
/// signs in with is what it was.
///
/// Tokens are kept as hashes. There is one link at a time for whoever asked (``keep(_:for:of:value:at:in:)``), whether
/// or not there is an account: the statements are the same.
struct MailedLinks: Sendable {
    /// What a link is for. The words are in the database.
    enum Purpose: String, Sendable, CaseIterable {
        /// Choosing a new password.
        case passwordReset = "password_reset"
        /// Signing in without the password.
        case signIn = "sign_in"
        /// Another address to sign in with.
        case address = "address"
    }

    /// Whom a link was made for.
    struct Holder: Sendable, Hashable {
        let accountID: Int64
        let email: String
        let role: String
        let hasSecondFactor: Bool
        let credentialsVersion: Int64
        /// What goes with the link, such as the address that is to be.
        let value: String?
    }

    let purpose: Purpose
    /// How long a link is good.
    let life: Span

    /// Keeps a link; the one before for the same `subject` is worth nothing then.
    /// - Parameters:
    ///   - subject: a keyed hash of whoever asked (``MailAllowance/hash(_:)``).
    ///   - account: nil for a link that leads nowhere.
    func keep(
        _ token: SessionToken, for subject: [UInt8], of account: Account?, value: String? = nil, at now: Instant,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            "mailed_links.keep",
            """
            INSERT INTO mailed_links
                (purpose, subject, account_id, credentials_version, token_hash, value, expires_at)
            VALUES (\(purpose.rawValue), \(subject), \(account?.id), \(account?.credentialsVersion ?? 0),
                \(token.hash), \(value), \(now + life))
            ON CONFLICT (purpose, subject) DO UPDATE SET account_id = excluded.account_id,
                credentials_version = excluded.credentials_version, token_hash = excluded.token_hash,
                value = excluded.value, expires_at = excluded.expires_at
            """)
    }

    /// Whose link this is; nil when it is used up, too old or none of ours.
    func holder(of token: SessionToken, at now: Instant, in session: some SQLSession) throws -> Holder? {
        try session.first(
            "mailed_links.holder",
            """
            SELECT a.id, a.email, a.role, a.has_second_factor, a.credentials_version, l.value
            FROM mailed_links l JOIN accounts a ON a.id = l.account_id
            WHERE l.token_hash = \(token.hash) AND l.purpose = \(purpose.rawValue) AND l.expires_at > \(now)
                AND a.is_active = 1 AND a.credentials_version = l.credentials_version
            """
        ) {
            Holder(
                accountID: try $0[0], email: try $0[1], role: try $0[2], hasSecondFactor: try $0[3],
                credentialsVersion: try $0[4], value: try $0[5])
        }
    }

    /// Uses a link up.
    /// - Returns: its account, kept from changing until the transaction ends, and what went with it; nil when the link no
    ///   longer holds, and then nothing was changed.
    func use(
        _ token: SessionToken, at now: Instant, in transaction: Transaction
    ) throws -> (account: Account, value: String?)? {
        guard let account = try lockAccount(of: token, in: transaction) else { return nil }
        let used = try transaction.first(
            "mailed_links.use",
            """
            DELETE FROM mailed_links
            WHERE token_hash = \(token.hash) AND purpose = \(purpose.rawValue) AND account_id = \(account.id)
                AND expires_at > \(now) AND credentials_version = \(account.credentialsVersion)
            RETURNING account_id, value
            """
        ) { try String?.read($0, 1) }
        return used.map { (account, $0) }
    }

    /// The account behind a link. It comes before its other rows, as wherever both are locked.
    private func lockAccount(of token: SessionToken, in transaction: Transaction) throws -> Account? {
        try transaction.first(
            "accounts.lock_of_link",
            """
            SELECT \(Account.columns) FROM accounts
            WHERE is_active = 1 AND id = (
                SELECT account_id FROM mailed_links
                WHERE token_hash = \(token.hash) AND purpose = \(purpose.rawValue))
            \(transaction.dialect.forUpdate)
            """
        ) { try Account($0) }
    }
}

extension MailedLinks {
    /// The table of all purposes. Links to new passwords, which had one of their own, move over.
    static func table(_ dialect: Dialect) -> String {
        """
        CREATE TABLE mailed_links (
            purpose \(dialect.text) NOT NULL,
            subject \(dialect.blob) NOT NULL,
            account_id \(dialect.integer) REFERENCES accounts (id),
            credentials_version \(dialect.integer) NOT NULL,
            token_hash \(dialect.blob) NOT NULL UNIQUE,
            value \(dialect.text),
            expires_at \(dialect.integer) NOT NULL,
            PRIMARY KEY (purpose, subject)) \(dialect.strict);
        CREATE INDEX mailed_links_account ON mailed_links (account_id);
        CREATE INDEX mailed_links_expiry ON mailed_links (expires_at);
        INSERT INTO mailed_links (purpose, subject, account_id, credentials_version, token_hash, expires_at)
            SELECT 'password_reset', subject, account_id, credentials_version, token_hash, expires_at
            FROM password_resets;
        DROP TABLE password_resets;
        """
    }
}
