import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct FormerPasswordsTests {
    private static let second = "Staple-battery-8"
    private static let third = "Violin-tractor-9"
    private static let fourth = "Lantern-orchid-5"

    private func change(_ client: TestClient, from current: String, to new: String) async -> TestAnswer {
        await client.post(
            "/bags/api/v1/password", ["current_password": .string(current), "new_password": .string(new)])
    }

    private func client(_ office: Office) async throws -> TestClient {
        let client = TestClient(try office.site())
        try await client.signIn("asha@example.org", Office.password, at: "/bags")
        return client
    }

    private func code(_ answer: TestAnswer) -> String? {
        answer.status == 422 ? answer.json["errors"]?[0]?["code"]?.string : nil
    }

    /// Gives an account other hashes, as an administrator does.
    private func give(_ hashes: [String], for account: Account, by node: Identity) async throws {
        for hash in hashes {
            try await node.database.write {
                _ = try node.accounts.change(id: account.id, AccountChange(passwordHash: hash), in: $0)
            }
        }
    }

    private func kept(_ office: Office) async throws -> [String] {
        try await office.database.read {
            try $0.all("test.former", "SELECT password_hash FROM former_passwords ORDER BY number") {
                try String.read($0, 0)
            }
        }
    }

    @Test(
        "do not come again: neither the present one nor those before it, as many as count",
        arguments: TestEngine.available)
    func own(engine: TestEngine) async throws {
        #expect(PasswordRules().former == 5)
        try await withOffice(on: engine, configure: { $0.passwords.former = 3 }) { office in
            _ = try await office.hire()
            let client = try await client(office)
            #expect(await change(client, from: Office.password, to: Self.second).status == 204)
            let refused = await change(client, from: Self.second, to: Office.password)
            #expect(code(refused) == "used_before" && refused.json["errors"]?[0]?["field"] == "new_password")
            #expect(await change(client, from: Self.second, to: Self.third).status == 204)
            for former in [Office.password, Self.second] {
                #expect(await code(change(client, from: Self.third, to: former)) == "used_before")
            }
            #expect(await code(change(client, from: Self.third, to: Self.third)) == "unchanged")
            #expect(await change(client, from: Self.third, to: Self.fourth).status == 204)
            #expect(try await kept(office).count == 2)
            #expect(await change(client, from: Self.fourth, to: Office.password).status == 204)
            _ = try await office.signIn()
        }
    }

    @Test("are told to nobody who does not know the present one", arguments: TestEngine.available)
    func discreet(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let client = try await client(office)
            #expect(await change(client, from: Office.password, to: Self.second).status == 204)
            let answers = [
                await change(client, from: "wrong", to: Office.password),
                await change(client, from: "wrong", to: Self.second),
                await change(client, from: "wrong", to: Self.third),
            ]
            for answer in answers {
                #expect(code(answer) == "wrong_password" && answer.json["errors"]?.elements?.count == 1)
            }
            #expect(try await office.count("sign_in_failures") > 0)
            let now = try await office.database.read { try office.identity.accounts.account(id: account.id, in: $0) }
            #expect(now?.credentialsVersion == account.credentialsVersion + 1)
        }
    }

    @Test("do not come again by a mailed link either, and the link stays good", arguments: TestEngine.available)
    func reset(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            func confirm(_ password: String) async throws -> TestAnswer {
                let token = try await post.lastToken("account.password_reset")
                return await client.post(
                    "/bags/api/v1/password-reset/confirm", ["token": .string(token), "password": .string(password)])
            }
            _ = await client.post("/bags/api/v1/password-reset", ["email": "asha@example.org"])
            let present = try await confirm(Office.password)
            #expect(code(present) == "used_before" && present.json["errors"]?[0]?["field"] == "password")
            #expect(try await confirm(Self.second).status == 204)
            _ = await client.post("/bags/api/v1/password-reset", ["email": "asha@example.org"])
            for former in [Office.password, Self.second] { #expect(try await code(confirm(former)) == "used_before") }
            let token = try await post.lastToken("account.password_reset")
            let form = await client.get("/bags/reset?token=\(token)")
            let page = await client.submit(
                "/bags/reset/confirm", ["token": token, "password": Office.password], from: form)
            #expect(page.status == 422)
            #expect(page.text.contains("The password has been yours already; choose another one."))
            #expect(try await confirm(Self.third).status == 204)
            #expect(try await confirm(Office.password).problemCode == "invalid_reset_token")
        }
    }

    @Test("are kept when an administrator types another one, who may take an old one", arguments: TestEngine.available)
    func administrator(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let second = try await office.hasher.hash(Self.second)
            try await give([second, office.passwordHash], for: account, by: office.identity)
            #expect(try await kept(office) == [office.passwordHash, second])
            let client = try await client(office)
            #expect(await code(change(client, from: Office.password, to: Self.second)) == "used_before")
        }
    }

    @Test("are no more when a hash is merely renewed", arguments: TestEngine.available)
    func rehash(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            try await give([PasswordHasherTests.heavier], for: account, by: office.identity)
            office.clock.advance(by: .hours(1))
            _ = try await office.signIn(password: "abcdefgh")
            let (hash, setAt) = try await office.database.read { reading in
                (
                    try reading.scalar("test.hash", "SELECT password_hash FROM accounts", as: String.self),
                    try reading.scalar("test.set_at", "SELECT password_set_at FROM accounts", as: Instant.self)
                )
            }
            #expect(hash != PasswordHasherTests.heavier && setAt == Office.started)
            #expect(try await kept(office) == [office.passwordHash])
        }
    }

    @Test("are not kept where none counts, and then they may come again", arguments: TestEngine.available, [0, 1])
    func off(engine: TestEngine, count: Int) async throws {
        try await withOffice(on: engine, configure: { $0.passwords.former = count }) { office in
            _ = try await office.hire()
            let client = try await client(office)
            #expect(await change(client, from: Office.password, to: Self.second).status == 204)
            #expect(await change(client, from: Self.second, to: Office.password).status == 204)
            #expect(await code(change(client, from: Office.password, to: Office.password)) == "unchanged")
            #expect(try await kept(office).isEmpty)
        }
    }

    @Test("are as many as count after the next change, when fewer count than before", arguments: TestEngine.available)
    func trimmed(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let other = try await office.hire("ben@example.org")
            try await give((1...7).map { "hash \($0)" }, for: account, by: office.identity)
            #expect(try await kept(office) == (3...6).map { "hash \($0)" })
            let strict = office.anotherNode { $0.passwords.former = 3 }
            try await give(["hash 8"], for: account, by: strict)
            #expect(try await kept(office) == ["hash 6", "hash 7"])
            try await give(["hash"], for: other, by: strict)
            #expect(try await kept(office).count == 3)
            try await give(["hash 9"], for: account, by: office.anotherNode { $0.passwords.former = 0 })
            #expect(try await kept(office) == [office.passwordHash])
        }
    }

    @Test("are kept with the change or not at all", arguments: TestEngine.available)
    func rollback(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            await #expect(throws: Missing.self) {
                try await office.database.write { transaction in
                    _ = try office.identity.accounts.change(
                        id: account.id, AccountChange(passwordHash: "hash"), in: transaction)
                    throw Missing()
                }
            }
            #expect(try await kept(office).isEmpty)
            try await office.database.write {
                _ = try office.identity.accounts.change(id: account.id, AccountChange(name: "Asha R."), in: $0)
            }
            #expect(try await kept(office).isEmpty)
        }
    }

    @Test("are one more when four change the password at once: one of them does", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let client = try await client(office)
            let wishes = [Self.second, Self.third, Self.fourth, "Pebble-harbour-6"]
            let statuses = await withTaskGroup(of: Int.self) { group in
                for wish in wishes {
                    group.addTask { await change(client, from: Office.password, to: wish).status }
                }
                return await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.sorted() == [204, 422, 422, 422])
            #expect(try await kept(office) == [office.passwordHash])
            let after = try await office.database.read { try office.identity.accounts.account(id: account.id, in: $0) }
            #expect(after?.credentialsVersion == account.credentialsVersion + 1)
        }
    }

    @Test("go with the person", arguments: TestEngine.available)
    func erasure(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            let other = try await post.office.hire("ben@example.org")
            for person in [account, other] {
                try await give(["hash 1", "hash 2"], for: person, by: post.identity)
            }
            let cause = AuditEntry.Cause(at: post.clock.now())
            let told = try #require(try await post.identity.personalData().export(of: account.id, by: cause))
            let text = String(decoding: told.bytes, as: UTF8.self)
            #expect(!text.contains("argon2") && !text.contains("hash 1"))
            let erased = try #require(try await post.identity.personalData().erase(account.id, by: cause))
            #expect(erased.rows["former_passwords"] == 2)
            #expect(try await post.office.count("former_passwords") == 2)
            let setAt = try await post.database.read {
                try $0.first("test.set", "SELECT password_set_at FROM accounts WHERE id = \(account.id)") {
                    $0.isNull(0)
                }
            }
            #expect(setAt == true)
        }
    }
}
