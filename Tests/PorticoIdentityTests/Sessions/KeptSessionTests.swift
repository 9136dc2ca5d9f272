import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

/// Sessions of people who want to stay signed in on a device.
@Suite struct KeptSessionTests {
    private static let thirteenHours: Int64 = 13 * 3_600_000
    private static let offering: Office.Configure = { $0.sessions.kept = .days(90) }

    @Test(
        "outlasts hours without a request, and ends after its days, used or not",
        arguments: TestEngine.available, [5, 90] as [Int64])
    func lifetime(engine: TestEngine, days: Int64) async throws {
        try await withOffice(on: engine, configure: { $0.sessions.kept = .days(days) }) { office in
            _ = try await office.hire()
            let (kept, plain) = (try await office.keepSignedIn(), try await office.signIn())
            #expect(kept.endsAt == Office.started + .days(days) && kept.session.expiresAt == kept.endsAt)
            #expect(plain.endsAt == Office.started + .hours(12))
            office.clock.advance(by: .milliseconds(Self.thirteenHours))
            let other = office.anotherNode()
            #expect(try await office.isKnown(kept))
            #expect(try await office.isKnown(kept, to: other))
            #expect(try await !office.isKnown(plain))
            // A request moves its end no further.
            #expect(try await office.identity.authenticator.principal(for: Office.head(kept)) != nil)
            await office.identity.authenticator.settle()
            office.clock.advance(by: .milliseconds(days * 86_400_000 - Self.thirteenHours - 1))
            #expect(try await office.isKnown(kept))
            office.clock.advance(by: .milliseconds(1))
            #expect(try await !office.isKnown(kept))
            #expect(try await !office.isKnown(kept, to: other))
        }
    }

    @Test("tells the browser how long to keep the cookie", arguments: TestEngine.available)
    func cookie(engine: TestEngine) async throws {
        try await withOffice(on: engine, isSecure: true, configure: Self.offering) { office in
            _ = try await office.hire()
            let (kept, plain) = (try await office.keepSignedIn(), try await office.signIn())
            #expect(kept.cookie.hasSuffix("; Max-Age=7776000; Path=/; HttpOnly; SameSite=Lax; Secure"))
            #expect(plain.cookie.hasSuffix("; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax; Secure"))
        }
    }

