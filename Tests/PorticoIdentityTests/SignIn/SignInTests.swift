import PorticoHTTP
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct SignInTests {
    @Test(
        "gives the same answer to an unknown address, a wrong password and an inactive account",
        arguments: TestEngine.available)
    func uniform(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let ben = try await office.hire("ben@example.org")
            try await office.database.write {
                _ = try office.identity.accounts.change(id: ben.id, AccountChange(isActive: false), in: $0)
            }
            let attempts = [
                ("asha@example.org", "wrong"), ("ben@example.org", Office.password),
                ("nobody@example.org", Office.password),
                ("nul\u{0}@example.org", Office.password),
            ]
            for (email, password) in attempts {
                let problem = try await problem { _ = try await office.signIn(email, password: password) }
                #expect(problem?.status == 401)
                #expect(problem?.code == "invalid_credentials")
                #expect(problem?.detail == SignIn.refusal.detail)
            }
            #expect(try await office.count("sessions") == 0)
        }
    }

    @Test("does not let in an account without a password", arguments: TestEngine.available)
    func noPassword(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let email = try #require(EmailAddress("new@example.org"))
            try await office.database.write {
                _ = try office.identity.accounts.create(
                    NewAccount(email: email, name: "New", role: "packer"), passwordHash: nil, at: Office.started, in: $0
                )
            }
            #expect(try await problem { _ = try await office.signIn("new@example.org", password: "") }?.status == 401)
        }
    }

    @Test("gives another id at every sign-in and ends the session it replaces", arguments: TestEngine.available)
    func newID(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let first = try await office.signIn("ASHA@example.org")
            let second = try await office.signIn(head: Office.head(first))
            #expect(first.cookie != second.cookie)
            #expect(try await !office.isKnown(first))
            #expect(try await office.isKnown(second))
        }
    }

    @Test("renews a hash made with other parameters and keeps the sessions", arguments: TestEngine.available)
    func rehash(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            try await office.database.write {
                _ = try office.identity.accounts.change(
                    id: account.id, AccountChange(passwordHash: PasswordHasherTests.heavier), in: $0)
            }
            let first = try await office.signIn(password: "abcdefgh")
            let stored = try await office.database.read {
                try $0.scalar("test.hash", "SELECT password_hash FROM accounts", as: String.self)
            }
            #expect(stored.map { PasswordHasher.needsRehash($0) } == false)
            _ = try await office.signIn(password: "abcdefgh")
            #expect(try await office.isKnown(first))
        }
    }

    @Test("lets a password that is changed meanwhile win", arguments: TestEngine.available)
    func changedMeanwhile(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            async let attempt = problem { _ = try await office.signIn() }
            try await office.database.write {
                _ = try office.identity.accounts.change(
                    id: account.id, AccountChange(passwordHash: PasswordHasherTests.heavier), in: $0)
            }
            // Whichever came first, no session of the old password is left once both are done.
            _ = try await attempt
            #expect(try await office.count("sessions") == 0)
        }
    }
}
