import PorticoHTTP
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct LockoutTests {
    /// The statuses of wrong passwords given one after the other.
    private func fail(
        _ office: Office, times: Int, _ email: String = "asha@example.org", from address: String = "192.0.2.7"
    ) async throws -> [Int] {
        var statuses: [Int] = []
        for _ in 0..<times {
            let problem = try await problem { _ = try await office.signIn(email, password: "wrong", from: address) }
            statuses.append(problem?.status.code ?? 200)
        }
        return statuses
    }

    @Test(
        "locks an account for a quarter of an hour after five failures, the right password included",
        arguments: TestEngine.available)
    func locks(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            #expect(try await fail(office, times: 6) == [401, 401, 401, 401, 401, 429])
            office.clock.advance(by: .minutes(5))
            let locked = try #require(try await problem { _ = try await office.signIn() })
            #expect(locked.status == 429 && locked.code == "account_locked")
            #expect(locked.headers["retry-after"] == "600")
            #expect(try await office.count("sessions") == 0)
            office.clock.advance(by: .milliseconds(10 * 60_000 - 1))
            #expect(try await problem { _ = try await office.signIn() }?.headers["retry-after"] == "1")
            office.clock.advance(by: .milliseconds(1))
            _ = try await office.signIn()
        }
    }

    @Test(
        "answers under an address nobody has an account with exactly as under one somebody has",
        arguments: TestEngine.available)
    func uniform(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            for email in ["asha@example.org", "nobody@example.org", "nul\u{0}@example.org"] {
                #expect(try await fail(office, times: 5, email) == [401, 401, 401, 401, 401])
                let problem = try await problem { _ = try await office.signIn(email) }
                #expect(problem?.document(requestID: "r") == Lockout.refusal(.minutes(15)).document(requestID: "r"))
                #expect(problem?.headers["retry-after"] == "900")
            }
        }
    }

    @Test("lets exactly five of many attempts through that come at once", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let other = office.anotherNode()
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<16 {
                    let node = number.isMultiple(of: 2) ? office.identity : other
                    group.addTask {
                        let attempt = SignInAttempt(
                            email: "asha@example.org", password: "wrong", address: "192.0.2.\(number % 3)")
                        return try await problem {
                            _ = try await node.signIn.begin(attempt, head: Office.head(), at: office.clock.now())
                        }?.status.code ?? 200
                    }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 401 }.count == 5)
            #expect(statuses.filter { $0 == 429 }.count == 11)
        }
    }

    @Test("begins to count anew after a sign-in, a day, or an operator's word", arguments: TestEngine.available)
    func forgiving(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            #expect(try await fail(office, times: 4) == [401, 401, 401, 401])
            _ = try await office.signIn()
            #expect(try await fail(office, times: 4, "ASHA@example.org") == [401, 401, 401, 401])
            office.clock.advance(by: .hours(24))
            #expect(try await fail(office, times: 5).last == 401)
            #expect(try await fail(office, times: 1) == [429])
            try await office.database.write { try office.identity.lockout.forgive(email: "Asha@example.org", in: $0) }
            _ = try await office.signIn()
        }
    }

    @Test("holds after a restart and on every node", arguments: TestEngine.available)
    func shared(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            _ = try await fail(office, times: 5)
            let attempt = SignInAttempt(email: "asha@example.org", password: Office.password, address: "198.51.100.1")
            let problem = try await problem {
                _ = try await office.anotherNode().signIn.begin(
                    attempt, head: Office.head(), at: office.clock.now())
            }
            #expect(problem?.code == "account_locked")
        }
    }

    @Test(
        "locks a client's network after too many failures under any identifiers, and only that",
        arguments: TestEngine.available)
    func addresses(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: { $0.lockout.addressFailures = 3 }) { office in
            _ = try await office.hire()
            for number in 1...3 {
                #expect(
                    try await fail(office, times: 1, "n\(number)@example.org", from: "2001:db8::\(number)") == [401])
            }
            #expect(try await problem { _ = try await office.signIn(from: "2001:db8::9") }?.code == "account_locked")
            _ = try await office.signIn(from: "2001:db8:0:1::9")
            office.clock.advance(by: .minutes(15))
            _ = try await office.signIn(from: "2001:db8::9")
        }
    }

    @Test("forgets failures from an address after a quarter of an hour", arguments: TestEngine.available)
    func addressWindow(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: { $0.lockout.addressFailures = 3 }) { office in
            for number in 1...2 { _ = try await fail(office, times: 1, "n\(number)@example.org") }
            office.clock.advance(by: .minutes(15))
            for number in 3...5 {
                #expect(try await fail(office, times: 1, "n\(number)@example.org") == [401])
            }
            #expect(try await fail(office, times: 1, "n6@example.org") == [429])
        }
    }

    @Test("writes every lock to the audit", arguments: TestEngine.available)
    func audit(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            _ = try await fail(office, times: 7)
            let rows = try await office.database.read { reading in
                try reading.all("test.audit", "SELECT action, entity_id, ip, after FROM audit_rows") { row in
                    [try row[0] as String, try row[1] as String, try row[2] as String, try row[3] as String]
                }
            }
            let until = (Office.started + .minutes(15)).rfc3339
            let after = #"{"failures":5,"locked_until":"\#(until)"}"#
            #expect(rows == [["account.locked", "\(account.id)", "192.0.2.7", after]])
        }
    }

    @Test(
        "keeps no address and no identifier that could be read, and removes old counts", arguments: TestEngine.available
    )
    func table(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await fail(office, times: 1)
            let subjects = try await office.database.read { reading in
                try reading.all("test.subjects", "SELECT subject FROM sign_in_failures") { try [UInt8].read($0, 0) }
            }
            #expect(subjects.count == 2 && subjects.allSatisfy { $0.count == 32 })
            #expect(!subjects.contains(Digest.sha256(Array("asha@example.org".utf8))))
            #expect(try await office.identity.purge(at: Office.started + .hours(23)) == 0)
            #expect(try await office.identity.purge(at: Office.started + .hours(24)) == 2)
        }
    }

    @Test("takes the /64 of an IPv6 address for its network, and IPv4 in IPv6 clothes for IPv4")
    func networks() {
        #expect(Lockout.network(of: "2001:db8:1:2:3::4") == Lockout.network(of: "2001:db8:1:2:ffff::"))
        #expect(Lockout.network(of: "2001:db8:1:2::") != Lockout.network(of: "2001:db8:1:3::"))
        #expect(Lockout.network(of: "::ffff:192.0.2.7") == Lockout.network(of: "192.0.2.7"))
        #expect(Lockout.network(of: "192.0.2.7") != Lockout.network(of: "192.0.2.8"))
        #expect(Lockout.network(of: "unix") == Array("unix".utf8))
    }

    @Test("locks roles for their own time, and gives no hint of it where there is no account")
    func roles() {
        var settings = LockoutSettings()
        settings.durationByRole = ["admin": .minutes(30)]
        #expect(settings.duration(role: "admin", subject: []) == .minutes(30))
        #expect(settings.duration(role: "packer", subject: []) == .minutes(15))
        let invented = (0..<4).map { settings.duration(role: nil, subject: [UInt8($0)]) }
        #expect(Set(invented) == [.minutes(15), .minutes(30)])
        #expect(settings.duration(role: nil, subject: [2]) == settings.duration(role: nil, subject: [2]))
    }
}
