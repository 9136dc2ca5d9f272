import PorticoJSON
import PorticoPages
import PorticoSQL
import PorticoValues

/// The mails of one application: rows written in the transaction that causes them, delivered by jobs.
///
/// ```swift
/// try await database.write { transaction in
///     try transaction.execute("accounts.insert", "INSERT INTO accounts (email) VALUES (\(mail.to.address))")
///     try mails.enqueue(mail, in: transaction)
/// }
/// ```
public struct MailQueue: Sendable {
    /// Name of the queue that deliveries wait in.
    public static let queueName = "mail"

    let jobs: JobQueue
    /// Whom mails come from.
    public let sender: MailAddress
    let transport: any MailTransport

    /// A queue of mails over a queue of jobs.
    public init(jobs: JobQueue, sender: MailAddress, transport: any MailTransport) {
        self.jobs = jobs
        self.sender = sender
        self.transport = transport
    }

    /// Writes a mail in the caller's transaction. It is delivered after the commit, and not at all without one.
    /// - Returns: id of the mail.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func enqueue(_ mail: Mail, _ options: JobOptions = JobOptions(), in transaction: Transaction) throws -> Int64
    {
        let now = jobs.clock.now()
        let id = try transaction.scalar(
            "mails.enqueue",
            """
            INSERT INTO mails (recipient, recipient_key, recipient_name, subject, text, html, message_id, state,
                created_at, kind, is_confidential)
            VALUES (\(mail.to.address), \(MailAddress.key(mail.to.address)), \(mail.to.name), \(mail.subject),
                \(mail.text), \(mail.html?.text), \(MailMessage.newID(for: sender, at: now)),
                \(MailState.queued), \(now), \(mail.kind), \(mail.isConfidential))
            RETURNING id
            """, as: Int64.self)
        guard let id else { throw SQLError(.other, message: "no mail was made", statement: "mails.enqueue") }
        for file in mail.attachments {
            try transaction.execute(
                "mails.attach",
                """
                INSERT INTO mail_attachments (mail_id, name, media_type, content)
                VALUES (\(id), \(file.name), \(file.mediaType), \(file.content))
                """)
        }
        try jobs.enqueue(DeliverMail(mailID: id), options, in: transaction)
        return id
    }

    /// Adds delivery to what an application's worker does.
    public func register(in book: inout JobBook, database: Database) {
        let delivery = MailDeliverer(mails: self, database: database)
        book.handle(DeliverMail.self) { job, run in try await delivery.deliver(job.mailID, run) }
    }

    /// A job that removes old mails, every day; for the worker's schedules.
    public func register(purgeAfter retention: Span, in book: inout JobBook, database: Database) throws -> Schedule {
        book.handle(PurgeMails.self) { _, run in
            let batch = 1000
            while try await database.write({ try self.purge(before: run.now - retention, limit: batch, in: $0) })
                == batch
            {
                try run.checkCancellation()
            }
        }
        return try Schedule("mail.purge", "17 3 * * *") { _ in PurgeMails() }
    }

    /// Removes mails enqueued before an instant that do not wait for delivery.
    /// - Returns: number of mails removed.
    func purge(before instant: Instant, limit: Int, in transaction: Transaction) throws -> Int {
        try transaction.execute(
            "mails.purge",
            """
            DELETE FROM mails WHERE id IN (
                SELECT id FROM mails WHERE created_at < \(instant) AND state <> 'queued'
                ORDER BY created_at LIMIT \(limit))
            """)
    }
}

/// How a mail stands.
public enum MailState: String, Sendable, CaseIterable, SQLBindable, SQLReadable {
    /// It waits for its delivery, or for another try.
    case queued
    /// A server has taken it over.
    case sent
    /// It stays here, because this installation sends nothing.
    case kept
    /// It was not sent, because the address is known not to exist.
    case suppressed
    /// It was refused, or tried as often as may be.
    case failed
}

/// Delivers one mail. The first retry comes after a minute.
struct DeliverMail: Job {
    static let name = "mail.deliver"
    static let policy = JobPolicy(
        queue: MailQueue.queueName, retries: 3, firstRetry: .seconds(60), longestRetry: .hours(1))
    let mailID: Int64
    var payload: JSONValue { ["mail": .integer(mailID)] }

    init(mailID: Int64) {
        self.mailID = mailID
    }

    init(payload: JSONValue) throws {
        mailID = try payload.integer("mail")
    }
}

/// Removes old mails.
struct PurgeMails: Job {
    static let name = "mail.purge"
    var payload: JSONValue { [:] }
    var uniqueness: JobUniqueness? { .whileActive("purge") }

    init() {}
    init(payload: JSONValue) {}
}
