import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

/// Staying signed in where signing in takes a code: the wish goes along with the password, and replaces no code.
@Suite struct KeptSecondStepTests {
    private static let path = "/bags/sign-in/code"
    private static let session = "/bags/api/v1/session"
    private static let kept = "; Max-Age=7776000;"
    private static let plain = "; Max-Age=2592000;"

    /// An account with an authenticator and its recovery codes.
    private func withOwner(
        on engine: TestEngine, _ body: (Office, Account, OwnersPhone, [String]) async throws -> Void
    ) async throws {
        try await withOffice(on: engine, configure: { $0.sessions.kept = .days(90) }) { office in
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

    /// Shows the password, with the box ticked or not.
    private func begin(_ client: TestClient, ticked: Bool) async -> TestAnswer {
        let form = await client.get("/bags/sign-in")
        guard ticked else {
            return await client.submit(
                "/bags/sign-in", ["email": AccountVisitor.email, "password": Office.password], from: form)
        }
        return await client.submit(
            "/bags/sign-in", ["email": AccountVisitor.email, "password": Office.password, "remember": "true"],
            from: form)
    }

    /// Shows the code, on the page the password has led to.
    private func show(_ client: TestClient, _ fields: KeyValuePairs<String, String>) async -> TestAnswer {
        await client.submit(Self.path, fields, from: await client.get(Self.path))
    }

    private func isSignedIn(_ client: TestClient) async -> Bool {
        await client.get(Self.session).status == 200
    }

    @Test(
        "keeps the session that a code of the authenticator or a recovery code begins, and shows the wish nowhere",
        arguments: TestEngine.available)
    func carried(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _, phone, codes in
            for usesRecoveryCode in [false, true] {
                let client = TestClient(try office.site())
                let asked = await begin(client, ticked: true)
                #expect(asked.status == 303 && asked.sessionCookie == nil)
                let location = try #require(asked[header: "location"])
                #expect(location == "/bags/sign-in/code?next=%2Fbags%2F")
                #expect(await !isSignedIn(client))
                let page = await client.get(location)
                #expect(page.status == 200 && !page.text.contains("remember"))
                let fields: KeyValuePairs<String, String> =
                    usesRecoveryCode ? ["code": "", "recovery_code": codes[0]] : ["code": phone.code]
                let done = await client.submit(Self.path, fields, from: page)
                #expect(done.status == 303 && done.sessionCookie?.contains(Self.kept) == true)
                office.clock.advance(by: .hours(13))
                #expect(await isSignedIn(client))
            }
        }
    }

    @Test(
        "asks for a code at every sign-in, in a browser that was kept signed in too", arguments: TestEngine.available)
    func askedAgain(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, account, phone, _ in
            let client = TestClient(try office.site())
            for ending in 0..<4 {
                let asked = await begin(client, ticked: true)
                #expect(asked.status == 303 && asked.sessionCookie == nil)
                #expect(asked[header: "location"]?.hasPrefix(Self.path) == true)
                #expect(await !isSignedIn(client))
                #expect(await show(client, ["code": phone.wrongCode]).status == 401)
                #expect(await !isSignedIn(client))
                #expect(await show(client, ["code": phone.code]).sessionCookie?.contains(Self.kept) == true)
                #expect(await isSignedIn(client))
                office.clock.advance(by: .seconds(30))
                switch ending {
                case 0: _ = await client.submit("/bags/sign-out", [:], from: await client.get(AccountVisitor.path))
                case 1:
                    try await office.database.write {
                        try office.identity.accounts.endSessions(of: account.id, in: $0)
                    }
                default: office.clock.advance(by: .days(90))
                }
                #expect(await !isSignedIn(client))
            }
        }
    }

    @Test("asks programs for the code whatever they want to be kept", arguments: TestEngine.available)
    func program(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _, phone, codes in
            var body: JSONValue = [
                "email": .string(AccountVisitor.email), "password": .string(Office.password), "remember": true,
            ]
            for code in [phone.code, codes[0]] {
                let client = TestClient(try office.site())
                body["code"] = nil
                let asked = await client.post(Self.session, body)
                #expect(asked.status == 401 && asked.problemCode == "second_factor_required")
                #expect(asked.response.headers.values("set-cookie").isEmpty)
                body["code"] = .string(phone.wrongCode)
                #expect(await client.post(Self.session, body).problemCode == "invalid_second_factor")
                body["code"] = .string(code)
                let done = await client.post(Self.session, body)
                #expect(done.status == 201 && done.sessionCookie?.contains(Self.kept) == true)
            }
            #expect(try await office.count("sessions") == 2)
        }
    }

    @Test(
        "takes the wish from the form with the password only, and the last one of several",
        arguments: TestEngine.available)
    func notByTheCode(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _, phone, _ in
            let client = TestClient(try office.site())
            _ = await begin(client, ticked: true)
            _ = await begin(client, ticked: false)
            let page = await client.get(Self.path + "?remember=true")
            let done = await client.submit(
                Self.path + "?remember=true", ["code": phone.code, "remember": "true"], from: page)
            #expect(done.status == 303 && done.sessionCookie?.contains(Self.plain) == true)
            office.clock.advance(by: .hours(13))
            #expect(await !isSignedIn(client))
        }
    }

    @Test(
        "keeps the session that a code by mail begins, and mails another for the next", arguments: TestEngine.available)
    func byMail(engine: TestEngine) async throws {
        let configure: Office.Configure = {
            $0.secondFactors = ["packer": .mail]
            $0.sessions.kept = .days(90)
        }
        try await withPostOffice(on: engine, configure: configure) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            for count in 1...2 {
                let asked = await begin(client, ticked: true)
                #expect(asked.status == 303 && asked[header: "location"]?.hasPrefix(Self.path) == true)
                #expect(await !isSignedIn(client))
                #expect(try await post.mails("account.code").count == count)
                let code = try await post.lastCode()
                #expect(await show(client, ["code": code == "000000" ? "000001" : "000000"]).status == 401)
                #expect(await show(client, ["code": code]).sessionCookie?.contains(Self.kept) == true)
                post.clock.advance(by: .hours(13))
                let current = await client.get(Self.session)
                #expect(current.status == 200)
                let token = try #require(current.json["csrf_token"]?.string)
                #expect(await client.delete(Self.session, ["x-csrf-token": token]).status == 204)
            }
        }
    }
}
