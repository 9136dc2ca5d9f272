import PorticoSQL
import PorticoValues

/// How many mails of a kind one person may be sent.
public struct MailLimit: Sendable, Hashable {
    /// The most within ``window``.
    public var count: Int
    /// The time that begins with the first of them.
    public var window: Span

    /// A limit.
    public init(count: Int = 3, per window: Span = .minutes(15)) {
        self.count = count
        self.window = window
    }
}

/// Counts the mails that people cause, in rows, so that the count holds on every node and outlives a restart.
///
/// Whom a mail is for is kept as a keyed hash: of an account's id or of an address, whether or not there is an account
/// under it.
struct MailAllowance: Sendable {
    let limit: MailLimit
    private let kind: String
    private let key: Secret<[UInt8]>

    /// - Parameter kind: what is counted apart from everything else.
    init(_ kind: String, limit: MailLimit, key: [UInt8]) {
        self.kind = kind
        self.limit = limit
        self.key = Secret(key)
    }

    /// Counts one more mail, in one statement: of any number at once no more than the limit get through.
    /// - Returns: nil when it may be sent, else how long to wait.
    func take(_ subject: String, at now: Instant, in transaction: Transaction) throws -> Span? {
        let hash = hash(subject)
        let over = now - limit.window
        let counted = try transaction.execute(
            "mail_allowances.take",
            """
            INSERT INTO mail_allowances (subject, since, sent, ends_at) VALUES (\(hash), \(now), 1, \(now + limit.window))
            ON CONFLICT (subject) DO UPDATE SET
                sent = CASE WHEN mail_allowances.since <= \(over) THEN 1 ELSE mail_allowances.sent + 1 END,
                since = CASE WHEN mail_allowances.since <= \(over) THEN excluded.since ELSE mail_allowances.since END,
                ends_at = CASE WHEN mail_allowances.since <= \(over) THEN excluded.ends_at
                    ELSE mail_allowances.ends_at END
            WHERE mail_allowances.since <= \(over) OR mail_allowances.sent < \(limit.count)
            """)
        guard counted == 0 else { return nil }
        let since = try transaction.scalar(
            "mail_allowances.since", "SELECT since FROM mail_allowances WHERE subject = \(hash)", as: Instant.self)
        return max(.seconds(1), (since ?? now) + limit.window - now)
    }

    /// What stands for somebody in the table.
    func hash(_ subject: String) -> [UInt8] {
        Digest.hmacSHA256(Array("\(kind):\(subject)".utf8), key: key.reveal())
    }

    static func table(_ dialect: Dialect) -> String {
        """
        CREATE TABLE mail_allowances (
            subject \(dialect.blob) NOT NULL PRIMARY KEY,
            since \(dialect.integer) NOT NULL,
            sent \(dialect.integer) NOT NULL,
            ends_at \(dialect.integer) NOT NULL) \(dialect.strict);
        CREATE INDEX mail_allowances_end ON mail_allowances (ends_at);
        """
    }
}
