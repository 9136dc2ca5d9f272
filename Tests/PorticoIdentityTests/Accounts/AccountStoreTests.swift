import PorticoHTTP
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct AccountStoreTests {
    @Test("makes an account that is found by id and by address in any case", arguments: TestEngine.available)
    func create(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let made = try await office.hire("Asha@Example.org", role: "admin")
            let accounts = office.identity.accounts
            let (byID, byEmail, none) = try await office.database.read { reading in
                (
                    try accounts.account(id: made.id, in: reading),
                    try accounts.account(email: "ASHA@example.ORG", in: reading),
                    try accounts.account(email: "nobody@example.org", in: reading)
                )
            }
            #expect(byID == made)
            #expect(byEmail == made)
            #expect(none == nil)
            #expect(made.email == "Asha@Example.org")
            #expect(made.isActive && made.createdAt == Office.started && made.lastSeenAt == nil)
        }
    }

    @Test("refuses a second account with the same address in another case", arguments: TestEngine.available)
    func taken(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire("asha@example.org")
            await #expect(throws: AccountRefusal.emailTaken) { _ = try await office.hire("ASHA@example.org") }
            #expect(AccountRefusal.emailTaken.problem.status == 409)
        }
    }

    @Test("lists accounts page by page and by activity", arguments: TestEngine.available)
    func list(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let accounts = office.identity.accounts
            var ids: [Int64] = []
            for number in 1...5 { ids.append(try await office.hire("p\(number)@example.org").id) }
            let second = ids[1]
            try await office.database.write {
                _ = try accounts.change(id: second, AccountChange(isActive: false), in: $0)
            }
            let (first, rest, inactive) = try await office.database.read { reading in
                let first = try accounts.accounts(limit: 3, in: reading)
                let rest = try accounts.accounts(after: first.items.last?.id, limit: 3, in: reading)
                return (first, rest, try accounts.accounts(isActive: false, limit: 3, in: reading))
            }
            #expect(first.items.map(\.id) == Array(ids[0..<3]))
            #expect(first.next == ["\(ids[2])"])
            #expect(rest.items.map(\.id) == Array(ids[3...]) && rest.next == nil)
            #expect(inactive.items.map(\.id) == [second])
        }
    }

    @Test(
        "ends all sessions when password or role change or the account is deactivated, at once",
        arguments: TestEngine.available,
        [
            AccountChange(passwordHash: PasswordHasherTests.heavier), AccountChange(role: "admin"),
            AccountChange(isActive: false),
        ])
    func endsSessions(engine: TestEngine, change: AccountChange) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let first = try await office.signIn()
            let second = try await office.signIn()
            #expect(try await office.isKnown(first))
            try await office.database.write {
                _ = try office.identity.accounts.change(id: account.id, change, in: $0)
            }
            #expect(try await !office.isKnown(first))
            #expect(try await !office.isKnown(second))
            #expect(try await office.count("sessions") == 0)
        }
    }

    @Test("keeps sessions when only the name changes, or nothing does", arguments: TestEngine.available)
    func keepsSessions(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let session = try await office.signIn()
            let changed = try await office.database.write {
                try office.identity.accounts.change(
                    id: account.id, AccountChange(name: "Asha R.", role: account.role, isActive: true), in: $0)
            }
            #expect(changed?.before.name == "Asha Rao" && changed?.after.name == "Asha R.")
            #expect(changed?.after.credentialsVersion == account.credentialsVersion)
            #expect(try await office.isKnown(session))
        }
    }

    @Test("changes nothing and ends nothing when the transaction fails", arguments: TestEngine.available)
    func rollback(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let session = try await office.signIn()
            await #expect(throws: Missing.self) {
                try await office.database.write { transaction in
                    _ = try office.identity.accounts.change(
                        id: account.id, AccountChange(role: "admin"), in: transaction)
                    throw Missing()
                }
            }
            #expect(try await office.isKnown(session))
            #expect(try await office.identity.sessions.session(of: Office.head(session))?.principal.roles == ["packer"])
        }
    }

    @Test("ends sessions on the application's word", arguments: TestEngine.available)
    func endSessions(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let session = try await office.signIn()
            try await office.database.write { try office.identity.accounts.endSessions(of: account.id, in: $0) }
            #expect(try await !office.isKnown(session))
        }
    }

    @Test("knows no account with an id nobody has", arguments: TestEngine.available)
    func unknown(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let changed = try await office.database.write {
                try office.identity.accounts.change(id: 99, AccountChange(name: "x"), in: $0) == nil
            }
            #expect(changed)
        }
    }

    @Test("of two who each remove one of the last two admins, one sees the other", arguments: TestEngine.available)
    func lastTwo(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let ids = [
                try await office.hire("a@example.org", role: "admin").id,
                try await office.hire("b@example.org", role: "admin").id,
            ]
            let removed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for id in ids {
                    group.addTask {
                        try await office.database.write { transaction in
                            let active = try office.identity.accounts.lockActive(role: "admin", in: transaction)
                            guard active.count > 1 else { return false }
                            _ = try office.identity.accounts.change(
                                id: id, AccountChange(isActive: false), in: transaction)
                            return true
                        }
                    }
                }
                return try await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(removed.filter { $0 }.count == 1)
        }
    }
}
