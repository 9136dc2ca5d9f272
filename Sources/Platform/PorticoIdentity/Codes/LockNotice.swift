import PorticoSQL
import PorticoValues

/// Tells people that their account was locked because somebody failed to sign in, once a day at most.
///
/// An address nobody has an account under causes the same statements.
struct LockNotice: Sendable {
    let settings: LockoutSettings
    private let letters: AccountLetters
    private let allowance: MailAllowance

    init(settings: LockoutSettings, letters: AccountLetters, keys: SecretKeys) {
        self.settings = settings
        self.letters = letters
        allowance = MailAllowance(
            "lock", limit: MailLimit(count: 1, per: .days(1)), key: keys.key(for: "mail-allowances"))
    }

    /// Writes the mail to the owner of the identifier that was locked, if there is one who may sign in.
    /// - Parameter duration: how long it is locked.
    func send(
        about failure: Lockout.Failure, lasting duration: Span, at now: Instant, in transaction: Transaction
    ) throws {
        let subject = failure.subjects.identifier.hexadecimal
        guard try allowance.take(subject, at: now, in: transaction) == nil else { return }
        let address = try transaction.scalar(
            "accounts.address_to_warn",
            "SELECT email FROM accounts WHERE id = \(failure.accountID ?? 0) AND is_active = 1", as: String.self)
        let letter = letters.locked(
            to: address ?? AccountLetters.nobody, after: settings.failures, lasting: duration)
        try letters.send(letter, toSomebody: address != nil, in: transaction)
    }
}
