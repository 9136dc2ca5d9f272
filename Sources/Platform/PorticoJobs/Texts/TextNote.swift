import PorticoSQL
import PorticoValues

/// What is kept of a text message beside number and words, for whoever it was for.
public struct TextNote: Sendable, Hashable {
    /// What it was for, such as `account.code`.
    public let kind: String
    /// How it stands.
    public let state: TextState
    /// When it was written.
    public let queuedAt: Instant
    /// When it was sent, refused or given up; nil for one that waits.
    public let endedAt: Instant?
}

extension TextQueue {
    /// Notes of the messages of an account, the newest first.
    /// - Throws: ``SQLError``.
    public func notes(of accountID: Int64, limit: Int = 1000, in session: some SQLSession) throws -> [TextNote] {
        try session.all(
            "texts.notes",
            """
            SELECT kind, state, created_at, ended_at FROM text_messages
            WHERE account_id = \(accountID) ORDER BY id DESC LIMIT \(limit)
            """
        ) { try TextNote(kind: $0[0], state: $0[1], queuedAt: $0[2], endedAt: $0[3]) }
    }
}
