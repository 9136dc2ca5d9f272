import Logging
import PorticoHTTP
import PorticoJSON
import PorticoOutbound
import PorticoPages
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoWebhooks

@Suite(.timeLimit(.minutes(5))) struct WebhookRouteTests {
    /// Knows `Cookie: who=<account id>`; account 1 sees everybody's.
    private struct CookieAuthenticator: Authenticator {
        func principal(for head: RequestHead) async throws -> Principal? {
            guard let id = head.cookie("who").flatMap({ Int64($0) }) else { return nil }
            return Principal(
                accountID: id, email: "\(id)@example.org", name: "\(id)", roles: [],
                permissions: id == 1 ? ["webhooks.all"] : [])
        }
    }

    private func withClient(
        on engine: TestEngine, destination: DestinationPolicy = .anywhere,
        _ body: (PostOffice, TestClient) async throws -> Void
    ) async throws {
        try await withOffice(on: engine, destination: destination) { office in
            let routes = WebhookRoutes(
                desk: office.desk, cursors: CursorSigner(key: Array(repeating: 9, count: 32)),
                permission: "webhooks.all")
            var mount = Mount(id: "shop", prefix: "/shop", title: "Shop", routes: routes.routes)
            mount.authenticator = CookieAuthenticator()
            let site = try Site(
                Site.Configuration(
                    mounts: [mount], csrf: CSRFSigner(key: Array(repeating: 7, count: 32)), clock: office.clock,
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: office.metrics,
                    assets: AssetLinks { $0 }))
            try await body(office, TestClient(site))
        }
    }

    private let path = "/shop/api/v1/webhooks"

    private func own(_ id: Int) -> Headers { ["cookie": "who=\(id)", "sec-fetch-site": "same-origin"] }

    private func wish(_ url: String, events: String = "bag.*") -> JSONValue {
        [
            "name": "Display", "url": .string(url),
            "events": .array(events.split(separator: " ").map { .string(String($0)) }),
        ]
    }

    @Test("an owner makes, sees, changes and removes a webhook; others find nothing", arguments: TestEngine.available)
    func life(engine: TestEngine) async throws {
        try await withClient(on: engine) { office, client in
            let made = await client.post(path, wish("https://example.org/a?token=geheim"), own(3))
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.json["id"]?.string)
            let secret = try #require(made.json["secret"]?.string)
            #expect(made[header: "location"] == "\(path)/\(id)" && WebhookSecret(secret) != nil)
            let shown = await client.get("\(path)/\(id)", own(3))
            #expect(
                shown.json["events"] == ["bag.*"] && shown.json["state"] == "active" && !shown.text.contains(secret))
            #expect(await client.get("\(path)/\(id)", own(4)).status == 404)
            #expect(await client.get("\(path)/\(id)", own(1)).status == 200)
            #expect(await client.get("\(path)/\(id)").status == 401)
            var change = wish("https://example.org/b", events: "scan.accepted bag.created")
            change["active"] = false
            #expect(await client.put("\(path)/\(id)", change, own(4)).status == 404)
            let changed = await client.put("\(path)/\(id)", change, own(3))
            #expect(changed.json["state"] == "paused" && changed.json["events"] == ["bag.created", "scan.accepted"])
            #expect(await client.post("\(path)/\(id)/ping", .object([]), own(3)).problemCode == "webhook_not_active")
            let rotated = await client.post("\(path)/\(id)/secret", .object([]), own(3))
            #expect(rotated.status == 200 && rotated.json["secret"]?.string != secret)
            #expect(rotated.json["old_secret_until"]?.string != nil)
            #expect(await client.delete("\(path)/\(id)", own(4)).status == 404)
            #expect(await client.delete("\(path)/\(id)", own(3)).status == 204)
            #expect(await client.get("\(path)/\(id)", own(3)).status == 404)
            let audit = try await office.database.read {
                try $0.all("test.audit", "SELECT action, before, after FROM audit_rows") { row in
                    "\(try row[0] as String) \(try row[1] as String? ?? "") \(try row[2] as String? ?? "")"
                }
            }
            #expect(audit.count == 4 && !audit.joined().contains("geheim") && !audit.joined().contains(secret))
        }
    }

    @Test("refuses what can't be called or does not exist, naming the field", arguments: TestEngine.available)
    func refuses(engine: TestEngine) async throws {
        try await withClient(on: engine, destination: .publicOnly) { _, client in
            let wrong: [(JSONValue, String)] = [
                (wish("http://127.0.0.1/"), "url"), (wish("https://example.org:8443/"), "url"),
                (wish("no address"), "url"),
                (wish("https://user:pass@example.org/"), "url"),
                (wish("https://example.org/", events: "none.such"), "events"),
            ]
            for (body, field) in wrong {
                let answer = await client.post(path, body, own(3))
                #expect(answer.status == 422 && answer.json["errors"]?[0]?["field"] == .string(field), "\(answer.text)")
            }
        }
    }

    @Test("lists page by page, the newest first, each owner's own", arguments: TestEngine.available)
    func lists(engine: TestEngine) async throws {
        try await withClient(on: engine) { office, client in
            for number in 1...3 { _ = try await office.subscribe("https://example.org/", name: "n\(number)") }
            let first = await client.get("\(path)?limit=2", own(3))
            #expect(first.json["items"]?.elements?.compactMap { $0["name"]?.string } == ["n3", "n2"])
            let cursor = try #require(first.json["next_cursor"]?.string)
            let second = await client.get("\(path)?limit=2&cursor=\(cursor)", own(3))
            #expect(second.json["items"]?.elements?.compactMap { $0["name"]?.string } == ["n1"])
            #expect(second.json["next_cursor"] == .null)
            #expect(await client.get("\(path)?cursor=\(cursor)", own(4)).problemCode == "invalid_cursor")
            #expect(await client.get(path, own(4)).json["items"] == [])
        }
    }

    @Test("shows what became of deliveries, and sends one again", arguments: TestEngine.available)
    func deliveries(engine: TestEngine) async throws {
        let server = try LocalServer { _ in .answer(200, body: Array("thanks".utf8)) }
        defer { server.stop() }
        try await withClient(on: engine) { office, client in
            let (id, _) = try await office.subscribe(server.url)
            try await office.tell(("bag.created", "SB1", 1))
            try await office.work()
            let list = await client.get("\(path)/\(id)/deliveries?state=delivered", own(3))
            let delivery = try #require(list.json["items"]?[0]?["id"]?.string)
            #expect(list.json["items"]?[0]?["key"] == "SB1")
            let shown = await client.get("\(path)/\(id)/deliveries/\(delivery)", own(3))
            #expect(
                shown.json["tries"]?[0]?["excerpt"] == "thanks" && shown.json["body"]?.string?.contains("SB1") == false)
            #expect(await client.get("\(path)/\(id)/deliveries/\(delivery)", own(4)).status == 404)
            let again = await client.post("\(path)/\(id)/deliveries/\(delivery)/redeliver", .object([]), own(3))
            #expect(again.status == 202 && again.json["state"] == "waiting")
            #expect(await client.post("\(path)/\(id)/deliveries/999/redeliver", .object([]), own(3)).status == 404)
            #expect(await client.post("\(path)/\(id)/ping", .object([]), own(3)).status == 202)
            try await office.work()
            #expect(server.received.count == 3)
        }
    }
}
