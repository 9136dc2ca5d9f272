import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct PasswordResetRouteTests {
    private static let path = "/bags/api/v1/password-reset"
    private static let new = "Another-horse-8"

    private func ask(_ client: TestClient, _ email: String = "asha@example.org") async -> TestAnswer {
        await client.post(Self.path, ["email": .string(email)])
    }

    private func confirm(_ client: TestClient, _ token: String, _ password: String = new) async -> TestAnswer {
        await client.post(Self.path + "/confirm", ["token": .string(token), "password": .string(password)])
    }

    @Test(
        "sends a link with which the owner chooses a password, and signs everything out",
        arguments: TestEngine.available)
    func reset(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let old = try await post.signedIn()
            let client = try post.client()
            #expect(await ask(client, " ASHA@example.org ").status == 202)
            let mail = try #require(try await post.mails().first)
            #expect(mail.to == "asha@example.org" && mail.text.contains("1 hour"))
            let token = try await post.lastToken("account.password_reset")
            let done = await confirm(client, token)
            #expect(done.status == 204)
            #expect(done.response.headers.values("set-cookie").allSatisfy { $0.hasPrefix("bags_session_browser=") })
            #expect(await old.get("/bags/api/v1/session").status == 401)
            #expect(await post.signIn(client).status == 401)
            #expect(await post.signIn(client, password: Self.new).status == 201)
            #expect(try await post.mails("account.password_changed").map(\.to) == ["asha@example.org"])
            #expect(
                try await post.actions() == ["account.password_reset_requested", "account.password_reset"])
            let again = try post.client()
            #expect(await confirm(again, token, "Third-horse-9!").problemCode == "invalid_reset_token")
        }
    }

    @Test(
        "tells an unknown, an inactive and a waiting address what it tells a known one", arguments: TestEngine.available
    )
    func uniform(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let gone = try await post.office.hire("gone@example.org")
            let mute = try #require(EmailAddress("mute@example.org"))
            try await post.database.write { transaction in
                _ = try post.identity.accounts.change(id: gone.id, AccountChange(isActive: false), in: transaction)
                _ = try post.identity.accounts.create(
                    NewAccount(email: mute, name: "Mute", role: "packer"), passwordHash: nil, at: Office.started,
                    in: transaction)
            }
            let client = try post.client()
            let known = await ask(client)
            for email in ["nobody@example.org", "gone@example.org", "mute@example.org", "no address", "a\u{0}b"] {
                let answer = await ask(client, email)
                #expect(answer.status == known.status && answer.bytes == known.bytes)
                let names = { (answer: TestAnswer) in answer.response.headers.map(\.name).sorted() }
                #expect(names(answer) == names(known))
            }
            #expect(try await post.mails().map(\.to) == ["asha@example.org"])
        }
    }

    @Test("does as much for an unknown address as for a known one", arguments: TestEngine.available)
    func sameWork(engine: TestEngine) async throws {
        let log = QueryLog.silent
        try await withPostOffice(on: engine, queries: log) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            func statements() -> Int { log.statistics.snapshot().map(\.count).reduce(0, +) }
            func cost(_ email: String) async -> Int {
                let before = statements()
                _ = await ask(client, email)
                return statements() - before
            }
            let (known, unknown) = (await cost("asha@example.org"), await cost("nobody@example.org"))
            #expect(known == unknown && known >= 7)
            #expect(try await post.mails().map(\.to) == ["asha@example.org"])
        }
    }

    @Test("sends three links in a quarter of an hour, and always answers the same", arguments: TestEngine.available)
    func limit(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            for _ in 0..<5 { #expect(await ask(client).status == 202) }
            #expect(try await post.mails().count == 3)
            #expect(try await confirm(client, post.lastToken("account.password_reset")).status == 204)
            post.clock.advance(by: .minutes(15))
            _ = await ask(client)
            #expect(try await post.mails("account.password_reset").count == 4)
        }
    }

    @Test("sends three links for thirty requests at once", arguments: TestEngine.available)
    func manyAtOnce(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let site = try post.site()
            let answered = try await thirtyAtOnce { _ in await ask(TestClient(site)).status == 202 }
            #expect(answered == 30)
            #expect(try await post.mails().count == 3)
            let token = try await post.lastToken("account.password_reset")
            #expect(await confirm(TestClient(site), token).status == 204)
        }
    }

    @Test(
        "ends a link after an hour, with the next one, and when the password changes", arguments: TestEngine.available)
    func lapses(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            let client = try post.client()
            _ = await ask(client)
            let first = try await post.lastToken("account.password_reset")
            _ = await ask(client)
            #expect(await confirm(client, first).problemCode == "invalid_reset_token")
            post.clock.advance(by: .hours(1))
            let second = try await post.lastToken("account.password_reset")
            #expect(await confirm(client, second).problemCode == "invalid_reset_token")
            _ = await ask(client)
            let third = try await post.lastToken("account.password_reset")
            try await post.database.write { try post.identity.accounts.endSessions(of: account.id, in: $0) }
            #expect(await confirm(client, third).problemCode == "invalid_reset_token")
            for token in ["", "x", String(repeating: "A", count: 43)] {
                #expect(await confirm(client, token).status == 422)
            }
            post.clock.advance(by: .hours(1))
            _ = try await post.identity.purge(at: post.clock.now())
            #expect(try await post.office.count("mailed_links") == 0)
        }
    }

    @Test("keeps the link when the password may not be used", arguments: TestEngine.available)
    func policy(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            _ = await ask(client)
            let token = try await post.lastToken("account.password_reset")
            let refused = await confirm(client, token, "Asha-horse-77!-asha".lowercased())
            #expect(refused.status == 422 && refused.json["errors"]?[0]?["field"] == "password")
            #expect(await confirm(client, token, "short").json["errors"]?[0]?["code"] == "too_short")
            #expect(await confirm(client, token).status == 204)
        }
    }

    @Test("lets one of thirty use the same link", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            _ = await ask(try post.client())
            let token = try #require(SessionToken(try await post.lastToken("account.password_reset")))
            let resets = try #require(post.identity.passwordResets)
            let cause = AuditEntry.Cause(at: post.clock.now())
            let hash = post.office.passwordHash
            let winners = try await thirtyAtOnce { _ in
                try await post.database.write {
                    try resets.confirm(token, passwordHash: hash, in: SessionToken(), by: cause, in: $0)
                }
            }
            #expect(winners == 1)
            let after = try await post.database.read { try post.identity.accounts.account(id: account.id, in: $0) }
            #expect(after?.credentialsVersion == account.credentialsVersion + 1)
            #expect(try await post.mails("account.password_changed").count == 1)
        }
    }

    @Test("forgives the failures of whoever had forgotten the password", arguments: TestEngine.available)
    func lockedOut(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            for _ in 0..<5 { _ = await post.signIn(client, password: "wrong") }
            #expect(await post.signIn(client).problemCode == "account_locked")
            _ = await ask(client)
            #expect(try await confirm(client, post.lastToken("account.password_reset")).status == 204)
            #expect(await post.signIn(client, password: Self.new).status == 201)
        }
    }

    @Test("makes links of the configured address, whatever the request says")
    func host() async throws {
        try await withPostOffice(on: .sqlite) { post in
            _ = try await post.office.hire()
            _ = await (try post.client()).post(
                Self.path, ["email": "asha@example.org"],
                ["host": "evil.example", "x-forwarded-host": "evil.example"])
            let text = try #require(try await post.mails().first?.text)
            #expect(text.contains("https://bags.example/bags/reset?token=") && !text.contains("evil"))
        }
    }

    @Test("keeps neither addresses nor tokens")
    func kept() async throws {
        try await withPostOffice(on: .sqlite) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            _ = await ask(client)
            _ = await ask(client, "nobody@example.org")
            let token = try #require(SessionToken(try await post.lastToken("account.password_reset")))
            let rows = try await post.database.read {
                try $0.all("test.resets", "SELECT subject, token_hash FROM mailed_links") {
                    [try [UInt8].read($0, 0), try [UInt8].read($0, 1)]
                }
            }
            #expect(rows.count == 2 && rows.joined().allSatisfy { $0.count == 32 })
            #expect(rows.contains { $0[1] == token.hash })
        }
    }

    @Test("is not there where no mail is sent")
    func withoutMail() async throws {
        try await withOffice(on: .sqlite) { office in
            let post = PostOffice(office: office)
            let client = try post.client()
            #expect(await ask(client).status == 404)
            #expect(office.identity.passwordResets == nil && office.identity.invitations == nil)
        }
    }
}
