import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct TokenRouteTests {
    private static let path = "/bags/api/v1/tokens"

    private struct Tokens {
        let access: String
        let refresh: String

        init(_ answer: TestAnswer) throws {
            access = try #require(answer.json["access_token"]?.string)
            refresh = try #require(answer.json["refresh_token"]?.string)
        }

        var headers: Headers { ["authorization": "Bearer \(access)"] }
    }

    private func begin(_ client: TestClient) async throws -> Tokens {
        let answer = await client.post(
            Self.path, ["email": "asha@example.org", "password": .string(Office.password)])
        #expect(answer.status == 201)
        return try Tokens(answer)
    }

    private func refresh(_ client: TestClient, _ token: String) async -> TestAnswer {
        await client.post(Self.path + "/refresh", ["refresh_token": .string(token)])
    }

    private func isKnown(_ tokens: Tokens, by client: TestClient) async -> Bool {
        await client.get("/bags/api/v1/session", tokens.headers).status == 200
    }

    /// An office with one account, two nodes, and a client of each.
    private func withNodes(
        on engine: TestEngine, _ body: (Office, Account, TestClient, TestClient) async throws -> Void
    ) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire(role: "admin")
            let other = TestClient(try office.site(of: office.anotherNode()))
            try await body(office, account, TestClient(try office.site()), other)
        }
    }

    @Test("gives tokens with which a program is known on every node, without a cookie", arguments: TestEngine.available)
    func begin(engine: TestEngine) async throws {
        try await withNodes(on: engine) { _, account, client, other in
            let answer = await client.post(
                Self.path, ["email": "asha@example.org", "password": .string(Office.password)])
            #expect(answer.status == 201)
            #expect(answer[header: "set-cookie"] == nil && answer[header: "cache-control"] == "no-store")
            #expect(answer[header: "location"] == Self.path)
            #expect(answer.json["token_type"] == "Bearer" && answer.json["expires_in"] == 1800)
            let tokens = try Tokens(answer)
            let session = await other.get("/bags/api/v1/session", tokens.headers)
            #expect(session.status == 200)
            #expect(session.json["user"]?["id"] == .string("\(account.id)"))
            #expect(session.json["user"]?["permissions"] == ["bag.read", "user.manage"])
            #expect(session.json["csrf_token"] == .null)
        }
    }

    @Test("refuses wrong passwords as the session does, and counts them together", arguments: TestEngine.available)
    func refusals(engine: TestEngine) async throws {
        try await withNodes(on: engine) { _, _, client, _ in
            for _ in 0..<5 {
                let answer = await client.post(Self.path, ["email": "asha@example.org", "password": "wrong"])
                #expect(answer.status == 401 && answer.problemCode == "invalid_credentials")
            }
            let locked = await client.post(
                "/bags/api/v1/session", ["email": "asha@example.org", "password": .string(Office.password)])
            #expect(locked.problemCode == "account_locked")
        }
    }

    @Test("ends an access token after half an hour; the refresh token goes on", arguments: TestEngine.available)
    func expiry(engine: TestEngine) async throws {
        try await withNodes(on: engine) { office, _, client, _ in
            let first = try await begin(client)
            office.clock.advance(by: .milliseconds(30 * 60_000 - 1))
            #expect(await isKnown(first, by: client))
            office.clock.advance(by: .milliseconds(1))
            let answer = await client.get("/bags/api/v1/session", first.headers)
            #expect(answer.status == 401 && answer.problemCode == "invalid_token")
            #expect(answer[header: "www-authenticate"] == #"Bearer error="invalid_token""#)
            // Programs tend to send the old token along with everything.
            let renewed = await client.send(
                .post, Self.path + "/refresh",
                ["content-type": "application/json", "authorization": "Bearer \(first.access)"],
                body: (["refresh_token": .string(first.refresh)] as JSONValue).bytes)
            #expect(renewed.status == 200)
            #expect(await isKnown(try Tokens(renewed), by: client))
        }
    }

    @Test("revokes the whole family when a refresh token comes a second time", arguments: TestEngine.available)
    func reuse(engine: TestEngine) async throws {
        try await withNodes(on: engine) { office, account, client, other in
            let first = try await begin(client)
            let second = try Tokens(await refresh(client, first.refresh))
            let third = try Tokens(await refresh(client, second.refresh))
            #expect(Set([first.refresh, second.refresh, third.refresh]).count == 3)
            let apart = try await begin(client)
            #expect(await isKnown(third, by: other))
            let stolen = await refresh(client, first.refresh)
            #expect(stolen.status == 401 && stolen.problemCode == "invalid_token")
            #expect(await refresh(client, third.refresh).status == 401)
            for tokens in [first, second, third] { #expect(await !isKnown(tokens, by: client)) }
            office.clock.advance(by: .seconds(1))
            #expect(await !isKnown(third, by: other))
            #expect(await isKnown(apart, by: other))
            let audited = try await office.database.read {
                try $0.all("test.audit", "SELECT entity_id FROM audit_rows WHERE action = 'account.refresh_reused'") {
                    try String.read($0, 0)
                }
            }
            #expect(audited == ["\(account.id)"])
        }
    }

    @Test("lets one of many renewals that come at once succeed, and ends the family", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withNodes(on: engine) { office, _, client, other in
            let tokens = try await begin(client)
            let statuses = await withTaskGroup(of: Int.self) { group in
                for number in 0..<8 {
                    group.addTask { await refresh(number.isMultiple(of: 2) ? client : other, tokens.refresh).status }
                }
                return await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 1)
            #expect(statuses.filter { $0 == 401 }.count == 7)
            #expect(try await office.count("token_families") == 0)
            #expect(try await office.count("refresh_tokens") == 0)
        }
    }

    @Test("lets a change of the account win over renewals that come at the same time", arguments: TestEngine.available)
    func changedMeanwhile(engine: TestEngine) async throws {
        try await withNodes(on: engine) { office, account, client, other in
            var families: [Tokens] = []
            for _ in 0..<4 { families.append(try await begin(client)) }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { [families] group in
                for (number, tokens) in families.enumerated() {
                    group.addTask { await refresh(number.isMultiple(of: 2) ? client : other, tokens.refresh).status }
                }
                group.addTask {
                    try await office.database.write {
                        try office.identity.accounts.endSessions(of: account.id, in: $0)
                    }
                    return 401
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(Set(statuses).isSubset(of: [200, 401]))
            #expect(try await office.count("token_families") == 0)
            #expect(try await office.count("refresh_tokens") == 0)
        }
    }

    @Test("revokes with the access token or with a refresh token, at once", arguments: TestEngine.available)
    func revocation(engine: TestEngine) async throws {
        try await withNodes(on: engine) { office, _, client, other in
            let first = try await begin(client)
            #expect(await isKnown(first, by: other))
            #expect(await client.delete(Self.path, first.headers).status == 204)
            #expect(await !isKnown(first, by: client))
            #expect(await refresh(client, first.refresh).status == 401)
            office.clock.advance(by: .seconds(1))
            #expect(await !isKnown(first, by: other))
            let second = try await begin(client)
            let body: JSONValue = ["refresh_token": .string(second.refresh)]
            let answer = await client.send(
                .delete, Self.path, ["content-type": "application/json"], body: body.bytes)
            #expect(answer.status == 204)
            #expect(await !isKnown(second, by: client))
            #expect(await client.delete(Self.path).status == 401)
            #expect(await client.delete(Self.path, first.headers).status == 401)
        }
    }

    @Test("signs a program out by the session's address as well", arguments: TestEngine.available)
    func signOut(engine: TestEngine) async throws {
        try await withNodes(on: engine) { _, _, client, _ in
            let tokens = try await begin(client)
            #expect(await client.delete("/bags/api/v1/session", tokens.headers).status == 204)
            #expect(await !isKnown(tokens, by: client))
        }
    }

    @Test(
        "ends tokens when password or role change or the account is deactivated, here at once and elsewhere in a second",
        arguments: TestEngine.available,
        [
            AccountChange(passwordHash: PasswordHasherTests.heavier), AccountChange(role: "packer"),
            AccountChange(isActive: false),
        ])
    func accountChanges(engine: TestEngine, change: AccountChange) async throws {
        try await withNodes(on: engine) { office, account, client, other in
            let tokens = try await begin(client)
            #expect(await isKnown(tokens, by: client))
            #expect(await isKnown(tokens, by: other))
            try await office.database.write {
                _ = try office.identity.accounts.change(id: account.id, change, in: $0)
            }
            #expect(await !isKnown(tokens, by: client))
            office.clock.advance(by: .seconds(1))
            #expect(await !isKnown(tokens, by: other))
            #expect(await refresh(client, tokens.refresh).status == 401)
        }
    }

    @Test(
        "ends a family after a week without a renewal and after thirty days in any case",
        arguments: TestEngine.available)
    func lifetime(engine: TestEngine) async throws {
        try await withNodes(on: engine) { office, _, client, _ in
            let idle = try await begin(client)
            office.clock.advance(by: .days(7))
            #expect(await refresh(client, idle.refresh).status == 401)
            var tokens = try await begin(client)
            for _ in 0..<5 {
                office.clock.advance(by: .milliseconds(6 * 86_400_000 - 1))
                tokens = try Tokens(await refresh(client, tokens.refresh))
            }
            office.clock.advance(by: .milliseconds(5))
            #expect(await refresh(client, tokens.refresh).status == 401)
            #expect(try await office.count("token_families") == 0)
        }
    }

    @Test("gives an access token no longer life than its family has left", arguments: TestEngine.available)
    func lastToken(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: { $0.tokens.absolute = .minutes(40) }) { office in
            _ = try await office.hire()
            let client = TestClient(try office.site())
            let tokens = try await begin(client)
            office.clock.advance(by: .minutes(30))
            #expect(await refresh(client, tokens.refresh).json["expires_in"] == 600)
        }
    }

    @Test("needs no form token, and refuses a wrong token even where everybody may call")
    func unsafeRequests() async throws {
        try await withNodes(on: .sqlite) { _, _, client, _ in
            let wrong = await client.get("/bags/.well-known/jwks.json", ["authorization": "Bearer a.b.c"])
            #expect(wrong.status == 200)
            let page = await client.get("/bags/api/v1/session", ["authorization": "Bearer a.b.c"])
            #expect(page.status == 401)
        }
    }

    @Test("shows the keys, and believes tokens of the master secret before", arguments: TestEngine.available)
    func rotation(engine: TestEngine) async throws {
        try await withNodes(on: engine) { office, _, client, _ in
            let tokens = try await begin(client)
            let rotated = office.anotherNode {
                $0.keys = Office.keys(8)
                $0.previousKeys = [Office.keys(7)]
            }
            let forgetful = office.anotherNode { $0.keys = Office.keys(8) }
            #expect(await isKnown(tokens, by: TestClient(try office.site(of: rotated))))
            #expect(await !isKnown(tokens, by: TestClient(try office.site(of: forgetful))))
            let keys = await TestClient(try office.site(of: rotated)).get("/bags/.well-known/jwks.json")
            #expect(keys.status == 200 && keys.json["keys"]?.elements?.count == 2)
            #expect(keys.json["keys"]?[0]?["kty"] == "OKP" && keys.json["keys"]?[0]?["d"] == nil)
        }
    }

    @Test("keeps only hashes, and removes families that have ended", arguments: TestEngine.available)
    func table(engine: TestEngine) async throws {
        try await withNodes(on: engine) { office, _, client, _ in
            let tokens = try await begin(client)
            let stored = try await office.database.read {
                try $0.scalar("test.hash", "SELECT token_hash FROM refresh_tokens", as: [UInt8].self)
            }
            #expect(stored == Digest.sha256([UInt8](base64URL: tokens.refresh) ?? []))
            #expect(try await office.identity.purge(at: Office.started + .milliseconds(7 * 86_400_000 - 1)) == 0)
            #expect(try await office.identity.purge(at: Office.started + .days(7)) == 1)
            #expect(try await office.count("refresh_tokens") == 0)
        }
    }

    @Test("does not ask the database for every request, and notes the last one once a minute")
    func cached() async throws {
        let log = QueryLog.silent
        try await withDatabase(on: .sqlite, components: [IdentitySchema.component], queries: log) { database in
            let office = try await Office(database)
            let account = try await office.hire()
            let client = TestClient(try office.site())
            let tokens = try await begin(client)
            let head = RequestHead(method: .get, target: "/bags/", headers: tokens.headers, peer: "192.0.2.7")
            for seconds: Int64 in [0, 0, 60, 0, 1] {
                office.clock.advance(by: .seconds(seconds))
                let principal = try await office.identity.authenticator.principal(for: head)
                #expect(principal?.csrfBinding == nil && principal?.accountID == account.id)
                await office.identity.authenticator.settle()
            }
            func count(_ name: String) -> Int {
                log.statistics.snapshot().filter { $0.name == name }.map(\.count).reduce(0, +)
            }
            #expect(count("token_families.find") == 4)
            let seen = try await office.database.read {
                try office.identity.accounts.account(id: account.id, in: $0)?.lastSeenAt
            }
            #expect(seen == Office.started + .seconds(60))
        }
    }
}
