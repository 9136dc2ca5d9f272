import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct APIKeyRouteTests {
    private static let path = "/bags/api/v1/api-keys"

    private func wish(_ scope: String = "bag.read", name: String = "Scale") -> JSONValue {
        ["name": .string(name), "scope": .string(scope), "password": .string(Office.password)]
    }

    private func make(_ client: TestClient, _ scope: String = "bag.read") async throws -> (key: String, id: String) {
        let made = await client.post(Self.path, wish(scope))
        guard made.status == 201, let key = made.json["key"]?.string, let id = made.json["id"]?.string else {
            throw Missing()
        }
        return (key, id)
    }

    private func head(_ key: String) -> RequestHead {
        RequestHead(
            method: .get, target: "/bags/", headers: ["authorization": "Bearer \(key)"], peer: "192.0.2.7")
    }

    private func permissions(_ key: String, _ node: Identity) async throws -> Set<String>? {
        do {
            return try await node.authenticator.principal(for: head(key))?.permissions
        } catch let problem as Problem where problem.code == "invalid_token" {
            return nil
        }
    }

    private func withAdmin(
        on engine: TestEngine, configure: @escaping Office.Configure = { _ in },
        _ body: (PostOffice, Account, TestClient) async throws -> Void
    ) async throws {
        try await withPostOffice(on: engine, configure: configure) { post in
            let account = try await post.office.hire(role: "admin")
            try await body(post, account, try await post.signedIn())
        }
    }

    @Test("makes a key that is shown once and lets a machine in", arguments: TestEngine.available)
    func create(engine: TestEngine) async throws {
        try await withAdmin(on: engine) { post, account, client in
            let made = await client.post(Self.path, wish())
            #expect(made.status == 201 && made[header: "cache-control"] == "no-store")
            let key = try #require(made.json["key"]?.string)
            let id = try #require(made.json["id"]?.string)
            #expect(key.hasPrefix("pk_bags_\(id)_") && made[header: "location"] == "\(Self.path)/\(id)")
            let listed = await client.get(Self.path)
            #expect(listed.json["items"]?[0]?["id"] == .string(id) && listed.json["items"]?[0]?["key"] == nil)
            #expect(!listed.text.contains(key))
            let principal = try #require(try await post.identity.authenticator.principal(for: head(key)))
            #expect(principal.accountID == account.id && principal.permissions == ["bag.read"])
            #expect(principal.csrfBinding == nil && principal.attributes["api_key_id"] == id)
            #expect(principal.attributes["desk"] == "\(account.id)")
            #expect(try await post.actions() == ["api_key.created"])
            let kept = try await post.database.read {
                try $0.scalar("test.hash", "SELECT key_hash FROM api_keys", as: [UInt8].self)
            }
            #expect(kept == APIKeyText(key, application: "bags")?.hash(Office.keys().key(for: "api-keys")))
        }
    }

    @Test("allows what the key has and the role has too, now", arguments: TestEngine.available)
    func intersection(engine: TestEngine) async throws {
        try await withAdmin(on: engine) { post, account, client in
            let wide = try await make(client, "user.manage bag.read").key
            let narrow = try await make(client, "user.manage").key
            #expect(try await permissions(wide, post.identity) == ["bag.read", "user.manage"])
            _ = try await post.database.write {
                try post.identity.accounts.change(id: account.id, AccountChange(role: "packer"), in: $0)
            }
            #expect(try await permissions(wide, post.identity) == ["bag.read"])
            #expect(try await permissions(narrow, post.identity) == [])
        }
    }

    @Test("gives nothing to a role that needs an authenticator first", arguments: TestEngine.available)
    func guarded(engine: TestEngine) async throws {
        try await withAdmin(on: engine) { post, _, client in
            let key = try await make(client).key
            let strict = post.office.anotherNode { $0.secondFactors = ["admin": .required] }
            #expect(try await permissions(key, strict) == [])
        }
    }

    @Test("ends a revoked key at once here and within a second elsewhere", arguments: TestEngine.available)
    func revoke(engine: TestEngine) async throws {
        try await withAdmin(on: engine) { post, _, client in
            let (key, id) = try await make(client)
            let other = post.office.anotherNode()
            #expect(try await permissions(key, other) == ["bag.read"])
            #expect(try await permissions(key, post.identity) == ["bag.read"])
            #expect(await client.delete("\(Self.path)/\(id)").status == 204)
            #expect(await client.delete("\(Self.path)/\(id)").status == 404)
            post.clock.advance(by: .seconds(1))
            #expect(try await permissions(key, other) == nil)
            #expect(try await post.actions() == ["api_key.created", "api_key.revoked"])
        }
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let site = try post.site()
            let client = TestClient(site)
            try await client.signIn("asha@example.org", Office.password, at: "/bags")
            let (key, id) = try await make(client)
            #expect(try await permissions(key, post.identity) == ["bag.read"])
            #expect(await client.delete("\(Self.path)/\(id)").status == 204)
            #expect(try await permissions(key, post.identity) == nil)
        }
    }

    @Test("dies with its account, and outlives a password", arguments: TestEngine.available)
    func account(engine: TestEngine) async throws {
        try await withAdmin(on: engine) { post, account, client in
            let key = try await make(client).key
            #expect(try await permissions(key, post.identity) == ["bag.read"])
            let hash = post.office.passwordHash
            _ = try await post.database.write {
                try post.identity.accounts.change(id: account.id, AccountChange(passwordHash: hash), in: $0)
            }
            #expect(try await permissions(key, post.identity) == ["bag.read"])
            _ = try await post.database.write {
                try post.identity.accounts.change(id: account.id, AccountChange(isActive: false), in: $0)
            }
            #expect(try await permissions(key, post.identity) == nil)
        }
    }

    @Test("ends by the clock", arguments: TestEngine.available)
    func expiry(engine: TestEngine) async throws {
        try await withAdmin(on: engine) { post, _, client in
            var wish = wish()
            wish["expires_at"] = .string((Office.started + .hours(2)).rfc3339)
            let made = await client.post(Self.path, wish)
            #expect(made.json["expires_at"] == wish["expires_at"])
            let key = try #require(made.json["key"]?.string)
            post.clock.advance(by: .milliseconds(2 * 3_600_000 - 1))
            #expect(try await permissions(key, post.identity) == ["bag.read"])
            post.clock.advance(by: .milliseconds(1))
            #expect(try await permissions(key, post.identity) == nil)
            post.clock.advance(by: .days(90))
            _ = try await post.identity.purge(at: post.clock.now())
            #expect(try await post.office.count("api_keys") == 0)
        }
    }

    @Test("takes the password, permissions of one's own, and a future end", arguments: TestEngine.available)
    func refusals(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let client = try await post.signedIn()
            let foreign = await client.post(Self.path, wish("bag.read user.manage"))
            #expect(foreign.status == 422 && foreign.json["errors"]?[0]?["field"] == "scope")
            #expect(await client.post(Self.path, wish(" ")).status == 422)
            var past = wish()
            past["expires_at"] = .string(Office.started.rfc3339)
            #expect(await client.post(Self.path, past).json["errors"]?[0]?["code"] == "in_the_past")
            var wrong = wish()
            wrong["password"] = "wrong"
            #expect(await client.post(Self.path, wrong).json["errors"]?[0]?["code"] == "wrong_password")
            #expect(try await post.office.count("api_keys") == 0)
            #expect(try await post.client().post(Self.path, wish()).status == 401)
        }
    }

    @Test("makes no other key, ends no session, and is no session", arguments: TestEngine.available)
    func noSession(engine: TestEngine) async throws {
        try await withAdmin(on: engine) { post, _, owner in
            let key = try await make(owner).key
            let machine = try post.client()
            let bearer: Headers = ["authorization": "Bearer \(key)"]
            for answer in [
                await machine.post(Self.path, wish(), bearer), await machine.get(Self.path, bearer),
                await machine.get("/bags/api/v1/sessions", bearer),
                await machine.delete("/bags/api/v1/sessions", bearer),
            ] {
                #expect(answer.status == 403 && answer.problemCode == "api_key_not_accepted")
            }
            #expect(await machine.delete("/bags/api/v1/tokens", bearer).status == 401)
            #expect(await owner.get("/bags/api/v1/session").status == 200)
            let signedIn = await machine.post(
                "/bags/api/v1/session", ["email": "asha@example.org", "password": .string(Office.password)], bearer)
            #expect(signedIn.status == 201)
        }
    }

    @Test("refuses keys that are made up or belong to others", arguments: TestEngine.available)
    func forged(engine: TestEngine) async throws {
        try await withAdmin(on: engine) { post, _, client in
            let (key, id) = try await make(client)
            let made = APIKeyText(id: try #require(Int64(id)), application: "bags").text
            let moved = key.replacing("pk_bags_\(id)_", with: "pk_bags_\((Int64(id) ?? 0) + 1)_")
            for text in [made, moved, "pk_", "pk_live_" + key.dropFirst(8)] {
                #expect(try await permissions(text, post.identity) == nil)
            }
            _ = try await post.office.hire("ravi@example.org")
            let ravi = try await post.signedIn("ravi@example.org")
            #expect(await ravi.delete("\(Self.path)/\(id)").status == 404)
            #expect(await ravi.get("\(Self.path)/\(id)").status == 404)
            #expect(await client.get("\(Self.path)/\(id)").json["name"] == "Scale")
            #expect(await ravi.get(Self.path).json["items"] == .array([]))
        }
    }

    @Test("notes the last use once a minute, not with every request", arguments: TestEngine.available)
    func lastUse(engine: TestEngine) async throws {
        let log = QueryLog.silent
        try await withPostOffice(on: engine, queries: log) { post in
            _ = try await post.office.hire()
            let client = try await post.signedIn()
            let key = try await make(client).key
            for seconds: Int64 in [0, 0, 30, 29, 1, 0] {
                post.clock.advance(by: .seconds(seconds))
                #expect(try await permissions(key, post.identity) == ["bag.read"])
                await post.identity.authenticator.settle()
            }
            let notes = log.statistics.snapshot().filter { $0.name == "api_keys.note_use" }.map(\.count)
            #expect(notes.reduce(0, +) == 2)
            let listed = await client.get(Self.path)
            #expect(
                listed.json["items"]?[0]?["last_used_at"] == .string((Office.started + .seconds(60)).rfc3339))
        }
    }

    @Test("knows keys made below the master secret before, and renews their hashes", arguments: TestEngine.available)
    func rotation(engine: TestEngine) async throws {
        try await withAdmin(on: engine) { post, _, client in
            let key = try await make(client).key
            let rotated = post.office.anotherNode {
                $0.keys = Office.keys(8)
                $0.previousKeys = [Office.keys(7)]
            }
            let later = post.office.anotherNode { $0.keys = Office.keys(8) }
            #expect(try await permissions(key, later) == nil)
            #expect(try await permissions(key, rotated) == ["bag.read"])
            #expect(try await permissions(key, later) == ["bag.read"])
            for node in [rotated, later] { await node.authenticator.settle() }
        }
    }

    @Test("lists keys page by page, the newest first, and takes fifty of them")
    func many() async throws {
        try await withAdmin(on: .sqlite) { post, account, client in
            for number in 1...50 {
                _ = try await post.database.write { transaction in
                    try post.identity.apiKeys.make(
                        name: "\(number)", scopes: ["bag.read"], expiresAt: nil, for: account, at: Office.started,
                        in: transaction)
                }
            }
            #expect(await client.post(Self.path, wish()).problemCode == "too_many_keys")
            let first = await client.get(Self.path + "?limit=2")
            #expect(first.json["items"]?.elements?.map { $0["name"] } == ["50", "49"])
            let cursor = try #require(first.json["next_cursor"]?.string)
            let second = await client.get(Self.path + "?limit=2&cursor=\(cursor)")
            #expect(second.json["items"]?.elements?.map { $0["name"] } == ["48", "47"])
            #expect(await client.get(Self.path + "?cursor=x").problemCode == "invalid_cursor")
        }
    }
}
