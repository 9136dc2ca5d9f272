import PorticoSQL
import PorticoValues

/// What refusals mean that do not say clearly that there is no such mailbox.
extension MailQueue {
    /// Mails whose recipient a server must refuse before it counts as missing without a clear word.
    static let doubts = 3
    /// The time that must lie between the first and the last of them.
    static let doubtSpan = Span.days(2)

    /// Whether an address that was refused several times without a clear word counts as one that does not exist: in
    /// three mails, over two days or more, and nothing arrived there meanwhile, but at another address of the same
    /// domain. So a server that passes on nothing, or nothing to some places, silences nobody.
    /// - Throws: ``SQLError``.
    func isGivenUp(_ recipient: MailAddress, in transaction: Transaction) throws -> Bool {
        let key = MailAddress.key(recipient.address)
        let doubts = try transaction.first(
            "mails.doubts",
            """
            SELECT count(*), min(doubted_at), max(doubted_at) FROM mails
            WHERE recipient_key = \(key) AND doubted_at > coalesce(
                (SELECT max(sent_at) FROM mails WHERE recipient_key = \(key) AND state = 'sent'), 0)
            """
        ) { (count: try $0[0] as Int, first: try $0[1] as Instant?, last: try $0[2] as Instant?) }
        guard let doubts, doubts.count >= MailQueue.doubts, let first = doubts.first, let last = doubts.last,
            last - first >= MailQueue.doubtSpan
        else { return false }
        let neighbours = "%@\(key.split(separator: "@").last ?? "")"
        let arrived = try transaction.scalar(
            "mails.arrived",
            """
            SELECT 1 FROM mails
            WHERE created_at >= \(first - .days(1)) AND state = 'sent' AND sent_at >= \(first)
                AND recipient_key LIKE \(neighbours) LIMIT 1
            """, as: Int.self)
        return arrived != nil
    }
}
