import PorticoJSON
import PorticoSQL
import PorticoValues

/// A mail as the outbox shows it.
public struct OutboxItem: Sendable, Hashable {
    /// Id of the mail.
    public let id: Int64
    /// Address it is for.
    public let to: String
    /// Its subject.
    public let subject: String
    /// What it says; empty once it has left.
    public let text: String
    /// The same in markup.
    public let html: String?
    /// How it stands.
    public let state: MailState
    /// The server's words.
    public let reply: String?
    /// When it left; when it was written for one that has not.
    public let sentAt: Instant
}

extension MailQueue {
    /// Mails, the newest first, those that wait included.
    /// - Parameters:
    ///   - recipient: only to this address.
    ///   - before: only mails with lower ids, for the next page.
    /// - Throws: ``SQLError``.
    public func outbox(
        to recipient: String? = nil, before: Int64? = nil, limit: Int = 50, in session: some SQLSession
    ) throws -> [OutboxItem] {
        let place: SQL = recipient.map { "AND recipient_key = \(MailAddress.key($0))" } ?? ""
        return try session.all(
            "mails.outbox",
            """
            SELECT id, recipient, subject, text, html, state, reply, coalesce(sent_at, created_at) FROM mails
            WHERE id < \(before ?? Int64.max) \(place) ORDER BY id DESC LIMIT \(max(1, min(limit, 1000)))
            """
        ) { row in
            try OutboxItem(
                id: row[0], to: row[1], subject: row[2], text: row[3], html: row[4], state: row[5], reply: row[6],
                sentAt: row[7])
        }
    }

    /// Sends nothing more to an address.
    /// - Throws: ``SQLError``.
    public func suppress(_ address: String, reason: String, in transaction: Transaction) throws {
        try transaction.execute(
            "mails.suppress",
            """
            INSERT INTO mail_suppressions (recipient_key, reason, since)
            VALUES (\(MailAddress.key(address)), \(reason), \(jobs.clock.now()))
            ON CONFLICT (recipient_key) DO UPDATE SET reason = excluded.reason, since = excluded.since
            """)
    }

    /// Sends to an address again. What servers said of it before counts no more.
    /// - Returns: whether it was suppressed.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func unsuppress(_ address: String, in transaction: Transaction) throws -> Bool {
        let key = MailAddress.key(address)
        try transaction.execute(
            "mails.believe",
            "UPDATE mails SET doubted_at = NULL WHERE recipient_key = \(key) AND doubted_at IS NOT NULL")
        return try transaction.execute(
            "mails.unsuppress", "DELETE FROM mail_suppressions WHERE recipient_key = \(key)") == 1
    }

    /// Why nothing is sent to an address, or nil.
    /// - Throws: ``SQLError``.
    public func suppression(of address: String, in session: some SQLSession) throws -> String? {
        try session.scalar(
            "mails.suppression",
            "SELECT reason FROM mail_suppressions WHERE recipient_key = \(MailAddress.key(address))", as: String.self)
    }
}
