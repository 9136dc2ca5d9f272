import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

/// Where operators want it, an account is signed in once: who signs in last stays.
@Suite struct SingleSessionTests {
    private static let session = "/bags/api/v1/session"
    private static let tokens = "/bags/api/v1/tokens"
    private static let single: Office.Configure = { $0.sessions.isSingle = true }
    private static let credentials: JSONValue = [
        "email": "asha@example.org", "password": .string(Office.password),
    ]

    private func browser(_ office: Office, _ email: String = "asha@example.org") async throws -> TestClient {
        let client = TestClient(try office.site())
        try await client.signIn(email, Office.password, at: "/bags")
        return client
    }

    private func program(_ office: Office) async throws -> (headers: Headers, refresh: String) {
        let answer = await TestClient(try office.site()).post(Self.tokens, Self.credentials)
        let access = try #require(answer.json["access_token"]?.string)
        return (["authorization": "Bearer \(access)"], try #require(answer.json["refresh_token"]?.string))
    }

    private func isSignedIn(_ client: TestClient, _ headers: Headers = [:]) async -> Bool {
        await client.get(Self.session, headers).status == 200
    }

    /// What the audit says of sessions that were ended: by whom, and the rest.
    private func ended(_ office: Office) async throws -> [(actor: Int64?, entity: String, after: JSONValue)] {
        try await office.database.read { reading in
            try reading.all(
                "test.ended",
                """
                SELECT actor_id, entity_id, after FROM audit_rows WHERE action = 'account.sessions_ended' ORDER BY seq
                """
            ) { row in
                (
                    actor: try row[0], entity: try row[1],
                    after: try JSONValue(parsing: Array(try String.read(row, 2).utf8))
                )
            }
        }
    }

    @Test(
        "ends browsers and programs of the account when its owner signs in, and nobody else's",
        arguments: TestEngine.available)
    func byBrowser(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: Self.single) { office in
            let account = try await office.hire()
            _ = try await office.hire("ben@example.org", name: "Ben")
            let (ben, first) = (try await browser(office, "ben@example.org"), try await browser(office))
            let second = try await browser(office)
            #expect(await !isSignedIn(first))
            #expect(await isSignedIn(second))
            let program = try await program(office)
            let stranger = TestClient(try office.site())
            #expect(await !isSignedIn(second))
            #expect(await isSignedIn(stranger, program.headers))
            let last = try await office.keepSignedIn()
            #expect(try await office.isKnown(last))
            #expect(await !isSignedIn(stranger, program.headers))
            let renewal = await stranger.post(Self.tokens + "/refresh", ["refresh_token": .string(program.refresh)])
            #expect(renewal.problemCode == "invalid_token")
            #expect(await isSignedIn(ben))
            let audited = try await ended(office)
            let one: (Int64, Int64) -> JSONValue = {
                ["cause": "single_session", "browsers": .integer($0), "programs": .integer($1)]
            }
            #expect(audited.map { $0.after } == [one(1, 0), one(1, 0), one(0, 1)])
            #expect(audited.allSatisfy { $0.actor == account.id && $0.entity == String(account.id) })
        }
    }

