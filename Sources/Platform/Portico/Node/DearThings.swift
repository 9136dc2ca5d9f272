/// Things that are dear to make, and that every maker leaves a trace of: for tests with several processes, which count the
/// makings and end them. Only for nodes in the testing environment.
struct DearThings: Sendable {
    private static let begun = "test.dear_begun"
    private static let allowed = "test.dear_allowed"
    private static let path = "/__test/dear"

    private let database: Database
    private let clock: Clock
    private let outbox: EventOutbox
    private let things: Cache<String, String>

    init(_ environment: ApplicationEnvironment, application: String) {
        database = environment.database
        clock = environment.clock
        outbox = environment.outbox
        things = Cache(
            CachePolicy("\(application).test-dear", ttl: .minutes(10)), in: environment.caches, codec: .text)
    }

    var routes: [Route] { [reading, allowing] }

    private var reading: Route {
        .json(
            .get, "\(DearThings.path)/{name}", "testDear", "Something that is made once, as soon as that is allowed",
            access: .anonymous, limit: .unlimited
        ) { (_: RequestContext, thing: DearName) -> Reply<TestText> in
            .ok(TestText(text: try await things.value(for: thing.name) { _ in try await make(thing.name) }))
        }
    }

    private var allowing: Route {
        .json(
            .post, DearThings.path, "allowTestDear", "Lets whoever makes a thing come to an end", access: .anonymous,
            limit: .unlimited
        ) { (_: RequestContext, thing: DearName) -> Reply<TestText> in
            try await note(DearThings.allowed, thing.name)
            return .ok(TestText(text: thing.name))
        }
    }

    private func make(_ name: String) async throws -> String {
        try await note(DearThings.begun, name)
        while try await count(DearThings.allowed, name) == 0 { try await Task.sleep(for: .milliseconds(20)) }
        return "\(name), begun \(try await count(DearThings.begun, name)) times"
    }

    private func note(_ kind: String, _ name: String) async throws {
        let event = Event(kind, key: name, payload: [:], at: clock.now())
        try await database.write { [outbox] in try outbox.publish(event, in: $0) }
    }

    private func count(_ kind: String, _ name: String) async throws -> Int {
        try await database.read {
            try $0.scalar(
                "dear.count", "SELECT count(*) FROM event_outbox WHERE kind = \(kind) AND key = \(name)", as: Int.self)
        } ?? 0
    }
}

private struct DearName: RouteInput {
    let name: String

    init(_ fields: inout FieldReader) {
        name = fields.text("name", 1...100, "Which thing")
    }
}
