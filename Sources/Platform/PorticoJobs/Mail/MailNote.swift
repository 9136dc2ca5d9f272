import PorticoSQL
import PorticoValues

/// What is kept of a mail beside what it says, for whoever it was for. Links and codes stand in the text, and who reads
/// this need not be the one who may use them.
public struct MailNote: Sendable, Hashable {
    /// Its subject.
    public let subject: String
    /// How it stands.
    public let state: MailState
    /// When it was written.
    public let queuedAt: Instant
    /// When it left, was kept or was held back; nil for one that waits or was refused.
    public let sentAt: Instant?
    /// The server's words.
    public let reply: String?
}

extension MailQueue {
    /// Notes of the mails to an address, however it is spelt, the newest first.
    /// - Throws: ``SQLError``.
    public func notes(to address: String, limit: Int = 1000, in session: some SQLSession) throws -> [MailNote] {
        try session.all(
            "mails.notes",
            """
            SELECT subject, state, created_at, sent_at, reply FROM mails
            WHERE recipient_key = \(MailAddress.key(address)) ORDER BY id DESC LIMIT \(limit)
            """
        ) { row in
            try MailNote(subject: row[0], state: row[1], queuedAt: row[2], sentAt: row[3], reply: row[4])
        }
    }
}
