import PorticoHTTP
import PorticoSQL
import PorticoValues

/// Mails a link to whoever has an account under an address, and tells nobody whether there is one.
///
/// An address nobody has an account under causes the same statements as a known one, its mail among them, which is taken
/// back before the commit: the time of the answer does not tell them apart. Addresses are kept as keyed hashes.
struct AddressedLinks: Sendable {
    let links: MailedLinks
    private let letters: AccountLetters
    private let allowance: MailAllowance

    /// Every answer to somebody who asks for a link takes as long as this: what is written for an address that somebody has
    /// is committed, for another one taken back, and that shows in the time.
    private static let answerTime = Duration.milliseconds(50)

    /// - Parameter kind: of the mails, which are counted apart from others.
    init(_ links: MailedLinks, letters: AccountLetters, keys: SecretKeys, kind: String, limit: MailLimit) {
        self.links = links
        self.letters = letters
        allowance = MailAllowance(kind, limit: limit, key: keys.key(for: "mail-allowances"))
    }

    /// What is written to somebody: to the account's owner, or, with nil, to nobody.
    typealias Letter = @Sendable (SessionToken, Account?) -> PersonalMail

    /// Sends a link to the owner of an address, if there is one who may sign in with a password; the link before is worth
    /// nothing then. Says nothing of whether it did.
    /// - Parameter action: of the audit, behind `account.` or, where there is no such account, `address.`
    func request(
        _ email: String, as action: String, by cause: AuditEntry.Cause, in transaction: Transaction, letter: Letter
    ) throws {
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
        try links.keep(token, for: allowance.hash(address), of: account, at: cause.at, in: transaction)
        try letters.send(letter(token, account), toSomebody: account != nil, in: transaction)
        try transaction.audit(
            cause.entry("\(account == nil ? "address" : "account").\(action)", entity: account.map { String($0.id) }))
    }

    /// Does `work` and takes the same time for it whatever it did.
    static func evenly(_ work: () async throws -> Void) async throws {
        let end = ContinuousClock.now + answerTime
        try await work()
        try? await Task.sleep(until: end, clock: .continuous)
    }
}
