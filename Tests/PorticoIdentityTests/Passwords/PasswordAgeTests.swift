import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

/// Passwords that end, where the operator says so: after three hours here, while sessions go on.
@Suite struct PasswordAgeTests {
    private static let new = "Staple-battery-8"
    private static let session = "/bags/api/v1/session"
    private static let life = Span.hours(3)
    private static let configure: Office.Configure = { $0.passwords.life = PasswordAgeTests.life }

    private func change(_ client: TestClient, _ headers: Headers = [:]) async -> TestAnswer {
        await client.post(
            "/bags/api/v1/password",
            ["current_password": .string(Office.password), "new_password": .string(Self.new)], headers)
    }

    @Test(
        "leave a session nothing but to choose another one, and then it works at once", arguments: TestEngine.available)
    func underWay(engine: TestEngine) async throws {
        try await withPostOffice(on: engine, configure: Self.configure) { post in
            _ = try await post.office.hire(role: "admin")
            let client = try await post.signedIn()
            post.clock.advance(by: .hours(2))
            let before = await client.get(Self.session)
            #expect(before.json["password_expired"] == false)
            #expect(before.json["user"]?["permissions"] == ["bag.read", "user.manage"])
            #expect(await client.get("/bags/api/v1/invitations").status == 200)
            post.clock.advance(by: .hours(1))
            let after = await client.get(Self.session)
            #expect(after.json["password_expired"] == true && after.json["user"]?["permissions"] == .array([]))
            let refused = await client.get("/bags/api/v1/invitations")
            #expect(refused.status == 403 && refused.problemCode == "forbidden")
            #expect(refused.json["detail"]?.string?.hasPrefix("Your password has ended.") == true)
            #expect(await change(client).status == 204)
            #expect(await client.get("/bags/api/v1/invitations").status == 200)
            let renewed = await client.get(Self.session)
            #expect(renewed.json["password_expired"] == false)
            #expect(renewed.json["user"]?["permissions"] == ["bag.read", "user.manage"])
            post.clock.advance(by: Self.life)
            #expect(await client.get(Self.session).json["password_expired"] == true)
        }
    }

