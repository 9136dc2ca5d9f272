import PorticoSQL
import PorticoValues

/// An address that nothing is sent to.
public struct MailSuppression: Sendable, Hashable {
    /// The address, in small letters.
    public let address: String
    /// The server's words that caused it, or those of whoever added it.
    public let reason: String
    /// Since when.
    public let since: Instant
}

extension MailQueue {
    /// Addresses that nothing is sent to, in the order of their letters.
    /// - Parameters:
    ///   - start: only those that begin so, capitals or not.
    ///   - after: only those behind this one, for the next page.
    /// - Throws: ``SQLError``.
    public func suppressions(
        startingWith start: String = "", after: String? = nil, limit: Int = 50, in session: some SQLSession
    ) throws -> [MailSuppression] {
        let place: SQL =
            start.isEmpty ? "" : " AND \(MailSearch.begins("recipient_key", with: MailAddress.key(start)))"
        return try session.all(
            "mails.suppressions",
            """
            SELECT recipient_key, reason, since FROM mail_suppressions WHERE recipient_key > \(after ?? "")\(place)
            ORDER BY recipient_key LIMIT \(max(1, min(limit, 1000)))
            """
        ) { try MailSuppression(address: $0[0], reason: $0[1], since: $0[2]) }
    }

    /// What is known of an address that nothing is sent to, however it is spelt, or nil.
    /// - Throws: ``SQLError``.
    public func suppressed(_ address: String, in session: some SQLSession) throws -> MailSuppression? {
        try session.first(
            "mails.suppressed",
            """
            SELECT recipient_key, reason, since FROM mail_suppressions WHERE recipient_key = \(MailAddress.key(address))
            """
        ) { try MailSuppression(address: $0[0], reason: $0[1], since: $0[2]) }
    }
}
