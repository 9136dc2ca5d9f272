import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoValues

/// The invitations of one application.
///
/// Like ``AccountStore`` it works in the caller's transactions, so that the application writes its own rows about the
/// person together with the account. An invited account is inactive and has no password until its owner accepts.
public struct InvitationStore: Sendable {
    /// How long a link is good.
    public let life: Span
    let accounts: AccountStore
    private let erasure: AccountErasure
    private let letters: AccountLetters
    private let allowance: MailAllowance

    init(
        accounts: AccountStore, erasure: AccountErasure, letters: AccountLetters, keys: SecretKeys,
        life: Span = .days(7), limit: MailLimit = MailLimit()
    ) {
        self.accounts = accounts
        self.erasure = erasure
        self.letters = letters
        self.life = life
        allowance = MailAllowance("invitation", limit: limit, key: keys.key(for: "mail-allowances"))
    }

    /// Makes an account that waits for its owner, and sends the link.
    /// - Parameter isActive: whether others see the person as active meanwhile. Nobody signs in without a password.
    /// - Throws: ``AccountRefusal`` when the address is taken; ``SQLError``.
    public func invite(
        _ new: NewAccount, isActive: Bool = false, by cause: AuditEntry.Cause, in transaction: Transaction
    ) throws -> Invitation {
        let made = try accounts.create(new, passwordHash: nil, at: cause.at, in: transaction)
        if !isActive { _ = try accounts.change(id: made.id, AccountChange(isActive: false), in: transaction) }
        _ = try allowance.take(String(made.id), at: cause.at, in: transaction)
        let token = SessionToken()
        try transaction.execute(
            "invitations.insert",
            """
            INSERT INTO invitations (account_id, token_hash, invited_by, created_at, sent_at, expires_at)
            VALUES (\(made.id), \(token.hash), \(cause.actorID), \(cause.at), \(cause.at), \(cause.at + life))
            """)
        let letter = letters.invitation(token, to: made.email, name: made.name, lasting: life)
        try letters.send(letter, in: transaction)
        let invitation = Invitation(
            made, invitedBy: cause.actorID, sentAt: cause.at, expiresAt: cause.at + life)
        try transaction.audit(
            cause.entry("invitation.created", entity: String(made.id), after: invitation.audited))
        return invitation
    }

    /// Sends another link; the one before is worth nothing then.
    /// - Returns: nil when nothing is pending under this id.
    /// - Throws: ``Problem`` 429 `too_many_mails`; ``SQLError``.
    public func resend(
        id: Int64, by cause: AuditEntry.Cause, in transaction: Transaction
    ) throws -> Invitation? {
        guard try accounts.lock(id, in: transaction) != nil,
            try invitation(id: id, in: transaction) != nil
        else { return nil }
        if let wait = try allowance.take(String(id), at: cause.at, in: transaction) {
            throw InvitationStore.tooManyMails(wait)
        }
        let token = SessionToken()
        try transaction.execute(
            "invitations.renew",
            """
            UPDATE invitations SET token_hash = \(token.hash), sent_at = \(cause.at), expires_at = \(cause.at + life)
            WHERE account_id = \(id)
            """)
        guard let renewed = try invitation(id: id, in: transaction) else { return nil }
        let letter = letters.invitation(token, to: renewed.email, name: renewed.name, lasting: life)
        try letters.send(letter, in: transaction)
        try transaction.audit(cause.entry("invitation.resent", entity: String(id)))
        return renewed
    }

    /// Takes an invitation back. The account stays as an erased one, so that its id is never used again; its address is
    /// free.
    /// - Returns: what was withdrawn; nil when nothing is pending under this id.
    /// - Throws: ``SQLError``.
    public func withdraw(
        id: Int64, by cause: AuditEntry.Cause, in transaction: Transaction
    ) throws -> Invitation? {
        guard let account = try accounts.lock(id, in: transaction),
            let invitation = try invitation(id: id, in: transaction)
        else { return nil }
        try transaction.audit(
            cause.entry("invitation.withdrawn", entity: String(id), before: invitation.audited))
        _ = try erasure.erase(account, in: transaction)
        return invitation
    }