    @Test("lead to the page of the account, which says so above the form", arguments: TestEngine.available)
    func arrival(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: Self.configure) { office in
            _ = try await office.hire()
            let client = TestClient(try office.site())
            func signIn(_ password: String) async -> TestAnswer {
                await client.submit(
                    "/bags/sign-in",
                    ["email": AccountVisitor.email, "password": password, "next": "/bags/bills/7"],
                    from: await client.get("/bags/sign-in"))
            }
            office.clock.advance(by: Self.life)
            let arrived = await signIn(Office.password)
            #expect(arrived.status == 303 && arrived[header: "location"] == AccountVisitor.path)
            let page = await client.get(AccountVisitor.path)
            #expect(page.status == 200 && page.text.contains("Your password has ended"))
            #expect(page.text.contains("href=\"#password-title\"") && page.text.contains("id=\"password-title\""))
            let wrong = await client.submit(
                AccountVisitor.path + "/password", ["current_password": "wrong", "new_password": Self.new], from: page)
            #expect(wrong.status == 422 && wrong.text.contains("Your password has ended"))
            let done = await client.submit(
                AccountVisitor.path + "/password",
                ["current_password": Office.password, "new_password": Self.new], from: wrong)
            #expect(done.status == 303)
            let after = await client.get(AccountVisitor.path + "?done=password")
            #expect(after.text.contains("Your password is changed") && !after.text.contains("Your password has ended"))
            _ = await client.submit("/bags/sign-out", [:], from: after)
            #expect(await signIn(Self.new)[header: "location"] == "/bags/bills/7")
        }
    }

    @Test("come after a missing authenticator, and before everything else", arguments: TestEngine.available)
    func secondFactorFirst(engine: TestEngine) async throws {
        let roles = RoleCatalog([(name: "packer", permissions: ["bag.read"])], secondFactorFor: ["packer"])
        let configure: Office.Configure = {
            Self.configure(&$0)
            $0.roles = roles
        }
        try await withOffice(on: engine, configure: configure) { office in
            let account = try await office.hire()
            office.clock.advance(by: Self.life)
            let client = TestClient(try office.site())
            func show(_ client: TestClient) async -> TestAnswer {
                await client.submit(
                    "/bags/sign-in", ["email": AccountVisitor.email, "password": Office.password],
                    from: await client.get("/bags/sign-in"))
            }
            #expect(await show(client)[header: "location"] == AccountVisitor.factorPath)
            #expect(await client.get(Self.session).json["password_expired"] == true)
            try await office.database.write { transaction in
                _ = try office.identity.secondFactors.enrol(account, at: office.clock.now(), in: transaction)
                try transaction.execute(
                    "test.enable", "UPDATE accounts SET has_second_factor = 1 WHERE id = \(account.id)")
            }
            let phone = try await OwnersPhone(of: account, office)
            let other = TestClient(try office.site())
            #expect(await show(other)[header: "location"]?.hasPrefix("/bags/sign-in/code") == true)
            let done = await other.submit(
                "/bags/sign-in/code", ["code": phone.code], from: await other.get("/bags/sign-in/code"))
            #expect(done[header: "location"] == AccountVisitor.path)
            let changed = await other.submit(
                AccountVisitor.path + "/password",
                ["current_password": Office.password, "new_password": Self.new],
                from: await other.get(AccountVisitor.path))
            #expect(changed.status == 303)
            #expect(await other.get(Self.session).json["user"]?["permissions"] == ["bag.read"])
        }
    }

    @Test("hold for programs with tokens, renewed ones too", arguments: TestEngine.available)
    func tokens(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: Self.configure) { office in
            _ = try await office.hire()
            let program = TestClient(try office.site())
            let begun = await program.post(
                "/bags/api/v1/tokens",
                ["email": .string(AccountVisitor.email), "password": .string(Office.password)])
            let refresh = try #require(begun.json["refresh_token"]?.string)
            office.clock.advance(by: Self.life)
            let renewed = await program.post("/bags/api/v1/tokens/refresh", ["refresh_token": .string(refresh)])
            #expect(renewed.status == 200)
            let access = try #require(renewed.json["access_token"]?.string)
            let bearer: Headers = ["authorization": "Bearer \(access)"]
            let ended = await program.get(Self.session, bearer)
            #expect(ended.json["password_expired"] == true && ended.json["user"]?["permissions"] == .array([]))
            #expect(await change(program, bearer).status == 204)
            let good = await program.get(Self.session, bearer)
            #expect(good.json["password_expired"] == false && good.json["user"]?["permissions"] == ["bag.read"])
        }
    }

    @Test("leave keys of machines as they are, and let nobody make one", arguments: TestEngine.available)
    func keys(engine: TestEngine) async throws {
        try await withPostOffice(on: engine, configure: Self.configure) { post in
            _ = try await post.office.hire()
            let client = try await post.signedIn()
            let wish: JSONValue = ["name": "Scale", "scope": "bag.read", "password": .string(Office.password)]
            let key = try #require(await client.post("/bags/api/v1/api-keys", wish).json["key"]?.string)
            post.clock.advance(by: Self.life)
            let head = RequestHead(
                method: .get, target: "/bags/", headers: ["authorization": "Bearer \(key)"], peer: "192.0.2.7")
            let machine = try #require(try await post.identity.authenticator.principal(for: head))
            #expect(machine.permissions == ["bag.read"] && machine.due == nil)
            let refused = await client.post("/bags/api/v1/api-keys", wish)
            #expect(refused.status == 422 && refused.json["errors"]?[0]?["code"] == "not_granted")
        }
    }

    @Test(
        "begin anew with every password: typed by an administrator, by a link, with an invitation",
        arguments: TestEngine.available)
    func beginsAnew(engine: TestEngine) async throws {
        try await withPostOffice(on: engine, configure: Self.configure) { post in
            let account = try await post.office.hire(role: "admin")
            let boss = try await post.signedIn()
            _ = await boss.post(
                "/bags/api/v1/invitations", ["email": "ravi@example.org", "name": "Ravi", "role": "packer"])
            let invitation = try await post.lastToken("account.invitation")
            post.clock.advance(by: Self.life)
            let guest = try post.client()
            let accepted = await guest.post(
                "/bags/api/v1/invitations/accept",
                ["token": .string(invitation), "name": "Ravi", "password": .string(Self.new)])
            #expect(accepted.status == 201 && accepted.json["password_expired"] == false)
            #expect(accepted.json["user"]?["permissions"] == ["bag.read"])
            #expect(try await post.signIn(post.client()).json["password_expired"] == true)
            let client = try post.client()
            _ = await client.post("/bags/api/v1/password-reset", ["email": "asha@example.org"])
            let token = try await post.lastToken("account.password_reset")
            let reset = await client.post(
                "/bags/api/v1/password-reset/confirm", ["token": .string(token), "password": .string(Self.new)])
            #expect(reset.status == 204)
            #expect(try await post.signIn(post.client(), password: Self.new).json["password_expired"] == false)
            post.clock.advance(by: Self.life)
            #expect(try await post.signIn(post.client(), password: Self.new).json["password_expired"] == true)
            let hash = post.office.passwordHash
            try await post.database.write {
                _ = try post.identity.accounts.change(id: account.id, AccountChange(passwordHash: hash), in: $0)
            }
            #expect(try await post.signIn(post.client()).json["password_expired"] == false)
            #expect(try await post.signIn(post.client()).json["user"]?["permissions"] == ["bag.read", "user.manage"])
        }
    }

    @Test("never end unless the operator says so", arguments: TestEngine.available)
    func never(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            office.clock.advance(by: .days(3650))
            let answer = try await TestClient(office.site()).signIn(AccountVisitor.email, Office.password, at: "/bags")
            #expect(answer.json["password_expired"] == false)
            #expect(answer.json["user"]?["permissions"] == ["bag.read"])
        }
    }

    @Test("are as old as the account where nobody has noted their age", arguments: TestEngine.available)
    func migration(engine: TestEngine) async throws {
        let all = IdentitySchema.component
        let before = SchemaComponent(name: all.name, migrations: all.migrations.filter { $0.number < 9 })
        func hire(_ email: String, at now: Instant, in database: Database) async throws {
            try await database.write { transaction in
                try transaction.execute(
                    "test.account",
                    """
                    INSERT INTO accounts (email, email_key, name, role, created_at)
                    VALUES (\(email), \(email), 'Asha', 'packer', \(now))
                    """)
            }
        }
        try await withDatabase(on: engine, components: [before]) { database in
            try await hire("a@example.org", at: Instant(milliseconds: 5), in: database)
            _ = try await database.migrate([all], at: Office.started)
            let setAt = try await database.read {
                try $0.scalar("test.set_at", "SELECT password_set_at FROM accounts", as: Instant.self)
            }
            #expect(setAt == Instant(milliseconds: 5))
            // As a program of the version before writes while both run.
            try await hire("b@example.org", at: Instant(milliseconds: 7), in: database)
            let office = try await Office(database, configure: Self.configure)
            let later = try await database.read {
                try office.identity.accounts.account(email: "b@example.org", in: $0)
            }
            #expect(later?.passwordSetAt == Instant(milliseconds: 7))
            let dues = try #require(later.map { office.identity.sessions.dues(of: SessionStore.Member($0)) })
            #expect(dues == SessionDues(secondFactor: false, password: true))
        }
    }
}
