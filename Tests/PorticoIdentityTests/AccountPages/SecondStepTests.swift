import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct SecondStepTests {
    private static let path = "/bags/sign-in/code"

    /// An account with an authenticator and its recovery codes.
    private func withOwner(
        on engine: TestEngine, isSecure: Bool = false,
        _ body: (Office, Account, OwnersPhone, [String]) async throws -> Void
    ) async throws {
        try await withOffice(on: engine, isSecure: isSecure) { office in
            let account = try await office.hire()
            let codes = try await office.database.write { transaction in
                _ = try office.identity.secondFactors.enrol(account, at: office.clock.now(), in: transaction)
                try transaction.execute(
                    "test.enable", "UPDATE accounts SET has_second_factor = 1 WHERE id = \(account.id)")
                return try office.identity.secondFactors.renewRecoveryCodes(of: account.id, in: transaction)
            }
            try await body(office, account, try await OwnersPhone(of: account, office), codes)
        }
    }

    /// Shows the password.
    private func begin(_ client: TestClient, next: String = "/bags/bills/7?tab=gate") async -> TestAnswer {
        await client.submit(
            "/bags/sign-in", ["email": AccountVisitor.email, "password": Office.password, "next": next],
            from: await client.get("/bags/sign-in"))
    }

    /// Shows the code, on the page the password has led to.
    private func show(_ client: TestClient, _ fields: KeyValuePairs<String, String>) async -> TestAnswer {
        await client.submit(Self.path, fields, from: await client.get(Self.path))
    }

    @Test(
        "asks for the code on a page without the password, and goes on where the person wanted",
        arguments: TestEngine.available)
    func signIn(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _, phone, _ in
            let client = TestClient(try office.site())
            let first = await begin(client)
            #expect(first.status == 303)
            let location = try #require(first[header: "location"])
            #expect(location == "/bags/sign-in/code?next=%2Fbags%2Fbills%2F7%3Ftab%3Dgate")
            #expect(try await office.count("sessions") == 0)
            let page = await client.get(location)
            #expect(page.status == 200 && page.text.contains("Signing in as asha@example.org"))
            #expect(page.text.contains("autocomplete=\"one-time-code\"") && page.text.contains("inputmode=\"numeric\""))
            #expect(!page.text.contains("type=\"password\"") && !page.text.contains(Office.password))
            let next = try #require(page.hiddenField("next"))
            let code = phone.code
            let done = await client.submit(
                Self.path, ["code": "\(code.prefix(3)) \(code.suffix(3))", "next": next], from: page)
            #expect(done.status == 303 && done[header: "location"] == "/bags/bills/7?tab=gate")
            #expect(
                done.response.headers.values("set-cookie").contains { $0.hasPrefix("bags_session_step=; Max-Age=0") })
            #expect(await client.get("/bags/api/v1/session").status == 200)
        }
    }

    @Test("takes a recovery code in its own field, once", arguments: TestEngine.available)
    func recovery(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _, _, codes in
            for expected in [303, 401] {
                let client = TestClient(try office.site())
                _ = await begin(client)
                let answer = await show(client, ["code": "", "recovery_code": codes[0].lowercased()])
                #expect(answer.status == expected)
                guard expected == 401 else { continue }
                #expect(answer.text.contains("<a href=\"#f-recovery_code\">The code is wrong"))
                #expect(answer.text.contains("<details class=\"fold\" open>"))
            }
        }
    }

    @Test("refuses a wrong code, a used one and none, and keeps the way back", arguments: TestEngine.available)
    func refusals(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _, phone, _ in
            let client = TestClient(try office.site())
            _ = await begin(client)
            let wrong = await show(client, ["code": phone.wrongCode, "next": "/bags/find"])
            #expect(wrong.status == 401 && wrong.hiddenField("next") == "/bags/find")
            #expect(wrong.text.contains("<a href=\"#f-code\">The code is wrong or was used before."))
            let empty = await show(client, ["code": " "])
            #expect(empty.status == 401 || empty.status == 422)
            #expect(await show(client, [:]).status == 422)
            let code = phone.code
            #expect(await show(client, ["code": code]).status == 303)
            let other = TestClient(try office.site())
            _ = await begin(other)
            #expect(await show(other, ["code": code]).status == 401)
            #expect(await show(other, ["code": String(repeating: "1", count: 5000)]).status == 401)
        }
    }

    @Test("locks the account after five wrong codes, for the right one too", arguments: TestEngine.available)
    func lockout(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _, phone, _ in
            let client = TestClient(try office.site())
            for _ in 0..<5 {
                // The right password in between forgives nothing.
                #expect(await begin(client).status == 303)
                #expect(await show(client, ["code": phone.wrongCode]).status == 401)
            }
            let locked = await show(client, ["code": phone.code])
            #expect(locked.status == 429 && locked[header: "retry-after"] == "900")
            #expect(locked.text.contains("too many failed attempts"))
            #expect(await begin(TestClient(try office.site())).status == 429)
        }
    }

    @Test("forgives failures once both steps are done", arguments: TestEngine.available)
    func forgiveness(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _, phone, _ in
            let client = TestClient(try office.site())
            _ = await begin(client)
            for _ in 0..<4 { _ = await show(client, ["code": phone.wrongCode]) }
            #expect(await show(client, ["code": phone.code]).status == 303)
            office.clock.advance(by: .seconds(30))
            let other = TestClient(try office.site())
            _ = await begin(other)
            #expect(await show(other, ["code": phone.wrongCode]).status == 401)
            #expect(await show(other, ["code": phone.code]).status == 303)
        }
    }

    @Test("begins again after ten minutes, and after the password was changed", arguments: TestEngine.available)
    func expiry(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, account, phone, _ in
            let late = TestClient(try office.site())
            _ = await begin(late)
            let page = await late.get(Self.path)
            office.clock.advance(by: SecondStepTicket.lifetime)
            let answer = await late.submit(Self.path, ["code": phone.code, "next": "/bags/find"], from: page)
            #expect(answer.status == 401 && answer.text.contains("That took too long"))
            #expect(answer.text.contains("name=\"password\"") && answer.hiddenField("next") == "/bags/find")
            let overtaken = TestClient(try office.site())
            _ = await begin(overtaken)
            let open = await overtaken.get(Self.path)
            try await office.database.write {
                try office.identity.accounts.endSessions(of: account.id, in: $0)
            }
            let refused = await overtaken.submit(Self.path, ["code": phone.code], from: open)
            #expect(refused.status == 401 && refused.text.contains("the account was changed meanwhile"))
            #expect(try await office.count("sessions") == 0)
        }
    }

    @Test("shows no form to whoever has shown no password, nor to whoever is signed in")
    func nobody() async throws {
        try await withOwner(on: .sqlite) { office, _, phone, _ in
            let client = TestClient(try office.site())
            let answer = await client.get(Self.path + "?next=%2Fbags%2Ffind")
            #expect(answer.status == 303 && answer[header: "location"] == "/bags/sign-in?next=%2Fbags%2Ffind")
            _ = await begin(client)
            _ = await show(client, ["code": phone.code])
            let again = await client.get(Self.path + "?next=%2F%2Fevil.example")
            #expect(again.status == 303 && again[header: "location"] == "/bags/")
            let sent = await client.submit(
                Self.path, ["code": "1", "next": "/bags/find"], from: await client.get("/bags/account"))
            #expect(sent.status == 303 && sent[header: "location"] == "/bags/find")
        }
    }

    @Test("takes no form without its token")
    func forged() async throws {
        try await withOwner(on: .sqlite) { office, _, phone, _ in
            let client = TestClient(try office.site())
            _ = await begin(client)
            let answer = await client.send(
                .post, Self.path, ["content-type": "application/x-www-form-urlencoded"],
                body: Array("code=\(phone.code)".utf8))
            #expect(answer.status == 403)
        }
    }

    @Test("goes home instead of to another site, in both steps")
    func openRedirect() async throws {
        try await withOwner(on: .sqlite) { office, _, phone, _ in
            let client = TestClient(try office.site())
            #expect(
                await begin(client, next: "//evil.example")[header: "location"] == "/bags/sign-in/code?next=%2Fbags%2F")
            let done = await show(client, ["code": phone.code, "next": "https://evil.example/"])
            #expect(done[header: "location"] == "/bags/")
        }
    }

    @Test("tells a wrong password from an unknown address no more than before")
    func wrongPassword() async throws {
        try await withOwner(on: .sqlite) { office, _, _, _ in
            let client = TestClient(try office.site())
            for email in [AccountVisitor.email, "nobody@example.org"] {
                let answer = await client.submit(
                    "/bags/sign-in", ["email": email, "password": "wrong"], from: await client.get("/bags/sign-in"))
                #expect(answer.status == 401 && answer.text.contains("The email address or the password is wrong."))
                #expect(answer.response.headers.values("set-cookie").isEmpty)
            }
        }
    }

    @Test("marks its cookie for TLS where clients come over TLS")
    func secure() async throws {
        try await withOwner(on: .sqlite, isSecure: true) { office, _, _, _ in
            let answer = await begin(TestClient(try office.site()))
            let cookie = answer.response.headers.values("set-cookie").first { $0.contains("_step=") }
            #expect(cookie?.hasPrefix("__Host-bags_session_step=") == true)
            #expect(cookie?.hasSuffix("; Max-Age=600; Path=/; HttpOnly; SameSite=Lax; Secure") == true)
        }
    }
}
