import Portico
import PorticoServer
import PorticoTesting
import Testing

@testable import BagTracking

/// Text messages on their way to a gateway of this machine.
@Suite(.timeLimit(.minutes(5))) struct TextGatewayTests {
    private static let api = "/bags/api/v1"
    private static let number = "+919812345678"

    /// An application that sends text messages, and what it sends them to.
    private func withGateway(
        on engine: TestEngine, settings: [(key: String, value: String)] = [],
        _ body: (AppHarness, Receiver) async throws -> Void
    ) async throws {
        let gateway = Receiver()
        let url = try await gateway.start()
        do {
            try await withApp(on: engine, settings: [(key: "sms.url", value: url)] + settings) { app in
                try await body(app, gateway)
            }
            await gateway.stop()
        } catch {
            await gateway.stop()
            throw error
        }
    }

    private func ask(_ app: AppHarness, as name: String = "biller") async throws -> TestAnswer {
        await (try app.client(name)).post(
            "\(Self.api)/phone", ["number": .string(Self.number), "password": .string(AppHarness.password)])
    }

    private struct Standing: Sendable {
        let message: String
        let hasContent: Bool
        let job: String
        let errors: String
    }

    /// How the only message and its job stand.
    private func standing(_ app: AppHarness) async throws -> Standing {
        let found = try await app.database.read {
            try $0.first(
                "test.text",
                """
                SELECT t.state, t.content, j.state, j.errors FROM text_messages t, jobs j WHERE j.name = 'texts.send'
                """
            ) { Standing(message: try $0[0], hasContent: !$0.isNull(1), job: try $0[2], errors: try $0[3]) }
        }
        return try #require(found)
    }

    @Test("a code goes to the gateway as JSON, with the operator's token", arguments: TestEngine.available)
    func sends(engine: TestEngine) async throws {
        try await withGateway(on: engine, settings: [(key: "sms.token", value: "of-the-house")]) { app, gateway in
            #expect(try await ask(app).status == 201)
            let code = try await app.textedCode()
            try await app.sendTexts()
            let message = try #require(gateway.messages.first)
            #expect(gateway.messages.count == 1 && message.head.method == .post)
            #expect(message.head.headers["authorization"] == "Bearer of-the-house")
            #expect(message.head.headers["content-type"] == "application/json")
            let body = try JSONValue(parsing: message.body)
            #expect(body["to"]?.string == Self.number && body.members?.count == 2)
            #expect(body["text"]?.string?.hasPrefix("\(code) is your code for Bag tracking.") == true)
            let standing = try await standing(app)
            #expect(standing.message == "sent" && !standing.hasContent && standing.job == "succeeded")
        }
    }

    @Test("a gateway that needs no token is shown none")
    func withoutToken() async throws {
        try await withGateway(on: .sqlite) { app, gateway in
            _ = try await ask(app)
            try await app.sendTexts()
            #expect(gateway.messages.count == 1 && gateway.messages[0].head.headers["authorization"] == nil)
        }
    }

    @Test("a gateway that can't now is asked again, for the same message", arguments: [503, 500, 429])
    func retries(status: Int) async throws {
        try await withGateway(on: .sqlite) { app, gateway in
            gateway.refuse(2, with: HTTPStatus(status))
            _ = try await ask(app)
            try await app.sendTexts()
            #expect(gateway.refused.count == 1 && gateway.messages.isEmpty)
            #expect(try await standing(app).message == "queued")
            for _ in 0..<2 {
                app.clock.advance(by: .seconds(15))
                try await app.sendTexts()
            }
            #expect(gateway.refused.count == 2 && gateway.messages.count == 1)
            let ids = (gateway.refused + gateway.messages).map { $0.head.headers["idempotency-key"] }
            #expect(Set(ids).count == 1 && ids[0] != nil)
            #expect(try await standing(app).message == "sent")
        }
    }

    @Test("a refused message is a dead letter that tells neither number nor code", arguments: [400, 401, 404, 302])
    func deadLetter(status: Int) async throws {
        try await withGateway(on: .sqlite) { app, gateway in
            gateway.refuse(1, with: HTTPStatus(status))
            _ = try await ask(app)
            let code = try await app.textedCode()
            try await app.sendTexts()
            let failed = try await standing(app)
            #expect(failed.message == "failed" && !failed.hasContent && failed.job == "failed")
            #expect(failed.errors.contains("the gateway answered \(status)"))
            #expect(!failed.errors.contains(code) && !failed.errors.contains("98123"))
            app.clock.advance(by: .minutes(5))
            try await app.sendTexts()
            #expect(gateway.messages.isEmpty)
        }
    }

    @Test("a code that has expired meanwhile is not sent any more", arguments: TestEngine.available)
    func expired(engine: TestEngine) async throws {
        try await withGateway(on: engine) { app, gateway in
            gateway.refuse(1)
            _ = try await ask(app)
            try await app.sendTexts()
            app.clock.advance(by: .minutes(7))
            try await app.sendTexts()
            #expect(gateway.refused.count == 1 && gateway.messages.isEmpty)
            let standing = try await standing(app)
            #expect(standing.message == "expired" && !standing.hasContent)
        }
    }

    @Test("number and code are nowhere in the database as they are", arguments: TestEngine.available)
    func sealed(engine: TestEngine) async throws {
        try await withGateway(on: engine) { app, _ in
            try await app.addPhone(try await app.client("biller"), Self.number)
            let bytes = try await app.database.read { reading in
                try reading.all("test.phones", "SELECT number FROM phones") { try [UInt8].read($0, 0) }
                    + reading.all("test.texts", "SELECT content FROM text_messages") { try [UInt8].read($0, 0) }
                    + reading.all("test.jobs", "SELECT payload FROM jobs") { Array(try String.read($0, 0).utf8) }
            }
            #expect(bytes.count >= 3)
            for text in bytes.map({ String(decoding: $0, as: UTF8.self) }) {
                #expect(!text.contains("98123") && !text.contains("345678") && !text.contains("your code"))
            }
        }
    }

    @Test("a role with codes signs in by text message, and by mail where the gateway is taken out")
    func signsIn() async throws {
        let settings = [(key: "bags.second_factor_by_mail", value: "biller")]
        try await withGateway(on: .sqlite) { app, _ in
            try await app.addPhone(try await app.client("biller"), Self.number)
            let credentials: JSONValue = ["email": "biller@bags.demo", "password": .string(AppHarness.password)]
            let url = app.environment.settings.text("sms.url")
            let node = try await app.restarted(settings + [(key: "sms.url", value: url)])
            let asked = await node.stranger().post("\(Self.api)/session", credentials)
            #expect(asked.json["method"] == "sms" && asked.json["phone_ending"] == "678")
            var shown = credentials
            shown["code"] = .string(try await node.textedCode())
            #expect(await node.stranger().post("\(Self.api)/session", shown).status == 201)
            let later = try await app.restarted(settings)
            #expect(await later.stranger().post("\(Self.api)/session", credentials).json["method"] == "mail")
        }
    }

    @Test("an erasure takes the phone and what waits for it along", arguments: TestEngine.available)
    func erasure(engine: TestEngine) async throws {
        try await withGateway(on: engine) { app, gateway in
            let biller = try await app.client("biller")
            try await app.addPhone(biller, Self.number)
            let told = await biller.get("\(Self.api)/personal-data").json
            #expect(told["phone"]?["number"]?.string == Self.number)
            let messages = told["application"]?["bag_tracking"]?["text_messages"]
            #expect(messages?.elements?.map { $0["state"]?.string } == ["queued"])
            let id = try #require(told["account"]?["id"]?.string)
            let admin = try await app.client("admin")
            #expect(await admin.post("\(Self.api)/users/\(id)/erase").status == 200)
            for table in ["phones", "text_messages"] {
                let left = try await app.database.read {
                    try $0.scalar("test.left", SQL(trusted: "SELECT count(*) FROM \(table)"), as: Int.self)
                }
                #expect(left == 0, "\(table)")
            }
            try await app.sendTexts()
            #expect(gateway.messages.isEmpty)
        }
    }

    @Test("an administrator takes away a phone that was lost", arguments: TestEngine.available)
    func lost(engine: TestEngine) async throws {
        try await withGateway(on: engine) { app, _ in
            let biller = try await app.client("biller")
            let id = try #require(await biller.get("\(Self.api)/session").json["user"]?["id"]?.string)
            let admin = try await app.client("admin")
            let path = "\(Self.api)/users/\(id)/second-factor"
            #expect(await admin.delete(path).problemCode == "no_second_factor")
            try await app.addPhone(biller, Self.number)
            #expect(await admin.get("/bags/users/\(id)").text.contains("Authenticator lost"))
            #expect(await admin.delete(path).status == 204)
            #expect(await biller.get("\(Self.api)/session").status == 401)
            #expect(await admin.delete(path).problemCode == "no_second_factor")
        }
    }

    @Test("a start with an address or a token that is none names the setting and not its value")
    func mistakes() async throws {
        let wrong = [
            (key: "sms.url", value: "ftp://secret.example"), (key: "sms.token", value: "secret\nvalue"),
            (key: "sms.url", value: "https://u:secret@gateway.example"),
        ]
        for setting in wrong {
            let settings = [(key: "sms.url", value: "https://gateway.example/send")] + [setting]
            do {
                try await withApp(settings: settings) { _ in }
                Issue.record("\(setting.key) was taken")
            } catch let mistake as Settings.Mistake {
                #expect(mistake.description.hasPrefix("\(setting.key):") && !mistake.description.contains("secret"))
            }
        }
    }
}
