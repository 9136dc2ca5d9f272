import Portico
import PorticoTesting
import Testing

@testable import BagTracking

@Suite struct MailedRouteTests {
    private static let email = "meera@example.org"
    private static let password = "Correct-horse-9"

    /// The token in the link of the newest mail to an address, which must lead to the configured address.
    private func token(to address: String, in app: AppHarness) async throws -> String {
        let rows = try await app.database.read {
            try $0.all(
                "test.mails", "SELECT text FROM mails WHERE recipient = \(address) ORDER BY id DESC LIMIT 1"
            ) { try $0[0] as String }
        }
        let text = try #require(rows.first)
        let link = try #require(text.split(whereSeparator: \.isWhitespace).first { $0.contains("?token=") })
        #expect(link.hasPrefix("https://warehouse.example/bags/"))
        return String(try #require(link.split(separator: "=").last))
    }

    private func invitation(role: String, area: String?) -> JSONValue {
        .object([
            ("email", .string(Self.email)), ("name", "Meera"), ("role", .string(role)),
            ("area_code", area.map { .string($0) } ?? .null),
        ])
    }

    @Test("R9 an invitation takes every area there can be")
    func longArea() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            let area = "a" + String(repeating: "b", count: 29)
            let made = await admin.post("/bags/api/v1/areas", ["code": .string(area), "name": "Long"])
            #expect(made.status == 201)
            let invited = await admin.post("/bags/api/v1/invitations", invitation(role: "dispatcher", area: area))
            #expect(invited.status == 201)
        }
    }

    @Test(
        "an invited dispatcher follows the link, chooses a password and works in the area",
        arguments: TestEngine.available)
    func invites(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let invited = await admin.post("/bags/api/v1/invitations", invitation(role: "dispatcher", area: "lucknow"))
            #expect(invited.status == 201)
            let token = try await token(to: Self.email, in: app)
            let stranger = app.stranger()
            let accepted = await stranger.post(
                "/bags/api/v1/invitations/accept",
                ["token": .string(token), "name": "Meera N.", "password": .string(Self.password)])
            #expect(accepted.status == 201)
            let meera = app.stranger()
            let session = try await meera.signIn(Self.email, Self.password, at: "/bags")
            #expect(session.json["user"]?["area_code"]?.string == "lucknow")
            #expect(await meera.post("/bags/api/v1/scans/parent", ["code": "SB00001"]).status == 201)
            let again = await app.stranger().post(
                "/bags/api/v1/invitations/accept",
                ["token": .string(token), "name": "Other", "password": .string(Self.password)])
            #expect(again.status >= 400 && again.status < 500)
        }
    }

    @Test(
        "whoever is added without a password is active at once and chooses one by a link",
        arguments: TestEngine.available)
    func addsByMail(engine: TestEngine) async throws {
        try await withApp(on: engine, settings: [(key: "mail.smtp_host", value: "mail.example")]) { app in
            let admin = try await app.client("admin")
            let added = await admin.post("/bags/api/v1/users", invitation(role: "dispatcher", area: "lucknow"))
            #expect(added.status == 201 && added.json["is_active"] == true && added.json["area_code"] == "lucknow")
            let token = try await token(to: Self.email, in: app)
            let accepted = await app.stranger().post(
                "/bags/api/v1/invitations/accept",
                ["token": .string(token), "name": "Meera N.", "password": .string(Self.password)])
            #expect(accepted.status == 201)
            try await app.stranger().signIn(Self.email, Self.password, at: "/bags")
        }
    }

    @Test(
        "where no mail is sent, whoever is added without a password is refused, and nothing is kept of them",
        arguments: TestEngine.available)
    func addsWithoutMail(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let refused = await admin.post("/bags/api/v1/users", invitation(role: "dispatcher", area: "lucknow"))
            #expect(refused.status == 422 && refused.problemCode == "validation_failed")
            #expect(refused.json["errors"]?[0]?["field"] == "password")
            #expect(refused.json["errors"]?[0]?["code"] == "required_without_mail")
            let form = await admin.submit(
                "/bags/users",
                ["email": Self.email, "name": "Meera", "role": "biller", "area_code": "", "password": ""],
                from: await admin.get("/bags/users/new"))
            #expect(form.status == 422 && form.text.contains("no mail is sent from here"))
            #expect(form.text.contains("value=\"\(Self.email)\""))
            let left = try await app.database.read {
                try $0.scalar(
                    "test.left",
                    "SELECT (SELECT count(*) FROM accounts WHERE email = \(Self.email)) + (SELECT count(*) FROM mails)",
                    as: Int.self)
            }
            #expect(left == 0)
        }
    }

    @Test("an invitation taken back leaves nobody in the list of people", arguments: TestEngine.available)
    func withdrawn(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let before = await admin.get("/bags/api/v1/users").json["items"]?.elements?.count
            let invited = await admin.post("/bags/api/v1/invitations", invitation(role: "dispatcher", area: "lucknow"))
            let id = try #require(invited.json["id"]?.string)
            #expect(await admin.delete("/bags/api/v1/invitations/\(id)").status == 204)
            #expect(await admin.get("/bags/api/v1/users").json["items"]?.elements?.count == before)
            #expect(!(await admin.get("/bags/users").text.contains("Erased person")))
        }
    }

    @Test("a dispatcher without an area, an unknown role and a caller without the permission invite nobody")
    func refuses() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            #expect(
                await admin.post("/bags/api/v1/invitations", invitation(role: "dispatcher", area: nil)).status == 422)
            #expect(
                await admin.post("/bags/api/v1/invitations", invitation(role: "pilot", area: nil)).status >= 400)
            let biller = try await app.client("biller")
            #expect(
                await biller.post("/bags/api/v1/invitations", invitation(role: "biller", area: nil)).status == 403)
            let mails = try await app.database.read {
                try $0.scalar("test.mails", "SELECT count(*) FROM mails", as: Int.self)
            }
            #expect(mails == 0)
        }
    }

    @Test("whoever has lost the password gets another one by mail; a stranger's address looks the same")
    func resets() async throws {
        try await withApp { app in
            let stranger = app.stranger()
            let known = await stranger.post("/bags/api/v1/password-reset", ["email": "biller@bags.demo"])
            let unknown = await stranger.post("/bags/api/v1/password-reset", ["email": "nobody@bags.demo"])
            #expect(known.status == 202 && unknown.status == 202 && known.bytes == unknown.bytes)
            let token = try await token(to: "biller@bags.demo", in: app)
            let confirmed = await stranger.post(
                "/bags/api/v1/password-reset/confirm",
                ["token": .string(token), "password": .string(Self.password)])
            #expect(confirmed.status == 204)
            try await app.stranger().signIn("biller@bags.demo", Self.password, at: "/bags")
        }
    }

    @Test("an API key does what its scope and its owner's role allow, and no more")
    func keys() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            let made = await admin.post(
                "/bags/api/v1/api-keys",
                ["name": "Scale", "scope": "bag.read stats.read", "password": .string(AppHarness.password)])
            #expect(made.status == 201)
            let key = try #require(made.json["key"]?.string)
            let machine: Headers = ["authorization": "Bearer \(key)"]
            #expect(await app.stranger().get("/bags/api/v1/stats", machine).status == 200)
            #expect(await app.stranger().get("/bags/api/v1/users", machine).status == 403)
        }
    }

    @Test("a role that needs an authenticator allows nothing without one; a role with codes by mail gets one sent")
    func secondFactors() async throws {
        let settings = [
            (key: "bags.second_factor_required", value: "admin"), (key: "bags.second_factor_by_mail", value: "biller"),
        ]
        try await withApp(settings: settings) { app in
            let admin = try await app.client("admin")
            #expect(await admin.get("/bags/api/v1/users").status == 403)
            let credentials: JSONValue = ["email": "biller@bags.demo", "password": .string(AppHarness.password)]
            let asked = await app.stranger().post("/bags/api/v1/session", credentials)
            #expect(asked.status == 401 && asked.problemCode == "second_factor_required")
            #expect(asked.json["method"] == "mail")
            let text = try await app.database.read {
                try $0.first("test.mail", "SELECT text FROM mails ORDER BY id DESC LIMIT 1") { try $0[0] as String }
            }
            let code = try #require(text?.split { !$0.isNumber }.first { $0.count == 6 })
            let answer = await app.stranger().post(
                "/bags/api/v1/session",
                [
                    "email": "biller@bags.demo", "password": .string(AppHarness.password),
                    "code": .string(String(code)),
                ])
            #expect(answer.status == 201)
        }
    }

    @Test("a role that does not exist stops the start with one line")
    func unknownRole() async throws {
        await #expect(throws: Settings.Mistake.self) {
            try await withApp(settings: [(key: "bags.second_factor_required", value: "pilot")]) { _ in }
        }
    }
}
