import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct MailedFactorTests {
    private static let byMail: Office.Configure = { $0.secondFactors = ["packer": .mail] }

    @Test(
        "asks for a code by mail after the right password, and lets its owner in once", arguments: TestEngine.available)
    func signIn(engine: TestEngine) async throws {
        try await withPostOffice(on: engine, configure: Self.byMail) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            #expect(await post.signIn(client, password: "wrong").problemCode == "invalid_credentials")
            #expect(try await post.mails().isEmpty)
            let asked = await post.signIn(client)
            #expect(asked.status == 401 && asked.problemCode == "second_factor_required")
            #expect(asked.json["method"] == "mail" && asked[header: "set-cookie"] == nil)
            let code = try await post.lastCode()
            let done = await post.signIn(client, code: code)
            #expect(done.status == 201 && done.json["user"]?["permissions"] == ["bag.read"])
            let replayed = await post.signIn(try post.client(), code: code)
            #expect(replayed.problemCode == "invalid_second_factor")
        }
    }

    @Test("gives programs tokens for a code", arguments: TestEngine.available)
    func tokens(engine: TestEngine) async throws {
        try await withPostOffice(on: engine, configure: Self.byMail) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            var body: JSONValue = ["email": "asha@example.org", "password": .string(Office.password)]
            #expect(await client.post("/bags/api/v1/tokens", body).json["method"] == "mail")
            body["code"] = .string(try await post.lastCode())
            #expect(await client.post("/bags/api/v1/tokens", body).status == 201)
        }
    }

    @Test("counts wrong codes as failures to sign in", arguments: TestEngine.available)
    func lockout(engine: TestEngine) async throws {
        try await withPostOffice(on: engine, configure: Self.byMail) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            _ = await post.signIn(client)
            let code = try await post.lastCode()
            let wrong = code == "000000" ? "000001" : "000000"
            for _ in 0..<5 {
                #expect(await post.signIn(client, code: wrong).problemCode == "invalid_second_factor")
            }
            #expect(await post.signIn(client, code: code).problemCode == "account_locked")
            #expect(await post.signIn(client).problemCode == "account_locked")
            #expect(try await post.mails("account.code").count == 1)
        }
    }

    @Test("sends no fourth code, and says that the last one is still good", arguments: TestEngine.available)
    func limit(engine: TestEngine) async throws {
        try await withPostOffice(on: engine, configure: Self.byMail) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            for _ in 0..<3 { _ = await post.signIn(client) }
            let fourth = await post.signIn(client)
            #expect(fourth.problemCode == "second_factor_required" && fourth.json["method"] == "mail")
            #expect(fourth.json["detail"]?.string?.contains("15 minutes") == true)
            #expect(try await post.mails().count == 3)
            #expect(try await post.signIn(client, code: post.lastCode()).status == 201)
        }
    }

    @Test("asks whoever has an authenticator for its code instead", arguments: TestEngine.available)
    func authenticator(engine: TestEngine) async throws {
        try await withPostOffice(on: engine, configure: Self.byMail) { post in
            let account = try await post.office.hire()
            try await post.database.write { transaction in
                _ = try transaction.execute(
                    "test.factor", "UPDATE accounts SET has_second_factor = 1 WHERE id = \(account.id)")
            }
            let asked = await post.signIn(try post.client())
            #expect(asked.problemCode == "second_factor_required" && asked.json["method"] == nil)
            #expect(try await post.mails().isEmpty)
        }
    }

    @Test("asks nobody whose role does not say so")
    func others() async throws {
        try await withPostOffice(on: .sqlite, configure: { $0.secondFactors = ["admin": .mail] }) { post in
            _ = try await post.office.hire()
            #expect(try await post.signIn(post.client()).status == 201)
        }
    }

    @Test("demands an authenticator where no mail can be sent")
    func withoutMail() async throws {
        try await withOffice(on: .sqlite, configure: Self.byMail) { office in
            _ = try await office.hire()
            let signedIn = try await TestClient(try office.site()).signIn(
                "asha@example.org", Office.password, at: "/bags")
            #expect(signedIn.json["user"]?["permissions"] == .array([]))
        }
    }

    @Test("asks for the mailed code on the second page of signing in, never letting in without it")
    func page() async throws {
        try await withPostOffice(on: .sqlite, configure: Self.byMail) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            let form = await client.get("/bags/sign-in")
            let asked = await client.submit(
                "/bags/sign-in", ["email": "asha@example.org", "password": Office.password], from: form)
            #expect(asked.status == 303)
            let page = await client.get(asked[header: "location"] ?? "")
            #expect(page.text.contains("The six digits we have sent to your email address."))
            #expect(!page.text.contains("recovery_code"))
            let code = try await post.lastCode()
            let wrong = await client.submit(
                "/bags/sign-in/code", ["code": code == "000000" ? "000001" : "000000"], from: page)
            #expect(wrong.status == 401)
            let done = await client.submit("/bags/sign-in/code", ["code": code], from: page)
            #expect(done.status == 303)
        }
    }

    @Test("reads rules by role, and else what the catalogue says")
    func rules() {
        let catalog = RoleCatalog(
            [(name: "a", permissions: []), (name: "b", permissions: []), (name: "c", permissions: [])],
            secondFactorFor: ["a", "b"])
        let applied = catalog.applying(["b": .optional, "c": .required], sendsMail: true)
        #expect(["a", "b", "c"].map { applied.requiresSecondFactor($0) } == [true, false, true])
        #expect(!catalog.applying(["a": .mail], sendsMail: true).requiresSecondFactor("a"))
        #expect(catalog.applying(["a": .mail], sendsMail: false).requiresSecondFactor("a"))
    }
}