    @Test("is a session like any other where nobody is offered to stay signed in", arguments: TestEngine.available)
    func notOffered(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: { $0.sessions.kept = .seconds(0) }) { office in
            _ = try await office.hire()
            let wished = try await office.keepSignedIn()
            #expect(!wished.session.isKept && wished.endsAt == Office.started + .hours(12))
            #expect(wished.cookie.contains("; Max-Age=2592000;"))
            office.clock.advance(by: .hours(12))
            #expect(try await !office.isKnown(wished))
        }
    }

    @Test(
        "ends sooner when fewer days are offered later, and by idleness when none are", arguments: TestEngine.available)
    func lowered(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: Self.offering) { office in
            _ = try await office.hire()
            let kept = try await office.keepSignedIn()
            let fewer = office.anotherNode { $0.sessions.kept = .days(2) }
            let none = office.anotherNode { $0.sessions.kept = .seconds(0) }
            office.clock.advance(by: .hours(11))
            #expect(try await office.isKnown(kept, to: none))
            office.clock.advance(by: .hours(2))
            #expect(try await !office.isKnown(kept, to: none))
            #expect(try await office.isKnown(kept, to: fewer))
            office.clock.advance(by: .hours(35))
            #expect(try await !office.isKnown(kept, to: fewer))
            #expect(try await office.isKnown(kept))
        }
    }

    @Test("is listed for as long as it is valid, by statements as by requests", arguments: TestEngine.available)
    func listed(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: Self.offering) { office in
            let account = try await office.hire()
            let begun = [try await office.keepSignedIn(), try await office.signIn()]
            let moments: [Span] = [
                .hours(11), .milliseconds(12 * 3_600_000 - 1), .hours(12), .hours(13), .days(2), .days(29), .days(30),
                .milliseconds(90 * 86_400_000 - 1), .days(90), .days(400),
            ]
            for offered in [Span.seconds(0), .days(2), .days(90), .days(365)] {
                let sessions = office.anotherNode { $0.sessions.kept = offered }.sessions
                for moment in moments {
                    let now = Office.started + moment
                    let listed = try await office.database.read {
                        try sessions.sessions(of: account.id, at: now, in: $0).map(\.id)
                    }
                    let valid = begun.filter { $0.session.isValid(at: now, sessions.settings) }
                    #expect(Set(listed) == Set(valid.map { $0.session.tokenHash.hexadecimal }))
                }
            }
        }
    }

    /// What ends sessions from outside.
    enum Ending: String, CaseIterable, Sendable {
        case password, role, deactivation, signingOutEverywhere, signingOutEverybody, erasure

        func carryOut(_ office: Office, _ account: Account) async throws {
            let identity = office.identity
            if self == .erasure {
                let cause = AuditEntry.Cause(at: office.clock.now())
                _ = try await identity.personalData().erase(account.id, by: cause)
                return
            }
            let change: AccountChange? =
                switch self {
                case .password: AccountChange(passwordHash: office.passwordHash)
                case .role: AccountChange(role: "admin")
                case .deactivation: AccountChange(isActive: false)
                default: nil
                }
            try await office.database.write { transaction in
                if let change {
                    _ = try identity.accounts.change(id: account.id, change, in: transaction)
                } else if self == .signingOutEverywhere {
                    try identity.accounts.endSessions(of: account.id, in: transaction)
                } else {
                    try identity.accounts.endAllSessions(in: transaction)
                }
            }
        }
    }

    @Test(
        "ends with everything that ends sessions, here at once and elsewhere within a second",
        arguments: TestEngine.available, Ending.allCases)
    func ends(engine: TestEngine, ending: Ending) async throws {
        try await withOffice(on: engine, configure: Self.offering) { office in
            let account = try await office.hire()
            let (kept, other) = (try await office.keepSignedIn(), office.anotherNode())
            #expect(try await office.isKnown(kept))
            #expect(try await office.isKnown(kept, to: other))
            try await ending.carryOut(office, account)
            #expect(try await !office.isKnown(kept))
            office.clock.advance(by: .seconds(1))
            #expect(try await !office.isKnown(kept, to: other))
            #expect(try await office.count("sessions") == 0)
        }
    }

    @Test("stays in its table until its days are over, and no longer", arguments: TestEngine.available)
    func purge(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: Self.offering) { office in
            _ = try await office.hire()
            _ = (try await office.keepSignedIn(), try await office.signIn())
            #expect(try await office.identity.purge(at: Office.started + .days(30)) == 1)
            #expect(try await office.identity.purge(at: Office.started + .days(89)) == 0)
            #expect(try await office.identity.purge(at: Office.started + .days(90)) == 1)
            #expect(try await office.count("sessions") == 0)
        }
    }

    @Test("is told to its owner among everything that is kept about them", arguments: TestEngine.available)
    func exported(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: Self.offering) { office in
            let account = try await office.hire()
            _ = try await office.keepSignedIn()
            office.clock.advance(by: .seconds(1))
            _ = try await office.signIn()
            let cause = AuditEntry.Cause(at: office.clock.now())
            let told = try #require(try await office.identity.personalData().export(of: account.id, by: cause))
            #expect(told["sessions"]?.elements?.compactMap { $0["kept"]?.bool } == [true, false])
        }
    }
}

extension Office {
    /// A session in a browser whose owner wants to stay signed in.
    func keepSignedIn(_ email: String = "asha@example.org") async throws -> NewSession {
        var attempt = SignInAttempt(email: email, password: Office.password, address: "192.0.2.7")
        attempt.staysSignedIn = true
        return try await identity.signIn.begin(attempt, head: Office.head(), at: clock.now())
    }
}