    /// Lets the owner of a link in: gives the account a name and a password and makes it active.
    /// - Returns: the account; nil when the link no longer holds, and then nothing was changed.
    func accept(
        _ token: SessionToken, name: String, passwordHash: String, by cause: AuditEntry.Cause,
        in transaction: Transaction
    ) throws -> Account? {
        guard let waiting = try lockAccount(of: token, in: transaction),
            try use(token, of: waiting.id, at: cause.at, in: transaction)
        else { return nil }
        let change = AccountChange(name: name, passwordHash: passwordHash, isActive: true)
        guard let after = try accounts.change(id: waiting.id, change, in: transaction)?.after else { return nil }
        try transaction.audit(
            cause.entry(
                "invitation.accepted", entity: String(after.id), before: ["name": .string(waiting.name)],
                after: ["name": .string(name)], by: after.id))
        return after
    }

    /// What is answered when somebody was sent enough links.
    private static func tooManyMails(_ wait: Span) -> Problem {
        Problem(
            429, "too_many_mails", "This person was sent several links already. Wait a while before the next one.",
            headers: ["retry-after": "\(max(1, (wait.milliseconds + 999) / 1000))"])
    }
}

extension InvitationStore {
    static func table(_ dialect: Dialect) -> String {
        """
        CREATE TABLE invitations (
            account_id \(dialect.integer) NOT NULL PRIMARY KEY REFERENCES accounts (id),
            token_hash \(dialect.blob) NOT NULL UNIQUE,
            invited_by \(dialect.integer) REFERENCES accounts (id),
            created_at \(dialect.integer) NOT NULL,
            sent_at \(dialect.integer) NOT NULL,
            expires_at \(dialect.integer) NOT NULL) \(dialect.strict);
        CREATE INDEX invitations_inviter ON invitations (invited_by);
        CREATE INDEX invitations_expiry ON invitations (expires_at);
        """
    }

    /// The pending invitation of an account, or nil.
    /// - Throws: ``SQLError``.
    public func invitation(id: Int64, in session: some SQLSession) throws -> Invitation? {
        try session.first(
            "invitations.by_id",
            """
            SELECT \(Invitation.columns) FROM invitations i JOIN accounts a ON a.id = i.account_id
            WHERE i.account_id = \(id)
            """
        ) { try Invitation($0) }
    }

    /// Pending invitations in the order of their ids, those whose link is too old among them.
    /// - Parameter after: id of the last one of the page before; nil for the first page.
    /// - Throws: ``SQLError``.
    public func pending(after: Int64? = nil, limit: Int, in session: some SQLSession) throws -> Page<Invitation> {
        let fetched = try session.all(
            "invitations.list",
            """
            SELECT \(Invitation.columns) FROM invitations i JOIN accounts a ON a.id = i.account_id
            WHERE i.account_id > \(after ?? 0) ORDER BY i.account_id LIMIT \(limit + 1)
            """
        ) { try Invitation($0) }
        return Page(fetched: fetched, limit: limit) { [String($0.id)] }
    }

    /// The invitation that a link belongs to; nil when the link is used up, replaced, too old or none of ours.
    func invitation(of token: SessionToken, at now: Instant, in session: some SQLSession) throws -> Invitation? {
        try session.first(
            "invitations.by_token",
            """
            SELECT \(Invitation.columns) FROM invitations i JOIN accounts a ON a.id = i.account_id
            WHERE i.token_hash = \(token.hash) AND i.expires_at > \(now)
            """
        ) { try Invitation($0) }
    }

    /// The account comes before its invitation, as wherever both are locked.
    private func lockAccount(of token: SessionToken, in transaction: Transaction) throws -> Account? {
        try transaction.first(
            "accounts.lock_of_invitation",
            """
            SELECT \(Account.columns) FROM accounts
            WHERE id = (SELECT account_id FROM invitations WHERE token_hash = \(token.hash))
            \(transaction.dialect.forUpdate)
            """
        ) { try Account($0) }
    }

    private func use(
        _ token: SessionToken, of accountID: Int64, at now: Instant, in transaction: Transaction
    ) throws -> Bool {
        try transaction.execute(
            "invitations.use",
            """
            DELETE FROM invitations
            WHERE token_hash = \(token.hash) AND account_id = \(accountID) AND expires_at > \(now)
            """) == 1
    }
}
