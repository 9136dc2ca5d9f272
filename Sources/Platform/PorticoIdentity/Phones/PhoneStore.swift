import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoValues

/// The phones of people: numbers that codes are sent to as text messages, once their owners have shown that they are theirs.
///
/// Numbers lie sealed in the table (``FieldSeal``), each bound to its account. They are opened to send to them, to show
/// their last digits, and for the export of the person. One that opens with no key any more counts as none.
public struct PhoneStore: Sendable {
    /// How often one number may be sent a code that shows whose it is, whoever asks for it.
    private static let numberLimit = MailLimit(count: 5, per: .hours(1))

    private let texts: AccountTexts?
    private let letters: AccountLetters?
    private let codes: SentCodes
    private let fields: FieldSeal
    private let numbers: MailAllowance

    init(_ configuration: Identity.Configuration, fields: FieldSeal) {
        texts = configuration.texts
        letters = configuration.mail.map { AccountLetters($0, application: configuration.application) }
        codes = SentCodes(settings: configuration.mailCodes, keys: configuration.keys)
        numbers = MailAllowance(
            "phone", limit: PhoneStore.numberLimit, key: configuration.keys.key(for: "mail-allowances"))
        self.fields = fields
    }

    /// What an account has.
    struct Standing: Sendable, Hashable {
        /// The number that codes go to; nil when there is none.
        var number: PhoneNumber?
        /// Since when.
        var confirmedAt: Instant?
        /// The number whose code was not typed in yet; nil when none waits.
        var pending: PhoneNumber?
    }

    /// Whether text messages are sent at all.
    var isOpen: Bool { texts != nil }

    /// What an account has.
    func standing(of accountID: Int64, at now: Instant, in session: some SQLSession) throws -> Standing {
        let row = try session.first(
            "phones.find",
            "SELECT number, confirmed_at, pending, pending_until FROM phones WHERE account_id = \(accountID)"
        ) { row in
            (
                number: try [UInt8]?.read(row, 0), confirmedAt: try Instant?.read(row, 1),
                pending: try [UInt8]?.read(row, 2), until: try Instant?.read(row, 3)
            )
        }
        guard let row else { return Standing() }
        var standing = Standing()
        if let number = row.number.flatMap({ open($0, .number, accountID) }) {
            standing.number = number
            standing.confirmedAt = row.confirmedAt
        }
        if let until = row.until, now < until {
            standing.pending = row.pending.flatMap { open($0, .pending, accountID) }
        }
        return standing
    }

    /// Sends a code to a number that an account wants as its own, in place of any other that waits. The one that was
    /// confirmed goes on until this one is.
    /// - Throws: ``Problem`` 409 `texts_not_sent`; 429 `too_many_codes`. The transaction must not be committed then.
    func begin(
        _ number: PhoneNumber, for account: Account, at now: Instant, in transaction: Transaction
    ) throws {
        guard let texts else {
            throw Problem(409, "texts_not_sent", "No text messages are sent here, so there is no use for a phone.")
        }
        let code = try send(.phone, to: number, of: account.id, by: texts, at: now, in: transaction)
        let wait = try numbers.take(number.text, at: now, in: transaction)
        if let longest = [code, wait].compactMap({ $0 }).max() { throw PhoneStore.tooMany(longest) }
        try transaction.execute(
            "phones.begin",
            """
            INSERT INTO phones (account_id, pending, pending_until)
            VALUES (\(account.id), \(seal(number, .pending, account.id)), \(now + codes.settings.life))
            ON CONFLICT (account_id) DO UPDATE SET pending = excluded.pending, pending_until = excluded.pending_until
            """)
    }

    /// Makes the number count that waits, when the code is the one that was sent to it. A wrong one counts as a try, so the
    /// transaction must be committed either way. The caller has locked the account.
    /// - Returns: the number; nil when the code is wrong or none waits.
    func confirm(
        _ code: String, of account: Account, at now: Instant, in transaction: Transaction
    ) throws -> PhoneNumber? {
        guard try codes.use(code, for: .phone, of: account.id, at: now, in: transaction),
            let number = try standing(of: account.id, at: now, in: transaction).pending
        else { return nil }
        // What was sent to the phone before opens nothing any more.
        try PhoneStore.forgetCodes(of: account.id, in: transaction)
        try transaction.execute(
            "phones.confirm",
            """
            UPDATE phones SET number = \(seal(number, .number, account.id)), confirmed_at = \(now), pending = NULL,
                pending_until = NULL
            WHERE account_id = \(account.id)
            """)
        if let letters {
            try letters.send(letters.phoneAdded(number, to: account.email), in: transaction)
        }
        return number
    }

