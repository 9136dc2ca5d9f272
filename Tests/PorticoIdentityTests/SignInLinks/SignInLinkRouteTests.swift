import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct SignInLinkRouteTests {
    private static let path = "/bags/api/v1/sign-in-link"

    private func ask(_ client: TestClient, _ email: String = "asha@example.org") async -> TestAnswer {
        await client.post(Self.path, ["email": .string(email)])
    }

    private func confirm(_ client: TestClient, _ token: String, code: String? = nil) async -> TestAnswer {
        var body: JSONValue = ["token": .string(token)]
        if let code { body["code"] = .string(code) }
        return await client.post(Self.path + "/confirm", body)
    }

    private func link(_ post: PostOffice) async throws -> String { try await post.lastToken("account.sign_in_link") }

    /// Gives the account an authenticator.
    private func enrol(_ account: Account, _ post: PostOffice) async throws -> OwnersPhone {
        let owner = try await post.signedIn()
        _ = await owner.post("/bags/api/v1/second-factor", ["password": .string(Office.password)])
        let phone = try await OwnersPhone(of: account, post.office)
        let done = await owner.post("/bags/api/v1/second-factor/confirm", ["code": .string(phone.code)])
        try #require(done.status == 200)
        post.clock.advance(by: .seconds(30))
        return phone
    }

    @Test("sends a link that signs in once, and writes both down", arguments: TestEngine.available)
    func signsIn(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            #expect(await ask(client, " ASHA@example.org ").status == 202)
            let mail = try #require(try await post.mails().first)
            #expect(mail.to == "asha@example.org" && mail.text.contains("15 minutes"))
            #expect(mail.text.contains("https://bags.example/bags/sign-in/link?token="))
            let token = try await link(post)
            let begun = await confirm(client, token)
            #expect(begun.status == 201 && begun.json["user"]?["email"] == "asha@example.org")
            #expect(begun.json["csrf_token"] != .null && begun[header: "location"] == "/bags/api/v1/session")
            #expect(await client.get("/bags/api/v1/session").status == 200)
            let again = await confirm(try post.client(), token)
            #expect(again.status == 422 && again.problemCode == "invalid_sign_in_link")
            #expect(
                try await post.actions() == ["account.sign_in_link_requested", "account.signed_in_by_link"])
        }
    }

    @Test(
        "tells an unknown, an inactive and a waiting address what it tells a known one", arguments: TestEngine.available
    )
    func uniform(engine: TestEngine) async throws {
        let log = QueryLog.silent
        try await withPostOffice(on: engine, queries: log) { post in
            _ = try await post.office.hire()
            let gone = try await post.office.hire("gone@example.org")
            try await post.database.write {
                _ = try post.identity.accounts.change(id: gone.id, AccountChange(isActive: false), in: $0)
            }
            let client = try post.client()
            func statements() -> Int { log.statistics.snapshot().map(\.count).reduce(0, +) }
            func cost(_ email: String) async -> (answer: TestAnswer, statements: Int) {
                let before = statements()
                let answer = await ask(client, email)
                return (answer, statements() - before)
            }
            let known = await cost("asha@example.org")
            for email in ["nobody@example.org", "gone@example.org", "no address", "a\u{0}b"] {
                let other = await cost(email)
                #expect(other.answer.status == 202 && other.answer.bytes == known.answer.bytes)
                #expect(other.statements == known.statements)
            }
            #expect(known.statements >= 7)
            #expect(try await post.mails().map(\.to) == ["asha@example.org"])
        }
    }

    @Test(
        "asks for a code where there is an authenticator, and keeps the link until it is right",
        arguments: TestEngine.available)
    func secondFactor(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let phone = try await enrol(try await post.office.hire(), post)
            let client = try post.client()
            _ = await ask(client)
            let token = try await link(post)
            let bare = await confirm(client, token)
            #expect(bare.status == 401 && bare.problemCode == "second_factor_required")
            let wrong = await confirm(client, token, code: phone.wrongCode)
            #expect(wrong.status == 401 && wrong.problemCode == "invalid_second_factor")
            #expect(await client.get("/bags/api/v1/session").status == 401)
            #expect(await confirm(client, token, code: phone.code).status == 201)
            #expect(await client.get("/bags/api/v1/session").status == 200)
        }
    }

    @Test("takes five wrong codes, whatever browser and address they come from", arguments: TestEngine.available)
    func wrongCodes(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let phone = try await enrol(try await post.office.hire(), post)
            let site = try post.site()
            _ = await ask(TestClient(site))
            let token = try await link(post)
            let site2 = try post.site()
            for index in 0..<5 {
                let answer = await confirm(TestClient(index == 0 ? site : site2), token, code: phone.wrongCode)
                #expect(answer.status == 401)
            }
            let locked = await confirm(TestClient(site), token, code: phone.code)
            #expect(locked.status == 429 && locked.problemCode == "account_locked")
            post.clock.advance(by: .minutes(15))
            #expect(await confirm(TestClient(site), token, code: phone.code).problemCode == "invalid_sign_in_link")
        }
    }

    @Test("lets its holder in while a stranger keeps the account locked", arguments: TestEngine.available)
    func lockedAccount(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let stranger = try post.client()
            for _ in 0..<5 { _ = await post.signIn(stranger, password: "wrong") }
            #expect(await post.signIn(try post.client()).problemCode == "account_locked")
            let owner = try post.client()
            _ = await ask(owner)
            #expect(try await confirm(owner, link(post)).status == 201)
            #expect(await post.signIn(try post.client()).problemCode == "account_locked")
        }
    }

    @Test(
        "mails no link where the second factor comes by mail, and takes none that was mailed before",
        arguments: TestEngine.available)
    func mailedCodes(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            _ = await ask(client)
            let token = try await link(post)
            let strict = post.office.anotherNode { $0.secondFactors = ["packer": .mail] }
            let other = try post.client(post.site(of: strict))
            #expect(await confirm(other, token).problemCode == "invalid_sign_in_link")
            #expect(await ask(other).status == 202)
            let mail = try #require(try await post.mails("account.sign_in_link_refused").first)
            #expect(mail.to == "asha@example.org" && !mail.text.contains("token="))
            #expect(try await post.mails("account.sign_in_link").count == 1)
        }
    }

    @Test(
        "ends a link after a quarter of an hour, with the next one, and when the password changes",
        arguments: TestEngine.available)
    func lapses(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            let client = try post.client()
            _ = await ask(client)
            let first = try await link(post)
            _ = await ask(client)
            #expect(await confirm(client, first).problemCode == "invalid_sign_in_link")
            post.clock.advance(by: .minutes(15))
            #expect(try await confirm(client, link(post)).problemCode == "invalid_sign_in_link")
            _ = await ask(client)
            let third = try await link(post)
            try await post.database.write { try post.identity.accounts.endSessions(of: account.id, in: $0) }
            #expect(await confirm(client, third).problemCode == "invalid_sign_in_link")
            for token in ["", "x", String(repeating: "A", count: 43)] {
                #expect(await confirm(client, token).status == 422)
            }
        }
    }

    @Test("holds no link of another purpose for one", arguments: TestEngine.available)
    func purposes(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            _ = await client.post("/bags/api/v1/password-reset", ["email": "asha@example.org"])
            let reset = try await post.lastToken("account.password_reset")
            #expect(await confirm(client, reset).problemCode == "invalid_sign_in_link")
            _ = await ask(client)
            let answer = await client.post(
                "/bags/api/v1/password-reset/confirm",
                ["token": .string(try await link(post)), "password": "Another-horse-8"])
            #expect(answer.problemCode == "invalid_reset_token")
        }
    }

    @Test("lets one of thirty use the same link", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let site = try post.site()
            _ = await ask(TestClient(site))
            let token = try await link(post)
            let winners = try await thirtyAtOnce { _ in await confirm(TestClient(site), token).status == 201 }
            #expect(winners == 1)
            #expect(try await post.office.count("sessions") == 1)
        }
    }

    @Test("is not there where operators want none, or where no mail is sent")
    func absent() async throws {
        try await withPostOffice(on: .sqlite, configure: { $0.hasSignInLinks = false }) { post in
            let client = try post.client()
            #expect(await ask(client).status == 404)
            #expect(await client.get("/bags/sign-in/link").status == 404)
            #expect(await !client.get("/bags/sign-in").text.contains("/bags/sign-in/link"))
        }
        try await withOffice(on: .sqlite) { office in
            let client = try PostOffice(office: office).client()
            #expect(await ask(client).status == 404)
        }
    }
}
