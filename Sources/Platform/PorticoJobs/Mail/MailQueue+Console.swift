import PorticoJSON
import PorticoSQL

/// What operators see of mails, and do with them.
extension MailQueue {
    /// Whether mails go nowhere but into their table, because no server is set that takes them.
    public var keepsMails: Bool { transport is OutboxTransport }

    /// Mails that fit, the newest first.
    /// - Parameter before: only mails with lower ids, for the next page.
    /// - Throws: ``SQLError``.
    public func records(
        _ search: MailSearch, before: Int64? = nil, limit: Int = 50, in session: some SQLSession
    ) throws -> [MailRecord] {
        let most = max(1, min(limit, 1000))
        let isMoving = search.standing == .waiting || search.standing == .sending
        let frame = search.frame(before: before, sending: isMoving ? try sending(in: session) : [])
        let statement: SQL =
            search.isNarrow
            ? """
            SELECT \(MailRecord.columns) FROM mails WHERE id IN (
                SELECT id FROM mails WHERE \(frame) ORDER BY id DESC LIMIT \(MailSearch.reach))
            AND \(search.hit(session.dialect)) ORDER BY id DESC LIMIT \(most)
            """
            : "SELECT \(MailRecord.columns) FROM mails WHERE \(frame) ORDER BY id DESC LIMIT \(most)"
        var found = try session.all("mails.list", statement) { try MailRecord($0) }
        let deliveries = try deliveries(of: found.map(\.id), in: session)
        for index in found.indices { found[index].delivery = deliveries[found[index].id] }
        return found
    }

    /// Everything known of a mail but what it says, or nil.
    /// - Throws: ``SQLError``.
    public func record(_ id: Int64, in session: some SQLSession) throws -> MailRecord? {
        try record(id, locking: "", in: session)
    }

    private func record(_ id: Int64, locking: SQL, in session: some SQLSession) throws -> MailRecord? {
        var found = try session.first(
            "mails.record", "SELECT \(MailRecord.columns) FROM mails WHERE id = \(id)\(locking)"
        ) { try MailRecord($0) }
        found?.delivery = try deliveries(of: [id], in: session)[id]
        return found
    }

    /// What a mail says, or nil when there is none. Codes and links stand in it.
    /// - Throws: ``SQLError``.
    public func content(of id: Int64, in session: some SQLSession) throws -> MailContent? {
        let files = try session.all(
            "mails.files",
            "SELECT name, media_type, length(content) FROM mail_attachments WHERE mail_id = \(id) ORDER BY id"
        ) { try MailContent.File(name: $0[0], mediaType: $0[1], bytes: $0[2]) }
        return try session.first("mails.content", "SELECT text, html FROM mails WHERE id = \(id)") {
            try MailContent(text: $0[0], html: $0[1], files: files)
        }
    }

    /// The most mails that ``counts(in:)`` counts of one standing.
    public static let mostCounted = 10_000

    /// How many mails stand how; one more than ``mostCounted`` where there are more.
    /// - Throws: ``SQLError``.
    public func counts(in session: some SQLSession) throws -> [MailStanding: Int] {
        let most = MailQueue.mostCounted + 1
        let parts = MailState.allCases.map { state -> SQL in
            let name = SQL(trusted: state.rawValue)
            return """
                SELECT '\(name)' AS state, count(*) FROM (SELECT id FROM mails WHERE state = '\(name)' LIMIT \(most)) found
                """
        }
        var counts: [MailState: Int] = [:]
        try session.each("mails.count", parts.dropFirst().reduce(parts[0]) { "\($0) UNION ALL \($1)" }) { row in
            let (state, count): (MailState, Int) = (try row[0], try row[1])
            counts[state] = count
        }
        let sending = try sending(in: session).count
        return [
            .waiting: max(0, (counts[.queued] ?? 0) - sending), .sending: sending, .sent: counts[.sent] ?? 0,
            .kept: counts[.kept] ?? 0, .failed: counts[.failed] ?? 0, .suppressed: counts[.suppressed] ?? 0,
        ]
    }

    /// Sends a mail again that nothing happens to any more, with all of its tries.
    /// - Returns: whether it was there, at rest, and still says something; when not, the caller gives the transaction up.
    /// - Throws: ``SQLError``.
    public func sendAgain(_ id: Int64, in transaction: Transaction) throws -> Bool {
        guard let mail = try record(id, locking: transaction.dialect.forUpdate, in: transaction), mail.isAtRest,
            !mail.isForgotten
        else { return false }
        try transaction.execute(
            "mails.send_again", "UPDATE mails SET state = 'queued', sent_at = NULL WHERE id = \(id)")
        if let delivery = mail.delivery, delivery.state != .succeeded {
            return try jobs.replay(delivery.id, in: transaction)
        }
        try jobs.enqueue(DeliverMail(mailID: id), in: transaction)
        return true
    }

    /// Removes a mail that is not just being sent, with its deliveries.
    /// - Returns: whether it was there and is not being sent; when not, the caller gives the transaction up.
    /// - Throws: ``SQLError``.
    public func discard(_ id: Int64, in transaction: Transaction) throws -> Bool {
        guard let mail = try record(id, locking: transaction.dialect.forUpdate, in: transaction) else { return false }
        if let delivery = mail.delivery, !mail.isAtRest {
            guard try jobs.cancel(delivery.id, in: transaction)?.state.isFinal ?? true else { return false }
        }
        try transaction.execute(
            "mails.discard_deliveries",
            "DELETE FROM jobs WHERE name = 'mail.deliver' AND payload = \(payload(id)) AND finished_at IS NOT NULL")
        return try transaction.execute("mails.discard", "DELETE FROM mails WHERE id = \(id)") == 1
    }

    // MARK: - Deliveries

    /// The mails that are being delivered.
    private func sending(in session: some SQLSession) throws -> [Int64] {
        let payloads = try session.all(
            "mails.sending", "SELECT payload FROM jobs WHERE state = 'running' AND name = 'mail.deliver'"
        ) { try $0[0] as String }
        return payloads.compactMap { try? DeliverMail(payload: JSONValue(parsing: Array($0.utf8))).mailID }
    }

    /// The newest delivery of each of these mails.
    private func deliveries(of ids: [Int64], in session: some SQLSession) throws -> [Int64: JobRecord] {
        guard !ids.isEmpty else { return [:] }
        // As the condition of the index has it: SQLite uses none for a bound name.
        let found = try session.all(
            "mails.deliveries",
            """
            SELECT \(JobRecord.columns) FROM jobs
            WHERE name = 'mail.deliver' AND payload IN (\(SQL.list(ids.map(payload)))) ORDER BY id
            """
        ) { try JobRecord($0) }
        let byMail = found.compactMap { job in
            (try? DeliverMail(payload: job.payload).mailID).map { (mail: $0, job: job) }
        }
        return Dictionary(byMail.map { ($0.mail, $0.job) }) { _, newest in newest }
    }

    private func payload(_ id: Int64) -> String {
        String(decoding: DeliverMail(mailID: id).payload.bytes, as: UTF8.self)
    }
}
