import PorticoJSON
import PorticoSQL
import PorticoValues

/// The text messages of one application: rows written in the transaction that causes them, sent by jobs.
///
/// Number and words lie sealed while a message waits, and are forgotten as soon as it was sent, refused or too late.
public struct TextQueue: Sendable {
    /// Name of the queue that messages wait in.
    public static let queueName = "texts"

    let jobs: JobQueue
    let transport: (any TextTransport)?
    private let seal: JobSeal

    /// A queue of messages over a queue of jobs.
    /// - Parameters:
    ///   - seal: encrypts what a message says and whom it is for, each under the message's id.
    ///   - transport: takes messages away; nil where none are sent: what waits from before is then dropped.
    public init(jobs: JobQueue, seal: JobSeal, transport: (any TextTransport)?) {
        self.jobs = jobs
        self.seal = seal
        self.transport = transport
    }

    /// Whether messages are sent at all.
    public var isOpen: Bool { transport != nil }

    /// Writes a message in the caller's transaction. It is sent after the commit, and not at all without one.
    /// - Returns: id of the message.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func enqueue(_ message: OutgoingText, in transaction: Transaction) throws -> Int64 {
        let now = jobs.clock.now()
        let messageID = UUIDv7(at: now).description
        let content: JSONValue = ["to": .string(message.to), "text": .string(message.text)]
        let id = try transaction.scalar(
            "texts.enqueue",
            """
            INSERT INTO text_messages (message_id, account_id, kind, content, state, created_at, expires_at)
            VALUES (\(messageID), \(message.accountID), \(message.kind), \(seal.seal(content.bytes, messageID)),
                \(TextState.queued), \(now), \(message.expiresAt))
            RETURNING id
            """, as: Int64.self)
        guard let id else { throw SQLError(.other, message: "no message was made", statement: "texts.enqueue") }
        try jobs.enqueue(SendText(textID: id), in: transaction)
        return id
    }

    /// Removes the messages of an account, those that wait too.
    /// - Returns: number of messages removed.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func forget(_ accountID: Int64, in transaction: Transaction) throws -> Int {
        try transaction.execute("texts.forget", "DELETE FROM text_messages WHERE account_id = \(accountID)")
    }

    /// Adds sending to what an application's worker does.
    public func register(in book: inout JobBook, database: Database) {
        let sender = TextSender(texts: self, database: database)
        book.handle(SendText.self) { job, run in try await sender.send(job.textID, run) }
    }

    /// A job that removes old messages, every day; for the worker's schedules.
    public func register(purgeAfter retention: Span, in book: inout JobBook, database: Database) throws -> Schedule {
        book.handle(PurgeTexts.self) { _, run in
            let batch = 1000
            while try await database.write({ try self.purge(before: run.now - retention, limit: batch, in: $0) })
                == batch
            {
                try run.checkCancellation()
            }
        }
        return try Schedule("texts.purge", "37 3 * * *") { _ in PurgeTexts() }
    }

    /// The message behind sealed bytes; nil when the key is gone or they were changed.
    func open(_ content: [UInt8], _ messageID: String) -> TextEnvelope? {
        guard let plain = seal.open(content, messageID), let value = try? JSONValue(parsing: plain),
            let to = value["to"]?.string, let text = value["text"]?.string
        else { return nil }
        return TextEnvelope(id: messageID, to: to, text: text)
    }

    /// Removes messages written before an instant that do not wait.
    /// - Returns: number of messages removed.
    func purge(before instant: Instant, limit: Int, in transaction: Transaction) throws -> Int {
        try transaction.execute(
            "texts.purge",
            """
            DELETE FROM text_messages WHERE id IN (
                SELECT id FROM text_messages WHERE created_at < \(instant) AND state <> 'queued'
                ORDER BY created_at LIMIT \(limit))
            """)
    }
}

/// Sends one message. Somebody waits for it, and it is worth nothing after some minutes: so it is tried soon and often.
struct SendText: Job {
    static let name = "texts.send"
    static let policy = JobPolicy(
        queue: TextQueue.queueName, priority: .high, retries: 6, firstRetry: .seconds(5), longestRetry: .minutes(1),
        softTimeout: .seconds(60), hardTimeout: .seconds(90))
    let textID: Int64
    var payload: JSONValue { ["text": .integer(textID)] }

    init(textID: Int64) {
        self.textID = textID
    }

    init(payload: JSONValue) throws {
        textID = try payload.integer("text")
    }
}

/// Removes old messages.
struct PurgeTexts: Job {
    static let name = "texts.purge"
    var payload: JSONValue { [:] }
    var uniqueness: JobUniqueness? { .whileActive("purge") }

    init() {}
    init(payload: JSONValue) {}
}