    @Test("counts on another node within a second", arguments: TestEngine.available)
    func otherNode(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: Self.single) { office in
            _ = try await office.hire()
            let (first, other) = (try await office.signIn(), office.anotherNode())
            #expect(try await office.isKnown(first, to: other))
            _ = try await office.signIn()
            #expect(try await !office.isKnown(first))
            office.clock.advance(by: .seconds(1))
            #expect(try await !office.isKnown(first, to: other))
        }
    }

    @Test("ends nothing when a program renews its tokens", arguments: TestEngine.available)
    func renewal(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: Self.single) { office in
            _ = try await office.hire()
            let program = try await program(office)
            let client = TestClient(try office.site())
            let renewed = await client.post(Self.tokens + "/refresh", ["refresh_token": .string(program.refresh)])
            #expect(renewed.status == 200)
            #expect(await isSignedIn(client, program.headers))
            #expect(try await office.count("token_families") == 1)
            #expect(try await ended(office).isEmpty)
        }
    }

    @Test("leaves keys of machines alone", arguments: TestEngine.available)
    func keys(engine: TestEngine) async throws {
        try await withPostOffice(on: engine, configure: Self.single) { post in
            _ = try await post.office.hire()
            let wish: JSONValue = ["name": "Scale", "scope": "bag.read", "password": .string(Office.password)]
            let made = try await post.signedIn().post("/bags/api/v1/api-keys", wish)
            let key = try #require(made.json["key"]?.string)
            _ = try await post.signedIn()
            let head = RequestHead(
                method: .get, target: "/bags/", headers: ["authorization": "Bearer \(key)"], peer: "192.0.2.7")
            #expect(try await post.identity.authenticator.principal(for: head)?.permissions == ["bag.read"])
        }
    }

    @Test(
        "writes nothing of what had ended before, and of what the same browser replaces",
        arguments: TestEngine.available)
    func audit(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: Self.single) { office in
            _ = try await office.hire()
            let first = try await office.signIn()
            let second = try await office.signIn(head: Office.head(first))
            #expect(try await !office.isKnown(first))
            #expect(try await office.isKnown(second))
            office.clock.advance(by: .hours(12))
            _ = try await office.signIn()
            #expect(try await ended(office).isEmpty)
            #expect(try await office.count("sessions") == 1)
        }
    }

    @Test("lets several go on where operators want nothing else", arguments: TestEngine.available)
    func several(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let (first, second) = (try await browser(office), try await browser(office))
            let program = try await program(office)
            for client in [first, second] { #expect(await isSignedIn(client)) }
            #expect(await isSignedIn(TestClient(try office.site()), program.headers))
            #expect(try await ended(office).isEmpty)
        }
    }

    @Test("puts nobody out before the code, and refuses nobody who is half-way in", arguments: TestEngine.available)
    func secondStep(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: Self.single) { office in
            let account = try await office.hire()
            let owner = try await AccountVisitor(office)
            let (phone, _) = try await owner.enrol(account)
            let other = TestClient(try office.site())
            let form = await other.get("/bags/sign-in")
            let asked = await other.submit(
                "/bags/sign-in", ["email": AccountVisitor.email, "password": Office.password], from: form)
            let page = await other.get(asked[header: "location"] ?? "")
            #expect(await other.submit("/bags/sign-in/code", ["code": phone.wrongCode], from: page).status == 401)
            #expect(await owner.isSignedIn)
            // Somebody else comes first, with a code of their own.
            var body = Self.credentials
            body["code"] = .string(phone.code)
            let third = TestClient(try office.site())
            #expect(await third.post(Self.session, body).status == 201)
            #expect(await !owner.isSignedIn)
            office.clock.advance(by: .seconds(30))
            #expect(await other.submit("/bags/sign-in/code", ["code": phone.code], from: page).status == 303)
            #expect(await isSignedIn(other))
            #expect(await !isSignedIn(third))
        }
    }

    @Test("leaves exactly one of two who sign in at once", arguments: TestEngine.available)
    func two(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: Self.single) { office in
            _ = try await office.hire()
            let elsewhere = office.anotherNode()
            for _ in 0..<5 {
                let attempt = SignInAttempt(
                    email: "asha@example.org", password: Office.password, address: "192.0.2.8")
                async let here = office.signIn()
                async let there = elsewhere.signIn.begin(attempt, head: Office.head(), at: office.clock.now())
                let begun = try await [here, there]
                #expect(try await office.count("sessions") == 1)
                var left = 0
                for session in begun {
                    if try await office.isKnown(session) { left += 1 }
                }
                #expect(left == 1)
                office.clock.advance(by: .seconds(1))
            }
        }
    }

    @Test("leaves exactly one of thirty browsers and programs", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withOffice(on: engine, configure: Self.single) { office in
            let account = try await office.hire()
            let (sessions, tokens) = (office.identity.sessions, office.identity.tokens)
            let now = office.clock.now()
            let begun = try await thirtyAtOnce { index in
                try await office.database.write { transaction in
                    if index.isMultiple(of: 2) {
                        _ = try sessions.begin(
                            account, head: Office.head(), address: "192.0.2.7", at: now, in: transaction)
                    } else {
                        _ = try tokens.begin(
                            account, head: Office.head(), address: "192.0.2.7", at: now, in: transaction)
                    }
                }
                return true
            }
            let left = try await (office.count("sessions"), office.count("token_families"))
            #expect(begun == 30 && left.0 + left.1 == 1)
            #expect(try await ended(office).count == 29)
        }
    }
}
