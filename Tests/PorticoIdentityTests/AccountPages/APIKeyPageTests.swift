import PorticoHTTP
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct APIKeyPageTests {
    private static let path = "/bags/account/keys"

    private func withVisitor(
        on engine: TestEngine = .sqlite, _ body: (Office, Account, AccountVisitor) async throws -> Void
    ) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire(role: "admin")
            try await body(office, account, try await AccountVisitor(office))
        }
    }

    private func make(
        _ visitor: AccountVisitor, name: String = "Scale <1>", scope: String = "bag.read", life: String = "90",
        password: String = Office.password, code: String = ""
    ) async -> TestAnswer {
        await visitor.submit(
            Self.path, ["name": name, "scope": scope, "life": life, "password": password, "code": code], on: Self.path)
    }

    private func shownKey(on page: TestAnswer) -> String? {
        page.text.firstMatch(of: /pk_bags_[0-9]+_[A-Za-z0-9_-]{43}/).map { String($0.0) }
    }

    private func permissions(_ key: String, _ office: Office) async throws -> Set<String>? {
        let head = RequestHead(
            method: .get, target: "/bags/", headers: ["authorization": "Bearer \(key)"], peer: "192.0.2.7")
        do {
            return try await office.identity.authenticator.principal(for: head)?.permissions
        } catch let problem as Problem where problem.code == "invalid_token" {
            return nil
        }
    }

    @Test("makes a key, shows it once and lists it; revoked, it is worth nothing", arguments: TestEngine.available)
    func life(engine: TestEngine) async throws {
        try await withVisitor(on: engine) { office, _, visitor async throws in
            #expect(await visitor.client.get(AccountVisitor.path).text.contains("href=\"/bags/account/keys\""))
            #expect(await visitor.client.get(Self.path).text.contains("You have none."))
            let made = await make(visitor)
            #expect(made.status == 200 && made[header: "cache-control"] == "no-store")
            let key = try #require(shownKey(on: made))
            #expect(try await permissions(key, office) == ["bag.read"])
            let list = await visitor.client.get(Self.path)
            #expect(list.text.contains("Scale &lt;1&gt;") && !list.text.contains(key))
            let id = key.split(separator: "_")[2]
            let revoked = await visitor.submit("\(Self.path)/\(id)/revoke", on: Self.path)
            #expect(revoked.status == 303 && revoked[header: "location"] == "\(Self.path)?done=key")
            #expect(await visitor.client.get("\(Self.path)?done=key").text.contains("The key is revoked"))
            #expect(try await permissions(key, office) == nil)
            #expect(await visitor.submit("\(Self.path)/\(id)/revoke", on: Self.path).status == 404)
            #expect(try await office.audited() == ["api_key.created", "api_key.revoked"])
        }
    }

    @Test("gives a key all the boxes that are ticked, and the life that is chosen", arguments: TestEngine.available)
    func boxes(engine: TestEngine) async throws {
        try await withVisitor(on: engine) { office, account, visitor async throws in
            let page = await visitor.client.get(Self.path)
            let made = await visitor.client.submit(
                Self.path,
                [
                    "name": "Both", "scope": "user.manage", "scope": "bag.read", "life": "never",
                    "password": Office.password,
                ], from: page)
            let key = try #require(shownKey(on: made))
            #expect(try await permissions(key, office) == ["bag.read", "user.manage"])
            _ = await make(visitor, name: "Short", life: "30")
            let kept = try await office.database.read {
                try office.identity.apiKeys.keys(of: account.id, limit: 10, in: $0).items
            }
            #expect(kept.map(\.expiresAt) == [office.clock.now() + .days(30), nil])
        }
    }

    @Test("makes one key of a double click, and shows the same again")
    func doubleClick() async throws {
        try await withVisitor { office, _, visitor async throws in
            let page = await visitor.client.get(Self.path)
            let fields: KeyValuePairs = [
                "name": "Scale", "scope": "bag.read", "life": "90", "password": Office.password,
                "idempotency_key": page.hiddenField("idempotency_key") ?? "",
            ]
            let first = await visitor.client.submit(Self.path, fields, from: page)
            let second = await visitor.client.submit(Self.path, fields, from: page)
            #expect(shownKey(on: first) != nil && shownKey(on: first) == shownKey(on: second))
            #expect(try await office.audited() == ["api_key.created"])
        }
    }

    @Test(
        "comes back with what is wrong and what was typed, but never the password",
        arguments: [
            ("name", "", "Enter a name for the key."), ("scope", "", "Choose what the key may do"),
            ("scope", "world.rule", "Choose what the key may do"), ("life", "1000", "Choose one of the list."),
            ("password", "", "Enter your password."), ("password", "wrong-one", "That is not your password."),
        ])
    func refusals(field: String, typed: String, message: String) async throws {
        try await withVisitor { office, _, visitor async throws in
            let answer = await make(
                visitor, name: field == "name" ? typed : "Scale", scope: field == "scope" ? typed : "bag.read",
                life: field == "life" ? typed : "30", password: field == "password" ? typed : Office.password)
            #expect(answer.status == 422 && answer.text.contains("role=\"alert\""))
            #expect(answer.text.contains(message))
            #expect(!answer.text.contains(Office.password) && !answer.text.contains("wrong-one"))
            if field != "name" { #expect(answer.text.contains("value=\"Scale\"")) }
            if field == "password" { #expect(answer.text.contains("value=\"bag.read\" checked")) }
            #expect(try await office.audited().filter { $0.hasPrefix("api_key") }.isEmpty)
        }
    }

    @Test("wants the authenticator's code as well where there is one")
    func code() async throws {
        try await withVisitor { office, account, visitor async throws in
            #expect(await !visitor.client.get(Self.path).text.contains("name=\"code\""))
            let phone = try await visitor.enrol(account).phone
            #expect(await visitor.client.get(Self.path).text.contains("name=\"code\""))
            let wrong = await make(visitor, code: phone.wrongCode)
            #expect(wrong.status == 422 && wrong.text.contains("The code is wrong"))
            let made = await make(visitor, code: phone.code)
            #expect(shownKey(on: made) != nil)
        }
    }

    @Test("needs the token of the page, and shows nobody else's keys")
    func guarding() async throws {
        try await withVisitor { office, _, visitor async throws in
            #expect(await visitor.forge(Self.path, "name=x&scope=bag.read&life=30").status == 403)
            let key = try #require(shownKey(on: await make(visitor)))
            _ = try await office.hire("ben@example.org", name: "Ben")
            let other = try await AccountVisitor(office, email: "ben@example.org")
            #expect(await other.client.get(Self.path).text.contains("You have none."))
            let id = key.split(separator: "_")[2]
            #expect(await other.submit("\(Self.path)/\(id)/revoke", on: Self.path).status == 404)
        }
    }
}
