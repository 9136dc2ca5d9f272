/// A notice that tests change at one node and read at the others: the shortest way through everything that nodes keep. The
/// answer is one for everybody, made of a value in process, made of one in tier 2, made of a row. Only for nodes in the
/// testing environment.
struct NoticeBoard: Sendable {
    private static let kind = "test.notice"
    private static let tag: CacheTag = "test.notice"
    private static let path = "/__test/notice"

    private let database: Database
    private let clock: Clock
    private let outbox: EventOutbox
    private let stale: StaleTags
    private let notices: Cache<String, String>

    init(_ environment: ApplicationEnvironment, application: String) {
        database = environment.database
        clock = environment.clock
        outbox = environment.outbox
        stale = environment.stale
        var policy = CachePolicy("\(application).test-notices", ttl: .minutes(10))
        policy.tags = [NoticeBoard.tag]
        notices = Cache(policy, in: environment.caches, codec: .text)
    }

    var routes: [Route] { [reading, writing] }

    private var reading: Route {
        .json(
            .get, NoticeBoard.path, "testNotice", "The notice, kept in every way there is", access: .anonymous,
            limit: .unlimited, cache: .shared(SharedCaching(seconds: 600, tags: [NoticeBoard.tag.text]))
        ) { (_: RequestContext, _: NoInput) -> Reply<TestText> in
            .ok(TestText(text: try await notices.value(for: "notice") { _ in try await newest() }))
        }
    }

    private var writing: Route {
        .json(
            .post, NoticeBoard.path, "writeTestNotice", "Puts another notice up", access: .anonymous,
            limit: .unlimited
        ) { (_: RequestContext, notice: NewNotice) -> Reply<TestText> in
            let event = Event(
                NoticeBoard.kind, key: "notice", payload: ["text": .string(notice.text)], at: clock.now())
            try await database.write { [outbox, stale] transaction in
                try outbox.publish(event, in: transaction)
                try stale.declare([NoticeBoard.tag], at: event.at, in: transaction)
            }
            return .ok(TestText(text: notice.text))
        }
    }

    /// The outbox is a table that every application has.
    private func newest() async throws -> String {
        let payload = try await database.read {
            try $0.scalar(
                "notices.newest",
                "SELECT payload FROM event_outbox WHERE kind = \(NoticeBoard.kind) ORDER BY id DESC LIMIT 1",
                as: String.self)
        }
        guard let payload else { return "" }
        return try JSONValue(parsing: Array(payload.utf8))["text"]?.string ?? ""
    }
}

private struct NewNotice: RouteInput {
    let text: String

    init(_ fields: inout FieldReader) {
        text = fields.text("text", 0...1000, "What it says")
    }
}
