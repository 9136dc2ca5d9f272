import Logging
import Portico
import PorticoServer
import PorticoTesting
import Testing

@testable import BagTracking

/// Who outside hears of what happens here (section 8 of the interface).
@Suite(.timeLimit(.minutes(5))) struct WebhookTests {
    private static let path = "/bags/api/v1/webhooks"

    /// The webhooks of an application that may call a receiver on this machine, and what delivers to it.
    private struct House {
        let app: AppHarness
        let receiver: Receiver
        let webhooks: BagWebhooks
        let secret: WebhookSecret

        /// Turns events into deliveries as one of several nodes does.
        func relay() -> EventRelay {
            EventRelay(
                database: app.database, outbox: EventOutbox(), clock: app.clock, logger: app.environment.logger,
                metrics: MetricsRegistry(), application: "bags", projections: [webhooks.desk.fanOut], listeners: [])
        }

        func work() async throws {
            var book = JobBook()
            webhooks.desk.handle(in: &book)
            try await JobWorker(
                database: app.database, queue: app.environment.jobs, book: book, logger: app.environment.logger,
                metrics: MetricsRegistry(), configuration: JobWorker.Configuration(application: "bags")
            ).runUntilIdle()
        }

        func kinds() throws -> [String?] {
            try receiver.messages.map { try JSONValue(parsing: $0.body)["type"]?.string }
        }
    }

    private func withHouse(
        on engine: TestEngine, events: [String] = ["*"], _ body: (House) async throws -> Void
    ) async throws {
        try await withApp(on: engine) { app in
            let receiver = Receiver()
            let url = try await receiver.start()
            let webhooks = try BagWebhooks(
                app.environment, metrics: BagMetrics(app.environment.metrics), destination: .anywhere)
            let made = try await app.database.write {
                try webhooks.desk.create(WebhookWish(name: "display", url: url, kinds: events), owner: 5, in: $0)
            }
            let house = House(app: app, receiver: receiver, webhooks: webhooks, secret: made.secret)
            do {
                try await body(house)
                await receiver.stop()
            } catch {
                await receiver.stop()
                throw error
            }
        }
    }

    @Test(
        "a webhook to an address that is not public is refused when it is made",
        arguments: [
            "https://localhost/hook", "https://printer.localhost/hook", "https://127.0.0.1/hook", "https://nas.local/x",
            "https://intranet/hook", "https://db.internal/hook", "https://192.168.1.7/hook", "http://example.org/hook",
        ])
    func notPublic(url: String) async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            let answer = await admin.post(WebhookTests.path, ["url": .string(url), "events": ["*"]])
            #expect(answer.status == 422 && answer.text.contains("url"), "\(url)")
            let good = await admin.post(WebhookTests.path, ["url": "https://display.example.org/x", "events": ["*"]])
            #expect(good.status == 201)
        }
    }

    @Test("what somebody calls a webhook, and its address, are shown as text")
    func escaped() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            let made = await admin.post(
                WebhookTests.path,
                [
                    "url": "https://display.example.org/x?a=%3Cscript%3E&b='1'", "events": ["*"],
                    "name": "<script>alert('1')</script>\"&",
                ])
            let id = try #require(made.json["id"]?.string, "\(made.text)")
            for page in ["/bags/settings/webhooks/\(id)", "/bags/settings"] {
                let answer = await admin.get(page)
                #expect(answer.status == 200 && answer.text.contains("&lt;script&gt;alert("), "\(page)")
                #expect(!answer.text.contains("<script>alert") && !answer.text.contains("alert('1')"), "\(page)")
            }
        }
    }

    @Test(
        "what happens is delivered once, signed and in order, though several nodes turn it into deliveries",
        arguments: TestEngine.available)
    func delivers(engine: TestEngine) async throws {
        try await withHouse(on: engine) { house in
            let (near, far) = (
                try await house.app.client("dispatcher"), try await house.app.client("dispatcher.indore")
            )
            _ = await near.post("/bags/api/v1/scans/parent", ["code": "SB00001"])
            _ = await far.post("/bags/api/v1/scans/parent", ["code": "SB00002"])
            _ = await near.post("/bags/api/v1/scans/child", ["parent": "SB00001", "code": "1000001"])
            _ = await near.post("/bags/api/v1/scans/child", ["parent": "SB00001", "code": "SB1"])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { try await house.relay().catchUp() } }
                try await group.waitForAll()
            }
            try await house.work()
            let kinds = try house.kinds()
            #expect(kinds == ["scan.accepted", "scan.accepted", "scan.accepted", "scan.rejected"])
            let messages = house.receiver.messages
            #expect(Set(messages.compactMap { $0.head.headers["webhook-id"] }).count == 4)
            for message in messages {
                #expect(
                    WebhookSignature.isGenuine(
                        id: message.head.headers["webhook-id"] ?? "",
                        timestamp: message.head.headers["webhook-timestamp"] ?? "",
                        signature: message.head.headers["webhook-signature"] ?? "", body: message.body,
                        secrets: [house.secret], at: house.app.clock.now()))
            }
            let areas = try messages.map { try JSONValue(parsing: $0.body)["data"]?["area_code"]?.string }
            #expect(areas == ["lucknow", "indore", "lucknow", "lucknow"])
            let exposition = String(decoding: house.app.environment.metrics.openMetricsText(), as: UTF8.self)
            #expect(exposition.contains("bags_webhook_deliveries_total{result=\"delivered\"} 4"))
        }
    }

    @Test(
        "while a message waits for another try, all later ones wait, whatever their area",
        arguments: TestEngine.available)
    func order(engine: TestEngine) async throws {
        try await withHouse(on: engine, events: ["scan.accepted"]) { house in
            let (near, far) = (
                try await house.app.client("dispatcher"), try await house.app.client("dispatcher.indore")
            )
            _ = await near.post("/bags/api/v1/scans/parent", ["code": "SB00001"])
            _ = await far.post("/bags/api/v1/scans/parent", ["code": "SB00002"])
            house.receiver.refuse(1)
            try await house.relay().catchUp()
            try await house.work()
            #expect(house.receiver.messages.isEmpty)
            house.app.clock.advance(by: .seconds(6))
            try await house.work()
            let codes = try house.receiver.messages.map { try JSONValue(parsing: $0.body)["data"]?["code"]?.string }
            #expect(codes == ["SB00001", "SB00002"])
        }
    }

    @Test("tries are as far apart as promised, and then given up")
    func patience() {
        #expect(
            BagWebhooks.policy.waits == [
                .seconds(5), .minutes(5), .minutes(30), .hours(2), .hours(5), .hours(10), .hours(24),
            ])
        #expect(
            BagWebhooks.kinds.map(\.name) == [
                "scan.accepted", "scan.rejected", "scan.undone", "parent.full", "bill.created", "bill.completed",
                "bill.dispatched", "bill.delivered", "bill.cancelled", "gate.finding", "return.committed",
                "import.finished", "stats.changed",
            ])
    }

    @Test("only https to public addresses is called, of events that exist", arguments: TestEngine.available)
    func refusals(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let wrong: [(body: JSONValue, field: String)] = [
                (["url": "http://display.example.org/", "events": ["*"]], "url"),
                (["url": "https://127.0.0.1/", "events": ["*"]], "url"),
                (["url": "https://[::1]/", "events": ["*"]], "url"),
                (["url": "https://10.1.2.3/", "events": ["*"]], "url"),
                (["url": "https://169.254.169.254/", "events": ["*"]], "url"),
                (["url": "https://2130706433/", "events": ["*"]], "url"),
                (["url": "https://display.example.org/", "events": ["bag.created"]], "events"),
                (["url": "https://display.example.org/", "events": .array([])], "events"),
                (["url": "https://display.example.org/", "events": "scan.accepted"], "events"),
                (["url": "https://display.example.org/"], "events"), (["events": ["*"]], "url"),
            ]
            for (body, field) in wrong {
                let answer = await admin.post(WebhookTests.path, body)
                #expect(answer.status == 422, "\(body): \(answer.text)")
                #expect(answer.json["errors"]?[0]?["field"]?.string == field, "\(body): \(answer.text)")
            }
            let office = try await app.client("biller")
            #expect(await office.get(WebhookTests.path).status == 403)
        }
    }

    @Test("a secret is shown once, making and removing are written down", arguments: TestEngine.available)
    func life(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let made = await admin.post(
                WebhookTests.path,
                ["url": "https://display.example.org/hook?token=geheim", "events": ["bill.dispatched", "scan.*"]])
            #expect(made.status == 201, "\(made.text)")
            let (id, secret) = (made.json["id"]?.string ?? "", made.json["secret"]?.string ?? "")
            #expect(secret.hasPrefix("whsec_") && made[header: "location"] == "\(WebhookTests.path)/\(id)")
            let list = await admin.get(WebhookTests.path)
            #expect(list.json["items"]?[0]?["events"] == ["bill.dispatched", "scan.*"])
            #expect(list.json["items"]?[0]?["name"] == "display.example.org" && !list.text.contains(secret))
            #expect(await admin.delete("\(WebhookTests.path)/\(id)").status == 204)
            #expect(await admin.delete("\(WebhookTests.path)/\(id)").status == 404)
            let audit = await admin.get("/bags/api/v1/audit?entity_type=webhook")
            let actions = audit.json["items"]?.elements?.compactMap { $0["action"]?.string }
            #expect(actions == ["webhook.deleted", "webhook.created"])
            #expect(!audit.text.contains(secret) && !audit.text.contains("geheim"))
        }
    }

    @Test(
        "pages make a webhook, show its secret once and what became of its deliveries", arguments: TestEngine.available)
    func pages(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let settings = await admin.get("/bags/settings")
            #expect(settings.text.contains("Add a webhook"))
            let refused = await admin.submit(
                "/bags/settings/webhooks", ["url": "http://x.example/", "scan.accepted": "on"], from: settings)
            #expect(refused.status == 422 && refused.text.contains("value=\"http://x.example/\""))
            #expect(refused.text.contains("role=\"alert\""))
            let none = await admin.submit("/bags/settings/webhooks", ["url": "https://x.example/"], from: settings)
            #expect(none.status == 422 && none.text.contains("must name an event"))
            let made = await admin.submit(
                "/bags/settings/webhooks", ["url": "https://x.example/", "name": "<b>", "scan.accepted": "on"],
                from: settings)
            #expect(made.status == 200 && made.text.contains("whsec_") && made.text.contains("&lt;b&gt;"))
            let list = await admin.get(WebhookTests.path).json
            let id = try #require(list["items"]?[0]?["id"]?.string)
            let page = await admin.get("/bags/settings/webhooks/\(id)")
            #expect(page.status == 200 && !page.text.contains("whsec_") && page.text.contains("Nothing was sent yet"))
            for (deed, words) in [
                ("ping", "on its way"), ("pause", "Paused"), ("activate", "Active"),
            ] {
                let done = await admin.submit("/bags/settings/webhooks/\(id)/\(deed)", [:], from: page)
                #expect(done.status == 303, "\(deed)")
                #expect(await admin.get(done[header: "location"] ?? "").text.contains(words), "\(deed)")
            }
            #expect(await admin.get("/bags/settings/webhooks/\(id)").text.contains("webhook.ping"))
            #expect(await admin.submit("/bags/settings/webhooks/\(id)/secret", [:], from: page).text.contains("whsec_"))
            let gone = await admin.submit("/bags/settings/webhooks/\(id)/delete", [:], from: page)
            #expect(gone[header: "location"] == "/bags/settings?done=removed")
            #expect(await admin.get("/bags/settings/webhooks/\(id)").status == 404)
        }
    }
}
