import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoValues

/// The route on which tests read the mails an application would have sent. Only for nodes in the testing environment.
public struct OutboxRoute: Sendable {
    private let mails: MailQueue
    private let database: Database

    /// A route over the mails of an application.
    public init(mails: MailQueue, database: Database) {
        self.mails = mails
        self.database = database
    }

    private struct Filter: RouteInput {
        let to: String?

        init(_ fields: inout FieldReader) {
            to = fields.optionalText("to", 1...254, "Only mails to this address")
        }
    }

    /// `GET /__test/outbox?to=`: the newest fifty, newest first.
    public var route: Route {
        .json(
            .get, "/__test/outbox", "testOutbox", "Mails that would have been sent", access: .anonymous,
            limit: .unlimited
        ) { (_: RequestContext, filter: Filter) -> Reply<OutboxAnswer> in
            let items = try await database.read { try mails.outbox(to: filter.to, in: $0) }
            return .ok(OutboxAnswer(items: items.map { OutboxMail(item: $0) }))
        }
    }
}

/// Mails, the newest first.
struct OutboxAnswer: JSONRepresentable {
    let items: [OutboxMail]

    static let schemaName = "Outbox"
    static let example = OutboxAnswer(items: [.example])

    func write(to object: inout JSONObjectWriter) {
        object.field("items", items, "The newest first")
    }
}

/// A mail as tests see it.
struct OutboxMail: JSONRepresentable {
    let item: OutboxItem

    static let schemaName = "OutboxMail"
    static let example = OutboxMail(
        item: OutboxItem(
            id: 1, to: "asha@example.org", subject: "Welcome", text: "Hello Asha", html: nil, state: .kept, reply: nil,
            sentAt: Instant(milliseconds: 1_795_258_800_000)))

    func write(to object: inout JSONObjectWriter) {
        object.field("to", item.to, "Address it is for")
        object.field("subject", item.subject, "Its subject")
        object.field("text", item.text, "What it says")
        object.optionalField("html", item.html, "The same in markup")
        object.field("sent_at", item.sentAt, "When it left, or was written")
    }
}
