import PorticoSQL
import PorticoValues

/// The codes that are sent by mail: one for each account and purpose.
public struct MailCodeStore: Sendable {
    private let codes: SentCodes
    private let letters: AccountLetters

    init(settings: MailCode.Settings, letters: AccountLetters, keys: SecretKeys) {
        codes = SentCodes(settings: settings, keys: keys)
        self.letters = letters
    }

    /// How codes behave.
    public var settings: MailCode.Settings { codes.settings }

    /// Sends a new code to the owner of an account; the one before is worth nothing then.
    /// - Returns: nil when it is on its way; how long to wait when too many were sent lately. The last one goes on
    ///   being good in that case.
    /// - Throws: ``SQLError``.
    public func send(
        for purpose: MailCode.Purpose, to account: Account, at now: Instant, in transaction: Transaction
    ) throws -> Span? {
        try codes.send(for: purpose, of: account.id, at: now, in: transaction) { code in
            try letters.send(letters.code(code, to: account.email, lasting: settings.life), in: transaction)
        }
    }

    /// Uses a code up, by whatever way it was sent. A wrong one counts as a try, so the transaction must be committed
    /// either way.
    /// - Returns: whether it was right. Wrong, used, replaced, too old and tried too often are all the same.
    /// - Throws: ``SQLError``.
    public func use(
        _ code: String, for purpose: MailCode.Purpose, of accountID: Int64, at now: Instant,
        in transaction: Transaction
    ) throws -> Bool {
        try codes.use(code, for: purpose, of: accountID, at: now, in: transaction)
    }
}
