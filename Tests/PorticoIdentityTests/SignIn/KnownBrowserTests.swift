import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct KnownBrowserTests {
    private static let stranger = RequestHead(method: .post, target: "/bags/sign-in", headers: [:], peer: "192.0.2.7")

    /// The statuses of wrong passwords given one after the other.
    private func fail(
        _ office: Office, times: Int, _ email: String = "asha@example.org", in head: RequestHead = stranger,
        from address: String = "198.51.100.1"
    ) async throws -> [Int] {
        var statuses: [Int] = []
        for _ in 0..<times {
            let problem = try await problem {
                _ = try await office.signIn(email, password: "wrong", head: head, from: address)
            }
            statuses.append(problem?.status.code ?? 200)
        }
        return statuses
    }

    private func actions(_ office: Office) async throws -> [String] {
        try await office.database.read { reading in
            try reading.all("test.actions", "SELECT action FROM audit_rows ORDER BY seq") { try String.read($0, 0) }
        }
    }

    @Test(
        "lets its owner in while a stranger keeps the account locked, and the stranger stays locked out",
        arguments: TestEngine.available)
    func ownersGetIn(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let browser = Office.head(browserOf: try await office.signIn())
            #expect(try await fail(office, times: 6).last == 429)
            let again = try await office.signIn(head: browser)
            #expect(try await office.isKnown(again))
            #expect(try await fail(office, times: 1) == [429])
            #expect(try await problem { _ = try await office.signIn(head: Self.stranger) }?.code == "account_locked")
        }
    }

    @Test(
        "is locked by its own failures, as is the account for strangers, and no other browser that it knows",
        arguments: TestEngine.available)
    func ownCount(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let browser = Office.head(browserOf: try await office.signIn())
            let other = Office.head(browserOf: try await office.signIn(head: Self.stranger))
            #expect(try await fail(office, times: 4, in: browser) == [401, 401, 401, 401])
            _ = try await office.signIn(head: browser)
            #expect(try await fail(office, times: 4) == [401, 401, 401, 401])
            _ = try await office.signIn(head: browser)
            #expect(try await fail(office, times: 6, in: browser) == [401, 401, 401, 401, 401, 429])
            for head in [browser, Self.stranger] {
                #expect(try await problem { _ = try await office.signIn(head: head) }?.code == "account_locked")
            }
            #expect(try await actions(office) == ["account.browser_locked", "account.locked"])
            _ = try await office.signIn(head: other)
            office.clock.advance(by: .minutes(15))
            _ = try await office.signIn(head: browser)
        }
    }

    @Test("does not make the wait of strangers longer or shorter by its own failures", arguments: TestEngine.available)
    func strangersWait(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let browser = Office.head(browserOf: try await office.signIn())
            #expect(try await fail(office, times: 6).last == 429)
            office.clock.advance(by: .minutes(5))
            #expect(try await fail(office, times: 2, in: browser) == [401, 401])
            _ = try await office.signIn(head: browser)
            let locked = try await problem { _ = try await office.signIn(head: Self.stranger) }
            #expect(locked?.headers["retry-after"] == "600")
        }
    }

    @Test("lets five of many attempts through that come at once", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let browser = Office.head(browserOf: try await office.signIn())
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<16 {
                    group.addTask { try await fail(office, times: 1, in: browser)[0] }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 401 }.count == 5)
            #expect(statuses.filter { $0 == 429 }.count == 11)
        }
    }

    @Test("does not wait for neighbours who guess in the same network", arguments: TestEngine.available)
    func neighbours(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: { $0.lockout.addressFailures = 3 }) { office in
            _ = try await office.hire()
            let browser = Office.head(browserOf: try await office.signIn())
            for number in 0..<3 {
                _ = try await fail(office, times: 1, "n\(number)@example.org", from: "192.0.2.7")
            }
            #expect(try await problem { _ = try await office.signIn(head: Self.stranger) }?.code == "account_locked")
            _ = try await office.signIn(head: browser)
        }
    }

    @Test(
        "is known to everybody who has signed in with it, and to nobody else; an address of nobody gains nothing",
        arguments: TestEngine.available)
    func station(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            for name in ["asha", "ravi", "mina"] { _ = try await office.hire("\(name)@example.org") }
            let first = try await office.signIn("asha@example.org")
            let second = try await office.signIn("ravi@example.org", head: Office.head(browserOf: first))
            #expect(second.browserCookie == first.browserCookie)
            let browser = Office.head(browserOf: second)
            for name in ["asha", "ravi", "mina", "nobody"] {
                #expect(try await fail(office, times: 6, "\(name)@example.org").last == 429)
            }
            _ = try await office.signIn("asha@example.org", head: browser)
            _ = try await office.signIn("ravi@example.org", head: browser)
            for name in ["mina", "nobody"] {
                let refusal = try await problem { _ = try await office.signIn("\(name)@example.org", head: browser) }
                #expect(refusal?.document(requestID: "r") == Lockout.refusal(.minutes(15)).document(requestID: "r"))
            }
        }
    }

    @Test(
        "is forgotten half a year after the last sign-in and with its owner, not when sessions end",
        arguments: TestEngine.available)
    func ends(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let browser = Office.head(browserOf: try await office.signIn())
            office.clock.advance(by: .days(179))
            let late = try await office.signIn(head: browser)
            office.clock.advance(by: .days(180))
            #expect(try await fail(office, times: 6).last == 429)
            #expect(try await problem { _ = try await office.signIn(head: browser) }?.code == "account_locked")
            #expect(try await office.identity.purge(at: office.clock.now()) > 0)
            #expect(try await office.count("known_browsers") == 0)

            office.clock.advance(by: .minutes(15))
            _ = try await office.signIn(head: Office.head(browserOf: late))
            try await office.database.write { try office.identity.accounts.endSessions(of: account.id, in: $0) }
            #expect(try await office.count("known_browsers") == 1)
            let cause = AuditEntry.Cause(at: office.clock.now())
            let erased = try #require(try await office.identity.personalData().erase(account.id, by: cause))
            #expect(erased.rows["known_browsers"] == 1)
            #expect(try await office.count("known_browsers") == 0)
        }
    }

    @Test("is one of twenty, and the one signed in with longest ago gives way", arguments: TestEngine.available)
    func limit(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            var sessions: [NewSession] = []
            for _ in 0...KnownBrowsers.limit {
                sessions.append(try await office.signIn(head: Self.stranger))
                office.clock.advance(by: .seconds(1))
            }
            #expect(try await office.count("known_browsers") == KnownBrowsers.limit)
            #expect(try await fail(office, times: 5).count == 5)
            let forgotten = Office.head(browserOf: sessions[0])
            #expect(try await problem { _ = try await office.signIn(head: forgotten) }?.code == "account_locked")
            _ = try await office.signIn(head: Office.head(browserOf: sessions[1]))
        }
    }

    @Test("is one that a new password was chosen in by a mailed link", arguments: TestEngine.available)
    func reset(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let path = "/bags/api/v1/password-reset"
            let client = try post.client()
            _ = await client.post(path, ["email": "asha@example.org"])
            let token = try await post.lastToken("account.password_reset")
            let done = await client.post(
                path + "/confirm", ["token": .string(token), "password": "Another-horse-8"])
            let cookie = String(try #require(done[header: "set-cookie"]).prefix { $0 != ";" })
            #expect(try await fail(post.office, times: 6).last == 429)
            let browser = RequestHead(
                method: .post, target: "/bags/sign-in", headers: ["cookie": cookie], peer: "192.0.2.7")
            _ = try await post.office.signIn(password: "Another-horse-8", head: browser)
        }
    }

    @Test("is locked no longer once its owner has chosen a new password in it", arguments: TestEngine.available)
    func resetEndsLock(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let browser = Office.head(browserOf: try await post.office.signIn())
            #expect(try await fail(post.office, times: 6, in: browser).last == 429)
            let path = "/bags/api/v1/password-reset"
            let client = try post.client()
            _ = await client.post(path, ["email": "asha@example.org"])
            let body: JSONValue = [
                "token": .string(try await post.lastToken("account.password_reset")), "password": "Another-horse-8",
            ]
            let done = await client.send(
                .post, path + "/confirm",
                ["content-type": "application/json", "cookie": browser.headers["cookie"] ?? ""], body: body.bytes)
            #expect(done.status == 204)
            _ = try await post.office.signIn(password: "Another-horse-8", head: browser)
        }
    }

    @Test(
        "shows itself by a cookie out of reach of scripts, of which only a hash is kept",
        arguments: TestEngine.available)
    func cookie(engine: TestEngine) async throws {
        try await withOffice(on: engine, isSecure: true) { office in
            _ = try await office.hire()
            let cookie = try await office.signIn().browserCookie
            let name = "__Host-bags_session_browser="
            #expect(
                cookie.hasPrefix(name) && cookie.hasSuffix("; Max-Age=15552000; Path=/; HttpOnly; SameSite=Lax; Secure")
            )
            let token = try #require(SessionToken(String(cookie.dropFirst(name.count).prefix { $0 != ";" })))
            let kept = try await office.database.read { reading in
                try reading.all("test.browsers", "SELECT token_hash FROM known_browsers") { try [UInt8].read($0, 0) }
            }
            #expect(kept == [token.hash])
        }
    }
}
