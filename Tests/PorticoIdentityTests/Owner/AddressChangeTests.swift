import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct AddressChangeTests {
    private static let path = "/bags/api/v1/email-change"
    private static let new = "asha.rao@example.net"

    private func ask(
        _ client: TestClient, _ email: String = new, password: String = Office.password
    ) async -> TestAnswer {
        await client.post(Self.path, ["email": .string(email), "password": .string(password)])
    }

    private func confirm(_ client: TestClient, _ token: String) async -> TestAnswer {
        await client.post(Self.path + "/confirm", ["token": .string(token)])
    }

    private func signIn(_ post: PostOffice, _ email: String) async throws -> Int {
        let answer = await (try post.client()).post(
            "/bags/api/v1/session", ["email": .string(email), "password": .string(Office.password)])
        return answer.status
    }

    @Test(
        "takes the new address once its link is followed, and tells the old one before and after",
        arguments: TestEngine.available)
    func wholeWay(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            let owner = try await post.signedIn()
            let asked = await ask(owner)
            #expect(asked.status == 202)
            #expect(try await post.mails("account.address_link").map(\.to) == [Self.new])
            let warning = try #require(try await post.mails("account.address_asked").first)
            #expect(warning.to == "asha@example.org" && warning.text.contains(Self.new))
            #expect(try await signIn(post, Self.new) == 401)
            let token = try await post.lastToken("account.address_link")
            #expect(await confirm(try post.client(), token).status == 204)
            #expect(await owner.get("/bags/api/v1/session").status == 401)
            #expect(try await signIn(post, "asha@example.org") == 401)
            #expect(try await signIn(post, Self.new) == 201)
            #expect(try await post.mails("account.address_changed").map(\.to) == ["asha@example.org"])
            #expect(await confirm(try post.client(), token).problemCode == "invalid_address_link")
            let entry = try #require(
                try await post.database.read {
                    try $0.first(
                        "test.audit",
                        "SELECT entity_id, before, after, actor_id FROM audit_rows WHERE action = 'account.email_changed'"
                    ) {
                        (try String.read($0, 0), try String.read($0, 1), try String.read($0, 2), try Int64.read($0, 3))
                    }
                })
            #expect(entry.0 == "\(account.id)" && entry.3 == account.id)
            #expect(entry.1.contains("asha@example.org") && entry.2.contains(Self.new))
        }
    }

    @Test("does not tell whether somebody has the address, but tells whoever has it", arguments: TestEngine.available)
    func taken(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            _ = try await post.office.hire("ravi@example.org", name: "Ravi")
            let owner = try await post.signedIn()
            let free = await ask(owner)
            let taken = await ask(owner, "RAVI@example.org")
            #expect(taken.status == free.status && taken.bytes == free.bytes)
            let letter = try #require(try await post.mails("account.address_taken").first)
            #expect(letter.to == "RAVI@example.org" && !letter.text.contains("token="))
        }
    }

    @Test("refuses what is no other address, a wrong password and a fourth link", arguments: TestEngine.available)
    func refusals(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let owner = try await post.signedIn()
            let typo = await ask(owner, "asha at example")
            #expect(typo.status == 422 && typo.json["errors"]?[0]?["code"] == "invalid")
            let same = await ask(owner, "asha@example.org")
            #expect(same.status == 422 && same.json["errors"]?[0]?["code"] == "unchanged")
            let wrong = await ask(owner, password: "wrong")
            #expect(wrong.status == 422 && wrong.json["errors"]?[0]?["field"] == "password")
            #expect(try await post.mails().isEmpty)
            for _ in 0..<3 { #expect(await ask(owner).status == 202) }
            let fourth = await ask(owner)
            #expect(fourth.status == 429 && fourth.problemCode == "too_many_mails")
            #expect(fourth[header: "retry-after"] == "900")
            #expect(await ask(try post.client()).status == 401)
        }
    }

    @Test(
        "lets a link lapse after an hour, with the next one, and with a new password", arguments: TestEngine.available)
    func lapses(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            let owner = try await post.signedIn()
            _ = await ask(owner)
            let first = try await post.lastToken("account.address_link")
            _ = await ask(owner, "other@example.net")
            #expect(await confirm(owner, first).problemCode == "invalid_address_link")
            post.clock.advance(by: .hours(1))
            let second = try await post.lastToken("account.address_link")
            #expect(await confirm(owner, second).problemCode == "invalid_address_link")
            _ = await ask(owner)
            let third = try await post.lastToken("account.address_link")
            try await post.database.write { try post.identity.accounts.endSessions(of: account.id, in: $0) }
            #expect(await confirm(owner, third).problemCode == "invalid_address_link")
            #expect(try await signIn(post, "asha@example.org") == 201)
        }
    }

    @Test(
        "gives an address that two want to the first, and changes nothing for the second",
        arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            var tokens: [String] = []
            for name in ["asha", "ravi"] {
                _ = try await post.office.hire("\(name)@example.org")
                _ = await ask(try await post.signedIn("\(name)@example.org"))
                tokens.append(try await post.lastToken("account.address_link"))
            }
            let site = try post.site()
            let statuses = await withTaskGroup(of: Int.self) { group in
                for token in tokens { group.addTask { await confirm(TestClient(site), token).status } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [204, 409])
            #expect(try await post.mails("account.address_changed").count == 1)
            #expect(try await signIn(post, Self.new) == 201)
        }
    }
}
