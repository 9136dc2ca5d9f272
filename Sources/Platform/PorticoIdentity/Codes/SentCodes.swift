import PorticoSQL
import PorticoValues

/// The codes that were sent and not used yet, by whatever way they were sent: one for each account and purpose, as keyed
/// hashes, because a million codes are tried in no time by whoever reads the table.
struct SentCodes: Sendable {
    let settings: MailCode.Settings
    private let allowance: MailAllowance
    private let key: Secret<[UInt8]>

    init(settings: MailCode.Settings, keys: SecretKeys) {
        self.settings = settings
        key = Secret(keys.key(for: "mail-codes"))
        allowance = MailAllowance("code", limit: settings.limit, key: keys.key(for: "mail-allowances"))
    }

    /// Makes a new code and has it sent; the one before is worth nothing then.
    /// - Parameter dispatch: writes down the message with the code.
    /// - Returns: nil when it is on its way; how long to wait when too many were sent lately. The last one goes on being
    ///   good in that case.
    func send(
        for purpose: MailCode.Purpose, of accountID: Int64, at now: Instant, in transaction: Transaction,
        by dispatch: (String) throws -> Void
    ) throws -> Span? {
        let subject = "\(purpose.rawValue):\(accountID)"
        if let wait = try allowance.take(subject, at: now, in: transaction) { return wait }
        let code = MailCode.make()
        try transaction.execute(
            "mail_codes.keep",
            """
            INSERT INTO mail_codes (account_id, purpose, code_hash, created_at, expires_at)
            VALUES (\(accountID), \(purpose.rawValue), \(hash(code, purpose, accountID)), \(now),
                \(now + settings.life))
            ON CONFLICT (account_id, purpose) DO UPDATE SET code_hash = excluded.code_hash, tries = 0,
                created_at = excluded.created_at, expires_at = excluded.expires_at
            """)
        try dispatch(code)
        return nil
    }

    /// Uses a code up. A wrong one counts as a try, so the transaction must be committed either way.
    /// - Returns: whether it was right. Wrong, used, replaced, too old and tried too often are all the same.
    func use(
        _ code: String, for purpose: MailCode.Purpose, of accountID: Int64, at now: Instant,
        in transaction: Transaction
    ) throws -> Bool {
        let kept = try transaction.first(
            "mail_codes.lock",
            """
            SELECT code_hash FROM mail_codes
            WHERE account_id = \(accountID) AND purpose = \(purpose.rawValue) AND expires_at > \(now)
                AND tries < \(settings.tries)\(transaction.dialect.forUpdate)
            """
        ) { try [UInt8].read($0, 0) }
        let shown = hash(code.filter { $0 != " " }, purpose, accountID)
        guard constantTimeEqual(shown, kept ?? Array(repeating: 0, count: shown.count)) else {
            try transaction.execute(
                "mail_codes.miss",
                """
                UPDATE mail_codes SET tries = tries + 1
                WHERE account_id = \(accountID) AND purpose = \(purpose.rawValue)
                """)
            return false
        }
        return try transaction.execute(
            "mail_codes.use",
            """
            DELETE FROM mail_codes
            WHERE account_id = \(accountID) AND purpose = \(purpose.rawValue) AND code_hash = \(shown)
            """) == 1
    }

    private func hash(_ code: String, _ purpose: MailCode.Purpose, _ accountID: Int64) -> [UInt8] {
        Digest.hmacSHA256(Array("\(accountID)/\(code.utf8.count)/\(code)/\(purpose.rawValue)".utf8), key: key.reveal())
    }
}
