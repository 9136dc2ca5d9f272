import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct PersonalDataTests {
    /// Somebody with everything identity can keep about a person.
    private func withPerson(
        on engine: TestEngine, _ body: (PostOffice, Account, TestClient) async throws -> Void
    ) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            let client = try await post.signedIn()
            let credentials: JSONValue = ["email": "asha@example.org", "password": .string(Office.password)]
            #expect(try await post.client().post("/bags/api/v1/tokens", credentials).status == 201)
            let wish: JSONValue = ["name": "Scale", "scope": "bag.read", "password": .string(Office.password)]
            #expect(await client.post("/bags/api/v1/api-keys", wish).status == 201)
            #expect(
                await client.post("/bags/api/v1/second-factor", ["password": .string(Office.password)]).status == 201)
            _ = await client.post("/bags/api/v1/password-reset", ["email": "asha@example.org"])
            let codes = try #require(post.identity.mailCodes)
            try await post.database.write { transaction in
                _ = try codes.send(for: .signIn, to: account, at: Office.started, in: transaction)
                var entry = AuditEntry(
                    "user.updated", entity: "\(account.id)", before: ["name": "Asha"], after: ["name": "Asha Rao"],
                    at: Office.started)
                entry.actorID = nil
                entry.ip = "198.51.100.9"
                try transaction.audit(entry)
            }
            try await body(post, account, client)
        }
    }

    private func cause(_ post: PostOffice) -> AuditEntry.Cause { AuditEntry.Cause(at: post.clock.now()) }

    @Test("tells everything that is kept about a person, and is audited", arguments: TestEngine.available)
    func export(engine: TestEngine) async throws {
        try await withPerson(on: engine) { post, account, _ in
            let part = PersonalDataPart("visits") { id, _ in
                .array([.string("gate \(id)")])
            } erase: { _, _ in
                0
            }
            let data = post.identity.personalData([part])
            let told = try #require(try await data.export(of: account.id, by: cause(post)))
            #expect(told["account"]?["email"] == "asha@example.org")
            #expect(told["sessions"]?[0]?["user_agent"] != nil && told["sessions"]?.elements?.count == 1)
            #expect(told["token_families"]?.elements?.count == 1 && told["api_keys"]?[0]?["name"] == "Scale")
            #expect(told["application"]?["visits"]?[0] == .string("gate \(account.id)"))
            #expect(told["invitation"]?.isNull == true && told["audit_is_complete"] == true)
            let entries = told["audit"]?.elements ?? []
            #expect(entries.first?["action"] == "account.exported")
            #expect(entries.contains { $0["action"] == "api_key.created" && $0["ip"]?.string != nil })
            let byOthers = try #require(entries.first { $0["action"] == "user.updated" })
            #expect(byOthers["by_yourself"] == false && byOthers["ip"]?.isNull == true)
            #expect(byOthers["after"]?["name"] == "Asha Rao")
            let text = String(decoding: told.bytes, as: UTF8.self)
            #expect(!text.contains("argon2") && !text.contains("198.51.100.9") && !text.contains("pk_bags_"))
            #expect(try await data.export(of: 999, by: cause(post)) == nil)
        }
    }

    @Test("tells nothing of other people", arguments: TestEngine.available)
    func others(engine: TestEngine) async throws {
        try await withPerson(on: engine) { post, _, _ in
            let ravi = try await post.office.hire("ravi@example.org", name: "Ravi")
            let told = try #require(try await post.identity.personalData().export(of: ravi.id, by: cause(post)))
            #expect(told["sessions"] == .array([]) && told["api_keys"] == .array([]))
            #expect(told["audit"]?.elements?.map { $0["action"] } == ["account.exported"])
        }
    }

    @Test("forgets a person and ends everything they hold; the audit stays", arguments: TestEngine.available)
    func erase(engine: TestEngine) async throws {
        try await withPerson(on: engine) { post, account, client in
            let part = PersonalDataPart("visits") { _, _ in
                .null
            } erase: { account, _ in
                account.email == "asha@example.org" ? 3 : 0
            }
            let before = try await post.actions()
            let erased = try #require(
                try await post.identity.personalData([part]).erase(account.id, by: cause(post)))
            #expect(erased.rows["visits"] == 3 && erased.rows["api_keys"] == 1 && erased.rows["sessions"] == 1)
            #expect(erased.rows["token_families"] == 1 && erased.rows["mail_codes"] == 1)
            for table in ["sessions", "token_families", "api_keys", "second_factors", "mail_codes", "mailed_links"] {
                #expect(try await post.office.count(table) == 0)
            }
            #expect(await client.get("/bags/api/v1/session").status == 401)
            #expect(try await post.signIn(post.client()).status == 401)
            let after = try #require(
                try await post.database.read { try post.identity.accounts.account(id: account.id, in: $0) })
            #expect(after.email == "erased-\(account.id)@erased.invalid" && !after.isActive)
            #expect(after.name == "Erased person \(account.id)" && after.lastSeenAt == nil)
            #expect(try await post.actions() == before + ["account.erased"])
            let entry = try await post.database.read {
                try $0.scalar(
                    "test.entry", "SELECT after FROM audit_rows WHERE action = 'account.erased'", as: String.self)
            }
            #expect(entry?.contains("asha") == false && entry?.contains("\"visits\":3") == true)
            _ = try await post.office.hire()
            #expect(try await post.identity.personalData().erase(999, by: cause(post)) == nil)
        }
    }

    @Test("changes nothing when a part says that the person can't be erased now", arguments: TestEngine.available)
    func refused(engine: TestEngine) async throws {
        try await withPerson(on: engine) { post, account, client in
            let part = PersonalDataPart("bills") { _, _ in
                .null
            } erase: { _, _ in
                throw Problem(409, "has_open_bills", "There are open bills.")
            }
            let data = post.identity.personalData([part])
            let refusal = try await problem { _ = try await data.erase(account.id, by: cause(post)) }
            #expect(refusal?.code == "has_open_bills")
            #expect(await client.get("/bags/api/v1/session").status == 200)
        }
    }
}
