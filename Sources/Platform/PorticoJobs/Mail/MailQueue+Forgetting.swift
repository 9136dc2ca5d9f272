import PorticoJSON
import PorticoSQL

/// How somebody who got mails is forgotten.
extension MailQueue {
    /// Removes all mails to an address, those that wait too, and what is known of it, which stands in the errors of
    /// deliveries as well.
    /// - Returns: number of mails removed.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func forget(_ address: String, in transaction: Transaction) throws -> Int {
        let key = MailAddress.key(address)
        try transaction.execute("mails.forget_address", "DELETE FROM mail_suppressions WHERE recipient_key = \(key)")
        let ids = try transaction.all(
            "mails.forget", "DELETE FROM mails WHERE recipient_key = \(key) RETURNING id"
        ) { try Int64.read($0, 0) }
        for id in ids { try forgetDelivery(of: id, in: transaction) }
        return ids.count
    }

    /// Removes a delivery that has ended. One that has not stays, finds no mail, and ends well.
    private func forgetDelivery(of id: Int64, in transaction: Transaction) throws {
        let payload = String(decoding: DeliverMail(mailID: id).payload.bytes, as: UTF8.self)
        // As the condition of the index has it: SQLite uses none for a bound name.
        let delivery: SQL = "name = 'mail.deliver' AND payload = \(payload)"
        try transaction.executeLater(
            "mails.forget_delivery", "DELETE FROM jobs WHERE \(delivery) AND finished_at IS NOT NULL")
        try transaction.executeLater(
            "mails.forget_errors", "UPDATE jobs SET errors = '[]' WHERE \(delivery) AND errors <> '[]'")
    }
}