    /// Takes the phone of an account away, and tells its owner.
    /// - Returns: whether one had been confirmed.
    func remove(of account: Account, in transaction: Transaction) throws -> Bool {
        guard try PhoneStore.remove(of: account.id, in: transaction) else { return false }
        if let letters { try letters.send(letters.phoneRemoved(to: account.email), in: transaction) }
        return true
    }

    /// Takes the phone of an account away: an operator knows that it is lost. Sessions are the caller's business
    /// (``AccountStore/endSessions(of:keeping:in:)``), and so is telling anybody.
    /// - Returns: whether one had been confirmed.
    /// - Throws: ``SQLError``.
    public static func remove(of accountID: Int64, in transaction: Transaction) throws -> Bool {
        let confirmed = try transaction.scalar(
            "phones.confirmed",
            "SELECT count(*) FROM phones WHERE account_id = \(accountID) AND number IS NOT NULL", as: Int.self)
        try forgetCodes(of: accountID, in: transaction)
        try transaction.execute("phones.delete", "DELETE FROM phones WHERE account_id = \(accountID)")
        return confirmed == 1
    }

    /// Sends a code to the phone of an account.
    /// - Returns: the number, and how long to wait when too many were sent lately; nil where no message can be sent.
    func sendCode(
        for purpose: MailCode.Purpose, to account: Account, at now: Instant, in transaction: Transaction
    ) throws -> (number: PhoneNumber, wait: Span?)? {
        guard let texts, let number = try standing(of: account.id, at: now, in: transaction).number else { return nil }
        let wait = try send(purpose, to: number, of: account.id, by: texts, at: now, in: transaction)
        return (number: number, wait: wait)
    }

    /// What the owner of an account is told of the phone in the export of their data: the numbers in full.
    func told(of accountID: Int64, at now: Instant, in session: some SQLSession) throws -> JSONValue {
        let standing = try standing(of: accountID, at: now, in: session)
        guard standing.number != nil || standing.pending != nil else { return .null }
        func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        return [
            "number": text(standing.number?.text), "confirmed_at": text(standing.confirmedAt?.rfc3339),
            "pending": text(standing.pending?.text),
        ]
    }
}

extension PhoneStore {
    static func table(_ dialect: Dialect) -> String {
        """
        CREATE TABLE phones (
            account_id \(dialect.integer) NOT NULL PRIMARY KEY REFERENCES accounts (id),
            number \(dialect.blob),
            confirmed_at \(dialect.integer),
            pending \(dialect.blob),
            pending_until \(dialect.integer)) \(dialect.strict);
        CREATE INDEX phones_pending ON phones (pending_until);
        """
    }

    /// The columns that hold sealed numbers.
    enum Column: String {
        case number, pending
    }

    /// Where a number stands.
    static func place(_ column: Column, _ accountID: Int64) -> SealedPlace {
        SealedPlace(table: "phones", column: column.rawValue, row: String(accountID))
    }

    private func seal(_ number: PhoneNumber, _ column: Column, _ accountID: Int64) -> [UInt8] {
        fields.seal(Array(number.text.utf8), at: PhoneStore.place(column, accountID))
    }

    private func open(_ sealed: [UInt8], _ column: Column, _ accountID: Int64) -> PhoneNumber? {
        fields.open(sealed, at: PhoneStore.place(column, accountID))
            .flatMap { PhoneNumber(String(decoding: $0, as: UTF8.self)) }
    }

    private func send(
        _ purpose: MailCode.Purpose, to number: PhoneNumber, of accountID: Int64, by texts: AccountTexts,
        at now: Instant, in transaction: Transaction
    ) throws -> Span? {
        let life = codes.settings.life
        return try codes.send(for: purpose, of: accountID, at: now, in: transaction) { code in
            try texts.queue.enqueue(
                TextMessage(
                    to: number, text: texts.words(code, lasting: life), kind: "account.code", accountID: accountID,
                    expiresAt: now + life), in: transaction)
        }
    }

    /// Codes that were sent to a phone, and those for signing in wherever they were sent.
    private static func forgetCodes(of accountID: Int64, in transaction: Transaction) throws {
        try transaction.execute(
            "phones.forget_codes",
            """
            DELETE FROM mail_codes WHERE account_id = \(accountID)
                AND purpose IN (\(MailCode.Purpose.phone.rawValue), \(MailCode.Purpose.signIn.rawValue))
            """)
    }

    private static func tooMany(_ wait: Span) -> Problem {
        Problem(
            429, "too_many_codes",
            "Several codes were sent lately. Enter the last one, or wait a while before you ask for another.",
            headers: ["retry-after": "\(max(1, (wait.milliseconds + 999) / 1000))"])
    }
}
