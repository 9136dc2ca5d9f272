import Portico

/// Who gets the summary of a day, and who has got it (rule R40).
enum SummaryMails {
    /// Somebody who gets the summary of a day.
    struct Recipient: Sendable, Hashable {
        let id: Int64
        let name: String
        let address: MailAddress
        let scope: SummaryScope
    }

    /// Active administrators, and active billers among the people involved. Addresses that take no mail are left out.
    /// - Throws: ``SQLError``.
    static func recipients(involved: Set<Int64>, in session: some SQLSession) throws -> [Recipient] {
        let rows = try session.all(
            "summaries.recipients",
            "SELECT id, name, email, role FROM accounts WHERE is_active = 1 AND role IN ('admin', 'biller') ORDER BY id"
        ) { (id: try $0[0] as Int64, name: try $0[1] as String, email: try $0[2] as String, role: try $0[3] as String) }
        return rows.compactMap { row in
            let isAdmin = row.role == BagRole.admin.rawValue
            guard isAdmin || involved.contains(row.id), let address = try? MailAddress(row.email, name: row.name) else {
                return nil
            }
            return Recipient(id: row.id, name: row.name, address: address, scope: isAdmin ? .all : .own(row.id))
        }
    }

    /// Writes a mail, unless the recipient has had the summary of this day. Mail and note become true together, so that
    /// nobody gets two, whatever is killed or runs beside this.
    /// - Parameter job: the job that sends.
    /// - Returns: whether the mail was written.
    /// - Throws: ``SQLError``.
    @discardableResult
    static func enqueue(
        _ mail: Mail, to recipient: Recipient, of day: WarehouseDay, through mails: MailQueue, by job: Int64,
        at now: Instant, in transaction: Transaction
    ) throws -> Bool {
        let noted = try transaction.execute(
            "summaries.note",
            """
            INSERT INTO summary_sends (date, user_id, sent_at, job_id)
            VALUES (\(day.date), \(recipient.id), \(now), \(job)) ON CONFLICT (date, user_id) DO NOTHING
            """)
        guard noted == 1 else { return false }
        try mails.enqueue(
            mail.marked("bags.summary", isConfidential: false), JobOptions(tags: [SendSummaries.tag(day)]),
            in: transaction)
        return true
    }

    /// Who has had the summary of a day.
    /// - Throws: ``SQLError``.
    static func served(_ day: WarehouseDay, in session: some SQLSession) throws -> Set<Int64> {
        Set(
            try session.all("summaries.served", "SELECT user_id FROM summary_sends WHERE date = \(day.date)") {
                try $0[0] as Int64
            })
    }

    /// How many mails about a day a job has written, in all its tries.
    /// - Throws: ``SQLError``.
    static func count(_ day: WarehouseDay, by job: Int64, in session: some SQLSession) throws -> Int {
        try session.scalar(
            "summaries.written", "SELECT count(*) FROM summary_sends WHERE date = \(day.date) AND job_id = \(job)",
            as: Int.self) ?? 0
    }

    /// When the first account was made: since then there is somebody to get summaries. Nil while there is none.
    /// - Throws: ``SQLError``.
    static func beginning(in session: some SQLSession) throws -> Instant? {
        try session.first("summaries.beginning", "SELECT min(created_at) FROM accounts") { try $0[0] as Instant? }
            ?? nil
    }

    /// When a summary was sent last; nil before the first.
    /// - Throws: ``SQLError``.
    static func lastSent(in session: some SQLSession) throws -> Instant? {
        try session.first("summaries.last", "SELECT max(sent_at) FROM summary_sends") { try $0[0] as Instant? } ?? nil
    }
}
