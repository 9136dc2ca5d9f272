import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct InvitationRouteTests {
    private static let path = "/bags/api/v1/invitations"
    private static let ravi: JSONValue = ["email": "ravi@example.org", "name": "Ravi", "role": "packer"]

    private func withBoss(
        on engine: TestEngine, configure: @escaping Office.Configure = { _ in },
        _ body: (PostOffice, TestClient) async throws -> Void
    ) async throws {
        try await withPostOffice(on: engine, configure: configure) { post in
            _ = try await post.office.hire("boss@example.org", role: "admin")
            try await body(post, try await post.signedIn("boss@example.org"))
        }
    }

    private func accept(_ client: TestClient, _ token: String, password: String = "Another-horse-8") async -> TestAnswer
    {
        await client.post(
            Self.path + "/accept", ["token": .string(token), "name": "Ravi Shah", "password": .string(password)])
    }

    @Test("invites somebody, who chooses name and password and is signed in", arguments: TestEngine.available)
    func invite(engine: TestEngine) async throws {
        try await withBoss(on: engine) { post, boss in
            let made = await boss.post(Self.path, Self.ravi)
            #expect(made.status == 201 && made.json["expires_at"] == .string((Office.started + .days(7)).rfc3339))
            let id = try #require(made.json["id"]?.string)
            #expect(made[header: "location"] == "\(Self.path)/\(id)")
            #expect(await boss.get("\(Self.path)/\(id)").json == made.json)
            let mail = try #require(try await post.mails().first)
            #expect(mail.to == "ravi@example.org" && mail.text.contains("7 days"))
            #expect(mail.text.contains("https://bags.example/bags/invitation?token="))
            let client = try post.client()
            let tooEarly: JSONValue = ["email": "ravi@example.org", "password": "Another-horse-8"]
            #expect(await client.post("/bags/api/v1/session", tooEarly).status == 401)
            let token = try await post.lastToken("account.invitation")
            let weak = await accept(client, token, password: "weak")
            #expect(weak.status == 422 && weak.json["errors"]?[0]?["field"] == "password")
            let accepted = await accept(client, token)
            #expect(accepted.status == 201 && accepted.json["user"]?["name"] == "Ravi Shah")
            #expect(accepted.json["user"]?["id"] == .string(id))
            #expect(await client.get("/bags/api/v1/session").json["user"]?["email"] == "ravi@example.org")
            #expect(try await accept(post.client(), token).problemCode == "invalid_invitation")
            #expect(await boss.get(Self.path).json["items"] == .array([]))
            #expect(try await post.actions() == ["invitation.created", "invitation.accepted"])
            #expect(try await post.client().post("/bags/api/v1/session", tooEarly).status == 201)
        }
    }

    @Test("lets one of thirty accept the same invitation", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withBoss(on: engine) { post, boss in
            _ = await boss.post(Self.path, Self.ravi)
            let token = try #require(SessionToken(try await post.lastToken("account.invitation")))
            let invitations = try #require(post.identity.invitations)
            let cause = AuditEntry.Cause(at: post.clock.now())
            let hash = post.office.passwordHash
            let winners = try await thirtyAtOnce { _ in
                try await post.database.write {
                    try invitations.accept(token, name: "Ravi", passwordHash: hash, by: cause, in: $0)
                } != nil
            }
            #expect(winners == 1)
        }
    }

    @Test("ends a link after seven days; another one is sent, and ends the one before", arguments: TestEngine.available)
    func resend(engine: TestEngine) async throws {
        try await withBoss(on: engine) { post, boss in
            let id = try #require(await boss.post(Self.path, Self.ravi).json["id"]?.string)
            let first = try await post.lastToken("account.invitation")
            post.clock.advance(by: .hours(11))
            #expect(await boss.post("\(Self.path)/\(id)/resend").status == 200)
            #expect(try await accept(post.client(), first).problemCode == "invalid_invitation")
            let second = try await post.lastToken("account.invitation")
            post.clock.advance(by: .days(7))
            #expect(try await accept(post.client(), second).problemCode == "invalid_invitation")
            let again = try await post.signedIn("boss@example.org")
            #expect(await again.get(Self.path).json["items"]?[0]?["id"] == .string(id))
            for _ in 0..<3 { #expect(await again.post("\(Self.path)/\(id)/resend").status == 200) }
            let tooMany = await again.post("\(Self.path)/\(id)/resend")
            #expect(tooMany.status == 429 && tooMany.problemCode == "too_many_mails")
            #expect(tooMany[header: "retry-after"] == "900")
            #expect(try await accept(post.client(), post.lastToken("account.invitation")).status == 201)
            #expect(await again.post("\(Self.path)/\(id)/resend").status == 404)
        }
    }

    @Test("withdraws an invitation and frees its address", arguments: TestEngine.available)
    func withdraw(engine: TestEngine) async throws {
        try await withBoss(on: engine) { post, boss in
            let id = try #require(await boss.post(Self.path, Self.ravi).json["id"]?.string)
            let token = try await post.lastToken("account.invitation")
            #expect(await boss.delete("\(Self.path)/\(id)").status == 204)
            #expect(await boss.delete("\(Self.path)/\(id)").status == 404)
            #expect(await boss.get("\(Self.path)/\(id)").status == 404)
            #expect(try await accept(post.client(), token).problemCode == "invalid_invitation")
            let again = await boss.post(Self.path, Self.ravi)
            #expect(again.status == 201 && again.json["id"]?.string != id)
            #expect(
                try await post.actions() == ["invitation.created", "invitation.withdrawn", "invitation.created"])
        }
    }

    @Test("lists pending invitations page by page", arguments: TestEngine.available)
    func list(engine: TestEngine) async throws {
        try await withBoss(on: engine) { _, boss in
            for name in ["a", "b", "c"] {
                let person: JSONValue = [
                    "email": .string("\(name)@example.org"), "name": .string(name), "role": "packer",
                ]
                #expect(await boss.post(Self.path, person).status == 201)
            }
            let first = await boss.get(Self.path + "?limit=2")
            #expect(first.json["items"]?.elements?.map { $0["name"] } == ["a", "b"])
            let cursor = try #require(first.json["next_cursor"]?.string)
            let second = await boss.get(Self.path + "?limit=2&cursor=\(cursor)")
            #expect(second.json["items"]?.elements?.map { $0["name"] } == ["c"])
            #expect(await boss.get(Self.path + "?cursor=made-up").problemCode == "invalid_cursor")
        }
    }

    @Test("takes the permission, a free address, and a role the caller may give", arguments: TestEngine.available)
    func refusals(engine: TestEngine) async throws {
        try await withBoss(on: engine) { post, boss in
            _ = try await post.office.hire()
            let packer = try await post.signedIn()
            #expect(await packer.post(Self.path, Self.ravi).status == 403)
            #expect(await packer.get(Self.path).status == 403)
            var taken = Self.ravi
            taken["email"] = "ASHA@example.org"
            #expect(await boss.post(Self.path, taken).problemCode == "email_taken")
            let wrong = await boss.post(Self.path, ["email": "x", "name": "X", "role": "king"])
            #expect(wrong.json["errors"]?.elements?.map { $0["field"] } == ["email", "role"])
            let desk = InvitationDesk<NoInput>(permission: "user.manage", mayInvite: { _, role in role == "packer" })
            let bound = TestClient(try post.site(desk: desk))
            try await bound.signIn("boss@example.org", Office.password, at: "/bags")
            var king = Self.ravi
            king["role"] = "admin"
            #expect(await bound.post(Self.path, king).status == 403)
            #expect(await bound.post(Self.path, Self.ravi).status == 201)
        }
    }

    @Test("writes the application's rows with the account, or neither", arguments: TestEngine.available)
    func profile(engine: TestEngine) async throws {
        try await withBoss(on: engine) { post, _ in
            let desk = InvitationDesk<NoInput>(
                permission: "user.manage",
                invited: { invitation, _, transaction in
                    guard invitation.name != "Nobody" else { throw Problem(409, "no_desk", "There is no desk.") }
                    try transaction.audit(AuditEntry("desk.given", entity: "\(invitation.id)", at: Office.started))
                },
                withdrawn: { invitation, transaction in
                    try transaction.audit(AuditEntry("desk.taken", entity: "\(invitation.id)", at: Office.started))
                })
            let boss = TestClient(try post.site(desk: desk))
            try await boss.signIn("boss@example.org", Office.password, at: "/bags")
            var nobody = Self.ravi
            nobody["name"] = "Nobody"
            #expect(await boss.post(Self.path, nobody).problemCode == "no_desk")
            #expect(try await post.office.count("accounts") == 1)
            #expect(try await post.mails().isEmpty)
            let id = try #require(await boss.post(Self.path, Self.ravi).json["id"]?.string)
            #expect(await boss.delete("\(Self.path)/\(id)").status == 204)
            #expect(try await post.actions().filter { $0.hasPrefix("desk.") } == ["desk.given", "desk.taken"])
        }
    }

    @Test("lets an invited person in whose role takes a code by mail", arguments: TestEngine.available)
    func mailedFactor(engine: TestEngine) async throws {
        try await withBoss(on: engine, configure: { $0.secondFactors = ["packer": .mail] }) { post, boss in
            _ = await boss.post(Self.path, Self.ravi)
            let accepted = await accept(try post.client(), try await post.lastToken("account.invitation"))
            #expect(accepted.status == 201 && accepted.json["user"]?["permissions"] == ["bag.read"])
        }
    }

    @Test("is withdrawn by itself ninety days after its link has ended", arguments: TestEngine.available)
    func retention(engine: TestEngine) async throws {
        try await withBoss(on: engine) { post, boss in
            _ = await boss.post(Self.path, Self.ravi)
            let retention = post.identity.retention()
            let due = Office.started + .days(97)
            #expect(try await retention.run(at: due - .milliseconds(1)).map(\.rows) == [0])
            #expect(try await retention.run(at: due).map(\.rows) == [1])
            #expect(try await post.office.count("invitations") == 0)
            let account = try await post.database.read {
                try post.identity.accounts.account(email: "ravi@example.org", in: $0)
            }
            #expect(account == nil)
        }
    }
}
