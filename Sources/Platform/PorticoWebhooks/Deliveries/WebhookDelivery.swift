import PorticoJSON
import PorticoSQL
import PorticoValues

/// Where a delivery stands.
public enum WebhookDeliveryState: String, Sendable, CaseIterable, SQLBindable, SQLReadable {
    /// It waits for its first try or for another.
    case waiting
    /// The receiver took it.
    case delivered
    /// It was tried as often as may be.
    case failed
}

/// One message on its way to one receiver.
public struct WebhookDelivery: JSONRepresentable, Hashable {
    /// Id.
    public let id: Int64
    /// The message's id, the same at each try; receivers know repetitions by it.
    public let messageID: String
    /// Kind of the event.
    public let kind: String
    /// Whom the event concerns. Deliveries of one key go one after another.
    public let key: String
    /// Where it stands.
    public let state: WebhookDeliveryState
    /// Tries so far.
    public let attempts: Int
    /// When it is tried next.
    public let dueAt: Instant
    /// When the event became a delivery.
    public let createdAt: Instant
    /// When it was delivered or given up.
    public let finishedAt: Instant?
    /// The last answer's status; nil when there was none.
    public let status: Int?
    /// Why the last try failed.
    public let error: String?

    static let columns: SQL = """
        id, message_id, kind, key, state, attempts, due_at, created_at, finished_at, status, error
        """

    init(_ row: Row) throws {
        id = try row[0]
        messageID = try row[1]
        kind = try row[2]
        key = try row[3]
        state = try row[4]
        attempts = try row[5]
        dueAt = try row[6]
        createdAt = try row[7]
        finishedAt = try row[8]
        status = try row[9]
        error = try row[10]
    }

    private init(example id: Int64) {
        let made = Instant(milliseconds: 1_795_258_800_000)
        self.id = id
        messageID = "msg_01935e3a-5b00-7b1c-9d2e-3f4a5b6c7d8e"
        kind = "bag.created"
        key = "SB00001"
        state = .waiting
        attempts = 1
        dueAt = made + .seconds(5)
        createdAt = made
        finishedAt = nil
        status = 503
        error = "status"
    }

    /// `WebhookDelivery`.
    public static var schemaName: String { "WebhookDelivery" }
    /// A delivery that failed once.
    public static var example: WebhookDelivery { WebhookDelivery(example: 77) }

    /// Its members, without the message.
    public func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id, "Id of the delivery")
        object.field("message_id", messageID, "Id of the message, the same at each try")
        object.field("event", kind, "Kind of the event")
        object.field("key", key, "Whom the event concerns; deliveries of one key go one after another")
        object.field("state", state, "Where it stands")
        object.field("attempts", attempts, "Tries so far")
        object.field("due_at", dueAt, "When it is tried next, while it waits")
        object.field("created_at", createdAt, "When the event became a delivery")
        object.field("finished_at", finishedAt, "When it was delivered or given up")
        object.field("status", status, "The last answer's status; null when there was none")
        object.field("error", error, "Why the last try failed; null when it did not")
    }
}

/// One try of a delivery.
public struct WebhookAttempt: JSONRepresentable, Hashable {
    /// When.
    public let at: Instant
    /// The answer's status; nil when there was none.
    public let status: Int?
    /// Why it failed; nil when it did not.
    public let error: String?
    /// How long it took: milliseconds.
    public let duration: Int64
    /// The beginning of what the receiver answered.
    public let excerpt: String?

    /// `WebhookAttempt`.
    public static var schemaName: String { "WebhookAttempt" }
    /// A try that was refused.
    public static var example: WebhookAttempt {
        WebhookAttempt(
            at: Instant(milliseconds: 1_795_258_800_000), status: 503, error: "status", duration: 120,
            excerpt: "down for maintenance")
    }

    /// Its members.
    public func write(to object: inout JSONObjectWriter) {
        object.field("at", at, "When")
        object.field("status", status, "The answer's status; null when there was none")
        object.field("error", error, "Why it failed; null when it did not")
        object.field("duration_ms", duration, "How long it took, in milliseconds")
        object.field("excerpt", excerpt, "The beginning of what the receiver answered")
    }
}

/// A delivery with its message and its tries.
struct WebhookDeliveryRecord: JSONRepresentable, Hashable {
    let delivery: WebhookDelivery
    let body: String
    let attempts: [WebhookAttempt]

    static var schemaName: String { "WebhookDeliveryRecord" }
    static var example: WebhookDeliveryRecord {
        WebhookDeliveryRecord(
            delivery: .example,
            body: #"{"type":"bag.created","timestamp":"2026-11-21T11:00:00.000Z","data":{"code":"SB00001"}}"#,
            attempts: [.example])
    }

    func write(to object: inout JSONObjectWriter) {
        delivery.write(to: &object)
        object.field("body", body, "The message as it is sent")
        object.field("tries", attempts, "What came of each try, the newest first")
    }
}
