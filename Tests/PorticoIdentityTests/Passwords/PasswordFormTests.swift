import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

/// Passwords count as they were typed, from the first byte to the last, and are typed unseen.
@Suite struct PasswordFormTests {
    @Test("takes passwords of 64 characters and of 1,024 bytes, and none that is longer")
    func length() {
        let (long, longest) = (String(repeating: "correct horse ok", count: 4), String(repeating: "xyz ", count: 256))
        #expect(long.count == 64 && longest.utf8.count == 1024)
        #expect(PasswordPolicy.refusal(of: long, email: "asha@example.org") == nil)
        #expect(PasswordPolicy.refusal(of: longest, email: "asha@example.org") == nil)
        #expect(PasswordPolicy.refusal(of: longest + "x", email: "asha@example.org") == .tooLong)
    }

    @Test("compares every byte: no letter's case, no space and nothing at the end is left out")
    func exact() async throws {
        let hasher = try PasswordHasher()
        let password = " " + String(repeating: "a", count: 1022) + "B"
        let hash = try await hasher.hash(password)
        let isKnown = try await hasher.verify(password, against: hash)
        #expect(isKnown)
        for other in [String(password.dropFirst()), String(password.dropLast()), password.lowercased(), password + " "]
        {
            let isTaken = try await hasher.verify(other, against: hash)
            #expect(!isTaken)
        }
    }

    @Test("masks every field that a password is typed into", arguments: TestEngine.available)
    func masked(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let visitor = try await AccountVisitor(office)
            let pages = [
                await TestClient(try office.site()).get("/bags/sign-in").text,
                await visitor.client.get(AccountVisitor.path).text,
                await visitor.client.get(AccountVisitor.factorPath).text,
                await visitor.client.get("/bags/account/keys").text,
            ]
            for page in pages { expectMasked(page) }
        }
    }

    @Test("masks them behind the links of mails too", arguments: TestEngine.available)
    func maskedBehindLinks(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            let asked = await client.submit(
                "/bags/reset", ["email": "asha@example.org"], from: await client.get("/bags/reset"))
            #expect(asked.status == 303)
            let reset = try await post.lastToken("account.password_reset")
            expectMasked(await client.get("/bags/reset?token=\(reset)").text)
            let ravi = try #require(EmailAddress("ravi@example.org"))
            let invitations = try #require(post.identity.invitations)
            _ = try await post.database.write { transaction in
                try invitations.invite(
                    NewAccount(email: ravi, name: "Ravi", role: "packer"), by: AuditEntry.Cause(at: post.clock.now()),
                    in: transaction)
            }
            let invitation = try await post.lastToken("account.invitation")
            expectMasked(await client.get("/bags/invitation?token=\(invitation)").text)
        }
    }

    private func expectMasked(_ page: String) {
        let fields = page.split(separator: "<").filter {
            $0.hasPrefix("input") && $0.contains("password\"") && $0.contains("name=")
        }
        #expect(!fields.isEmpty)
        #expect(fields.allSatisfy { $0.contains("type=\"password\"") }, "\(fields)")
    }

    @Test(
        "lets in with the password as it was typed and no other, by program and by form",
        arguments: TestEngine.available)
    func asTyped(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let (email, password) = ("ravi@example.org", "  Correct Horse 8  ")
            let hash = try await PasswordHasher().hash(password)
            let account = NewAccount(email: try #require(EmailAddress(email)), name: "Ravi", role: "packer")
            _ = try await office.database.write { transaction in
                try office.identity.accounts.create(
                    account, passwordHash: hash, at: office.clock.now(), in: transaction)
            }
            let program = TestClient(try office.site())
            for other in ["Correct Horse 8", " Correct Horse 8  ", password.lowercased(), password + " "] {
                let answer = await program.post(
                    "/bags/api/v1/session", ["email": .string(email), "password": .string(other)])
                #expect(answer.status == 401, "\(other)")
            }
            let right = await program.post(
                "/bags/api/v1/session", ["email": .string(email), "password": .string(password)])
            #expect(right.status == 201)
            let browser = TestClient(try office.site())
            func submit(_ password: String) async -> TestAnswer {
                await browser.submit(
                    "/bags/sign-in", ["email": email, "password": password], from: await browser.get("/bags/sign-in"))
            }
            #expect(await submit("Correct Horse 8").status == 401)
            #expect(await submit(password).status == 303)
        }
    }
}
