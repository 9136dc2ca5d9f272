import PorticoHTTP
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct SessionStoreTests {
    @Test(
        "gives the account with its role's permissions and the application's attributes",
        arguments: TestEngine.available)
    func principal(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire(role: "admin")
            let session = try await office.signIn()
            let principal = try #require(try await office.identity.authenticator.principal(for: Office.head(session)))
            #expect(principal.accountID == account.id)
            #expect(principal.roles == ["admin"] && principal.permissions == ["user.manage", "bag.read"])
            #expect(principal.attributes == ["desk": "\(account.id)"])
            #expect(principal == session.session.principal)
            #expect(principal.csrfBinding?.count == 64)
        }
    }

    @Test("ends after twelve hours without a request", arguments: TestEngine.available)
    func idle(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let session = try await office.signIn()
            office.clock.advance(by: .milliseconds(12 * 3_600_000 - 1))
            #expect(try await office.isKnown(session))
            office.clock.advance(by: .milliseconds(1))
            #expect(try await !office.isKnown(session))
        }
    }

    @Test("slides on with every request, up to thirty days", arguments: TestEngine.available)
    func absolute(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let session = try await office.signIn()
            for _ in 0..<71 {
                office.clock.advance(by: .hours(10))
                #expect(try await office.identity.authenticator.principal(for: Office.head(session)) != nil)
                await office.identity.authenticator.settle()
            }
            office.clock.advance(by: .hours(10))
            #expect(try await office.identity.authenticator.principal(for: Office.head(session)) == nil)
        }
    }

    @Test("notes the last use at most once a minute, for session and account", arguments: TestEngine.available)
    func lastSeen(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let session = try await office.signIn()
            for seconds: Int64 in [59, 1, 30] {
                office.clock.advance(by: .seconds(seconds))
                _ = try await office.identity.authenticator.principal(for: Office.head(session))
                await office.identity.authenticator.settle()
            }
            let noted = Office.started + .seconds(60)
            let (listed, seen) = try await office.database.read { reading in
                (
                    try office.identity.sessions.sessions(of: account.id, at: noted, in: reading),
                    try office.identity.accounts.account(id: account.id, in: reading)?.lastSeenAt
                )
            }
            #expect(listed.map(\.lastSeenAt) == [noted])
            #expect(listed.map(\.userAgent) == ["Test/1"])
            #expect(seen == noted)
        }
    }

    @Test("does not ask the database twice within a second", arguments: TestEngine.available)
    func cached(engine: TestEngine) async throws {
        let log = QueryLog.silent
        try await withDatabase(on: engine, components: [IdentitySchema.component], queries: log) { database in
            let office = try await Office(database)
            _ = try await office.hire()
            let session = try await office.signIn()
            for _ in 0..<3 { #expect(try await office.isKnown(session)) }
            #expect(lookups(log) == 1)
            office.clock.advance(by: .milliseconds(1000))
            #expect(try await office.isKnown(session))
            #expect(lookups(log) == 2)
        }
    }

    private func lookups(_ log: QueryLog) -> Int {
        log.statistics.snapshot().filter { $0.name == "sessions.find" }.map(\.count).reduce(0, +)
    }

    @Test("ends for everybody, here at once and on another node within a second", arguments: TestEngine.available)
    func everybody(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            var sessions: [NewSession] = []
            for name in ["asha", "ravi"] {
                _ = try await office.hire("\(name)@example.org")
                sessions.append(try await office.signIn("\(name)@example.org"))
            }
            let other = office.anotherNode()
            for session in sessions { #expect(try await office.isKnown(session, to: other)) }
            try await office.database.write { try office.identity.accounts.endAllSessions(in: $0) }
            for session in sessions { #expect(try await !office.isKnown(session)) }
            office.clock.advance(by: .seconds(1))
            for session in sessions { #expect(try await !office.isKnown(session, to: other)) }
            #expect(try await office.isKnown(try await office.signIn("asha@example.org")))
        }
    }

    @Test("is revoked here at once and on another node within a second", arguments: TestEngine.available)
    func revocation(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let session = try await office.signIn()
            let other = office.anotherNode()
            #expect(try await office.isKnown(session))
            #expect(try await office.isKnown(session, to: other))
            try await office.database.write { try office.identity.sessions.revoke(session.session, in: $0) }
            #expect(try await !office.isKnown(session))
            office.clock.advance(by: .seconds(1))
            #expect(try await !office.isKnown(session, to: other))
        }
    }

    @Test(
        "lets an account end one of its sessions by the id it is listed with, and nobody else's",
        arguments: TestEngine.available)
    func revokeOne(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let other = try await office.hire("ben@example.org")
            let first = try await office.signIn()
            let second = try await office.signIn()
            let id = first.session.tokenHash.hexadecimal
            let sessions = office.identity.sessions
            let byOther = try await office.database.write { try sessions.revoke(id: id, of: other.id, in: $0) }
            #expect(!byOther)
            #expect(try await office.isKnown(first))
            let byOwner = try await office.database.write { try sessions.revoke(id: id, of: account.id, in: $0) }
            #expect(byOwner)
            #expect(try await !office.isKnown(first))
            #expect(try await office.isKnown(second))
        }
    }

    @Test("keeps neither the token nor the address in its table", arguments: TestEngine.available)
    func hashed(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let session = try await office.signIn()
            let token = try #require(office.identity.sessions.settings.token(in: Office.head(session)))
            let row = try await office.database.read {
                try $0.first("test.row", "SELECT token_hash, address_hash FROM sessions") {
                    (try [UInt8].read($0, 0), try [UInt8].read($0, 1))
                }
            }
            #expect(row?.0 == token.hash)
            #expect(row?.1.count == 32 && row?.1 != Digest.sha256(Array("192.0.2.7".utf8)))
        }
    }

    @Test("removes sessions past their absolute end", arguments: TestEngine.available)
    func purge(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            _ = try await office.signIn()
            #expect(try await office.identity.purge(at: Office.started + .days(29)) == 0)
            #expect(try await office.identity.purge(at: Office.started + .days(30)) == 1)
            #expect(try await office.count("sessions") == 0)
        }
    }
}
