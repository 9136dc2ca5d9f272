import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoValues

/// Other addresses for people to sign in with: an address counts once a link that was mailed there has been followed.
///
/// The owner of the old address is told when a change is asked for and when it is made. Who has an account is told to the
/// owner of an address only: one that is taken gets a mail, too, without a link.
struct AddressChangeStore: Sendable {
    private let accounts: AccountStore
    private let letters: AccountLetters
    private let links: MailedLinks
    private let allowance: MailAllowance

    /// - Parameter life: how long a link is good.
    init(
        accounts: AccountStore, letters: AccountLetters, keys: SecretKeys, life: Span = .hours(1),
        limit: MailLimit = MailLimit()
    ) {
        self.accounts = accounts
        self.letters = letters
        links = MailedLinks(purpose: .address, life: life)
        allowance = MailAllowance("address", limit: limit, key: keys.key(for: "mail-allowances"))
    }

    /// Sends a link to the address that is to be; the link before is worth nothing then. Says nothing of whether another
    /// account has the address.
    /// - Parameter account: whose address it is to be, locked.
    /// - Throws: ``Problem`` 429 `too_many_mails`; ``SQLError``.
    func request(
        _ address: EmailAddress, for account: Account, by cause: AuditEntry.Cause, in transaction: Transaction
    ) throws {
        if let wait = try allowance.take("\(account.id)", at: cause.at, in: transaction) {
            throw AddressChangeStore.tooManyMails(wait)
        }
        let isTaken = try isTaken(address, by: account, in: transaction)
        let token = SessionToken()
        // Of a taken address the link leads nowhere, and is in no mail.
        try links.keep(
            token, for: allowance.hash("\(account.id)"), of: isTaken ? nil : account, value: address.text, at: cause.at,
            in: transaction)
        let letter =
            isTaken
            ? letters.addressTaken(to: address.text)
            : letters.addressLink(token, to: address.text, lasting: links.life)
        try letters.send(letter, in: transaction)
        try letters.send(letters.addressAsked(address.text, to: account.email), in: transaction)
        try transaction.audit(cause.entry("account.email_change_requested", entity: String(account.id)))
    }

    /// The address that a link stands for; nil when it is used up, too old or none of ours.
    func address(of token: SessionToken, at now: Instant, in session: some SQLSession) throws -> String? {
        try links.holder(of: token, at: now, in: session)?.value
    }

    /// Uses a link up: the account has the address, and everything it was signed in with ends.
    /// - Returns: false when the link no longer holds; then nothing was changed.
    /// - Throws: ``AccountRefusal/emailTaken`` when another account has got the address meanwhile; ``SQLError``.
    func confirm(_ token: SessionToken, by cause: AuditEntry.Cause, in transaction: Transaction) throws -> Bool {
        guard let (account, value) = try links.use(token, at: cause.at, in: transaction),
            let address = value.flatMap({ EmailAddress($0) })
        else { return false }
        guard try accounts.readdress(account.id, address, in: transaction) else { throw AccountRefusal.emailTaken }
        try accounts.endSessions(of: account.id, in: transaction)
        try letters.send(letters.addressChanged(address.text, to: account.email), in: transaction)
        try transaction.audit(
            cause.entry(
                "account.email_changed", entity: String(account.id), before: ["email": .string(account.email)],
                after: ["email": .string(address.text)], by: account.id))
        return true
    }

    private func isTaken(_ address: EmailAddress, by account: Account, in transaction: Transaction) throws -> Bool {
        try transaction.scalar(
            "accounts.is_taken",
            "SELECT count(*) FROM accounts WHERE email_key = \(address.key) AND id <> \(account.id)", as: Int.self) != 0
    }

    private static func tooManyMails(_ wait: Span) -> Problem {
        Problem(
            429, "too_many_mails", "You were sent several links already. Wait a while before the next one.",
            headers: ["retry-after": "\(max(1, (wait.milliseconds + 999) / 1000))"])
    }
}

extension AccountStore {
    /// Gives a locked account another address, unless another account has it.
    /// - Returns: whether it has the address now. On PostgreSQL somebody else who takes the same one at the same moment makes
    ///   one of the two fail.
    /// - Throws: ``SQLError``, also `uniqueViolation` for whoever was second.
    func readdress(_ id: Int64, _ address: EmailAddress, in transaction: Transaction) throws -> Bool {
        try transaction.execute(
            "accounts.readdress",
            """
            UPDATE accounts SET email = \(address.text), email_key = \(address.key)
            WHERE id = \(id)
                AND NOT EXISTS (SELECT 1 FROM accounts AS other WHERE other.email_key = \(address.key) AND other.id <> \(id))
            """) == 1
    }
}
