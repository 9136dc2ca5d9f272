import Logging
import Portico
import PorticoTesting
import Testing

@Suite struct LimitDeskTests {
    /// A node of an application with one limited route; whoever says so is the operator.
    private struct Sample {
        let client: TestClient
        let desk: LimitDesk
        let book = RateRuleBook([])

        init(_ database: Database) async throws {
            desk = LimitDesk(database: database, book: book)
            var mount = Mount(
                id: "notes", prefix: "/notes", title: "Notes",
                routes: [
                    .json(
                        .get, "/api/v1/notes", "notes", "Lists notes", access: .anonymous,
                        limit: LimitClass("read", quota: 3, windowSeconds: 60, burst: 3)
                    ) { (_: RequestContext, _: NoInput) in Reply<NoContent>(NoContent(), status: .noContent) }
                ])
            mount.routes += desk.routes
            mount.authenticator = Roles()
            try await desk.open(mount)
            var configuration = Site.Configuration(
                mounts: [mount], csrf: CSRFSigner(key: Array(repeating: 7, count: 32)),
                clock: Clock(standingAt: Instant(seconds: 1_790_000_000)),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
                assets: AssetLinks { "/assets/\($0)" })
            configuration.limits = RateLimits(book: book)
            client = TestClient(try Site(configuration))
        }

        func admitted(of number: Int) async -> Int {
            var admitted = 0
            for _ in 0..<number where await client.get("/notes/api/v1/notes").status == 204 { admitted += 1 }
            return admitted
        }
    }

    private struct Roles: Authenticator {
        func principal(for head: RequestHead) async throws -> Principal? {
            guard let role = head.headers["x-role"] else { return nil }
            return Principal(
                accountID: 1, email: "\(role)@example.org", name: role, roles: [role],
                permissions: role == "operator" ? ["operations.read", "operations.write"] : [])
        }
    }

    private static let path = "/notes/api/v1/limits/notes.read"
    private static let asOperator: Headers = ["x-role": "operator"]

    private func terms(_ quota: Int64, mode: String = "enforced") -> JSONValue {
        .object([
            ("quota", .integer(quota)), ("window_seconds", .integer(60)), ("burst", .integer(quota)),
            ("mode", .string(mode)),
        ])
    }

    private func withNodes(
        on engine: TestEngine, _ body: (Sample, Sample, Database) async throws -> Void
    ) async throws {
        let kept = try await TestDatabase.make(
            on: engine, schema: [IdentitySchema.component, LimitSchema.component])
        let other = try await kept.openAgain()
        try await body(try await Sample(kept.database), try await Sample(other), kept.database)
        await other.engine.close()
        await kept.close()
    }

    @Test(
        "a change holds at once here, on other nodes when they look, and after a restart",
        arguments: TestEngine.available)
    func changes(engine: TestEngine) async throws {
        try await withNodes(on: engine) { here, there, database in
            #expect(await here.admitted(of: 5) == 3)
            let answer = await here.client.put(Self.path, terms(10), Self.asOperator)
            #expect(answer.status == 200)
            #expect(answer.json["quota"] == 10)
            #expect(answer.json["is_changed"] == true)
            #expect(answer.json["declared_quota"] == 3)
            #expect(here.book.rule("notes.read")?.quota == 10)
            #expect(there.book.rule("notes.read")?.quota == 3)
            try await there.desk.refresh()
            #expect(there.book.rule("notes.read")?.quota == 10)
            #expect(try await Sample(database).book.rule("notes.read")?.quota == 10)
        }
    }

    @Test("a limit can be a shadow, be off, and be as declared again", arguments: TestEngine.available)
    func modes(engine: TestEngine) async throws {
        try await withNodes(on: engine) { here, there, _ in
            _ = await here.client.put(Self.path, terms(3, mode: "shadow"), Self.asOperator)
            #expect(await here.admitted(of: 5) == 5)
            #expect(await here.client.get(Self.path, Self.asOperator).json["would_have_refused"] == 2)
            _ = await here.client.put(Self.path, terms(3, mode: "off"), Self.asOperator)
            #expect(await here.client.get("/notes/api/v1/notes")[header: "ratelimit"] == nil)
            try await there.desk.refresh()
            #expect(await here.client.delete(Self.path, Self.asOperator).status == 204)
            try await there.desk.refresh()
            for node in [here, there] {
                #expect(node.book.rule("notes.read")?.quota == 3)
                #expect(node.book.rule("notes.read")?.mode == .enforced)
            }
        }
    }

    @Test("tells every limit with its routes and counts", arguments: TestEngine.available)
    func lists(engine: TestEngine) async throws {
        try await withNodes(on: engine) { here, _, _ in
            _ = await here.admitted(of: 4)
            let answer = await here.client.get("/notes/api/v1/limits", Self.asOperator).json
            let items: [JSONValue] = answer["items"]?.elements ?? []
            let item = try #require(items.first { $0["name"]?.string == "notes.read" })
            let routes: [String] = (item["routes"]?.elements ?? []).compactMap { $0.string }
            #expect(item["admitted"] == 3 && item["refused"] == 1)
            #expect(routes == ["GET /notes/api/v1/notes"])
        }
    }

    @Test("who is no operator, names no limit or wants the impossible changes nothing", arguments: TestEngine.available)
    func refusals(engine: TestEngine) async throws {
        try await withNodes(on: engine) { here, _, database in
            #expect(await here.client.put(Self.path, terms(10)).status == 401)
            #expect(await here.client.put(Self.path, terms(10), ["x-role": "reader"]).status == 403)
            #expect(await here.client.delete(Self.path, ["x-role": "reader"]).status == 403)
            #expect(
                await here.client.put("/notes/api/v1/limits/notes.none", terms(1), Self.asOperator).status == 404)
            #expect(await here.client.put(Self.path, terms(0), Self.asOperator).status == 422)
            #expect(await here.client.put(Self.path, terms(2_147_483_647, mode: "on"), Self.asOperator).status == 422)
            #expect(here.book.rule("notes.read")?.quota == 3)
            let rows = try await database.read {
                try $0.scalar("test.rows", "SELECT count(*) FROM audit_rows", as: Int64.self)
            }
            #expect(rows == 0)
        }
    }

    @Test("every change is in the audit with the terms before and after", arguments: TestEngine.available)
    func audited(engine: TestEngine) async throws {
        try await withNodes(on: engine) { here, _, database in
            _ = await here.client.put(Self.path, terms(10), Self.asOperator)
            _ = await here.client.delete(Self.path, Self.asOperator)
            let rows = try await database.read {
                try $0.all("test.audit", "SELECT action, before, after FROM audit_rows ORDER BY seq") { row in
                    [try row[0] as String, try row[1] as String, try row[2] as String]
                }
            }
            #expect(
                rows == [
                    ["limit.changed", #"{"quota":3,"burst":3}"#, #"{"quota":10,"burst":10}"#],
                    ["limit.reset", #"{"quota":10,"burst":10}"#, #"{"quota":3,"burst":3}"#],
                ])
        }
    }
}
