import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct SecondFactorRouteTests {
    private static let path = "/bags/api/v1/second-factor"
    private static let email = "asha@example.org"

    /// Somebody with an authenticator.
    private struct Owner {
        let client: TestClient
        let secret: [UInt8]
        let codes: [String]
        let clock: Clock

        /// The code the authenticator shows now.
        var code: String { OneTimeCode.code(secret, step: OneTimeCode.step(at: clock.now())) }
        var wrongCode: String { code == "000000" ? "000001" : "000000" }
    }

    private func signIn(_ client: TestClient, code: String? = nil) async -> TestAnswer {
        var body: JSONValue = ["email": .string(Self.email), "password": .string(Office.password)]
        if let code { body["code"] = .string(code) }
        return await client.post("/bags/api/v1/session", body)
    }

    /// The secret of the pending enrolment, as it lies in the database.
    private func secret(_ office: Office, _ account: Account) async throws -> [UInt8] {
        let row = try await office.database.read {
            try $0.first("test.secret", "SELECT key_id, secret FROM second_factors WHERE account_id = \(account.id)") {
                (try String.read($0, 0), try [UInt8].read($0, 1))
            }
        }
        let (keyID, sealed) = try #require(row)
        let seal = SecretSeal(key: Office.keys().secondFactors)
        return try #require(seal.open(sealed, keyID: keyID, for: "second factor of \(account.id)"))
    }

    private func withOwner(
        on engine: TestEngine, configure: @escaping Office.Configure = { _ in },
        _ body: (Office, Account, Owner) async throws -> Void
    ) async throws {
        try await withOffice(on: engine, configure: configure) { office in
            let account = try await office.hire()
            let client = TestClient(try office.site())
            try await client.signIn(Self.email, Office.password, at: "/bags")
            let enrolled = await client.post(Self.path, ["password": .string(Office.password)])
            #expect(enrolled.status == 201)
            let secret = try await secret(office, account)
            #expect(enrolled.json["secret"] == .string(Base32.encode(secret)))
            #expect(enrolled.json["uri"]?.string?.hasPrefix("otpauth://totp/bags:asha%40example.org?secret=") == true)
            let code = OneTimeCode.code(secret, step: OneTimeCode.step(at: office.clock.now()))
            let confirmed = await client.post(Self.path + "/confirm", ["code": .string(code)])
            #expect(confirmed.status == 200)
            let codes = confirmed.json["recovery_codes"]?.elements?.compactMap(\.string) ?? []
            #expect(codes.count == 10)
            office.clock.advance(by: .seconds(30))
            try await body(office, account, Owner(client: client, secret: secret, codes: codes, clock: office.clock))
        }
    }

    @Test(
        "asks for a code once an authenticator is confirmed, and takes each code once", arguments: TestEngine.available)
    func signIn(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _, owner in
            let client = TestClient(try office.site())
            let missing = await signIn(client)
            #expect(missing.status == 401 && missing.problemCode == "second_factor_required")
            #expect(missing[header: "set-cookie"] == nil)
            #expect(await signIn(client, code: owner.wrongCode).problemCode == "invalid_second_factor")
            let code = owner.code
            #expect(await signIn(client, code: "\(code.prefix(3)) \(code.suffix(3))").status == 201)
            #expect(await signIn(TestClient(try office.site()), code: code).problemCode == "invalid_second_factor")
            owner.clock.advance(by: .seconds(30))
            #expect(await signIn(TestClient(try office.site()), code: owner.code).status == 201)
        }
    }

    @Test("lets one of many sign-ins with the same code in", arguments: TestEngine.available)
    func replay(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _, owner in
            let site = try office.site()
            let (code, recovery) = (owner.code, owner.codes[3])
            for proof in [code, recovery] {
                let statuses = await withTaskGroup(of: Int.self) { group in
                    for _ in 0..<4 { group.addTask { await signIn(TestClient(site), code: proof).status } }
                    return await group.reduce(into: [Int]()) { $0.append($1) }
                }
                #expect(statuses.filter { $0 == 201 }.count == 1)
                office.clock.advance(by: .minutes(20))
            }
        }
    }

    @Test("counts wrong codes as failures, and a right password alone forgives none", arguments: TestEngine.available)
    func lockout(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _, owner in
            let client = TestClient(try office.site())
            for _ in 0..<5 {
                #expect(await signIn(client).problemCode == "second_factor_required")
                #expect(await signIn(client, code: owner.wrongCode).problemCode == "invalid_second_factor")
            }
            #expect(await signIn(client, code: owner.code).problemCode == "account_locked")
            #expect(await signIn(client).problemCode == "account_locked")
            office.clock.advance(by: .minutes(15))
            #expect(await signIn(client, code: owner.code).status == 201)
        }
    }

    @Test("takes each recovery code once, and no old one after new ones were given", arguments: TestEngine.available)
    func recovery(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, account, owner in
            let client = TestClient(try office.site())
            #expect(await signIn(client, code: owner.codes[0].lowercased()).status == 201)
            #expect(await signIn(TestClient(try office.site()), code: owner.codes[0]).status == 401)
            let left = await owner.client.get(Self.path)
            #expect(left.json == ["state": "active", "required": false, "by_mail": false, "recovery_codes_left": 9])
            let renewed = await owner.client.post(
                Self.path + "/recovery-codes",
                ["password": .string(Office.password), "code": .string(owner.code)])
            let codes = renewed.json["recovery_codes"]?.elements?.compactMap(\.string) ?? []
            #expect(codes.count == 10 && Set(codes).isDisjoint(with: owner.codes))
            #expect(await signIn(TestClient(try office.site()), code: owner.codes[1]).status == 401)
            #expect(await signIn(TestClient(try office.site()), code: codes[1]).status == 201)
            let kept = try await office.database.read {
                try $0.all("test.codes", "SELECT code_hash FROM recovery_codes WHERE account_id = \(account.id)") {
                    try [UInt8].read($0, 0)
                }
            }
            #expect(
                Set(kept)
                    == Set(
                        codes.enumerated().filter { $0.offset != 1 }.compactMap {
                            RecoveryCode.hash($0.element, of: account.id)
                        }))
        }
    }

    @Test(
        "ends all other sessions and tokens when an authenticator is added or removed", arguments: TestEngine.available)
    func otherSessions(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, account, owner in
            let other = TestClient(try office.site())
            #expect(await signIn(other, code: owner.codes[0]).status == 201)
            let answer = await other.post(
                "/bags/api/v1/tokens",
                [
                    "email": .string(Self.email), "password": .string(Office.password), "code": .string(owner.codes[1]),
                ], ["x-csrf-token": (await other.get("/bags/api/v1/session")).json["csrf_token"]?.string ?? ""])
            let access = try #require(answer.json["access_token"]?.string)
            let disabled = await owner.client.post(
                Self.path + "/disable", ["password": .string(Office.password), "code": .string(owner.code)])
            #expect(disabled.status == 204)
            #expect(await other.get("/bags/api/v1/session").status == 401)
            let program = await TestClient(try office.site()).get(
                "/bags/api/v1/session", ["authorization": "Bearer \(access)"])
            #expect(program.status == 401)
            #expect(await owner.client.get("/bags/api/v1/session").status == 200)
            #expect(await signIn(other).status == 201)
            #expect(try await office.count("second_factors") == 0)
            let actions = try await office.database.read {
                try $0.all(
                    "test.audit", "SELECT action FROM audit_rows WHERE entity_id = \("\(account.id)") ORDER BY seq"
                ) { try String.read($0, 0) }
            }
            #expect(actions == ["account.second_factor_enabled", "account.second_factor_disabled"])
        }
    }

    @Test(
        "wants the password for everything but the confirmation, and a code to remove it",
        arguments: TestEngine.available)
    func proofs(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _, owner in
            let wrong = await owner.client.post(
                Self.path + "/disable", ["password": "wrong", "code": .string(owner.code)])
            #expect(wrong.status == 422 && wrong.json["errors"]?[0]?["field"] == "password")
            let code = await owner.client.post(
                Self.path + "/disable",
                ["password": .string(Office.password), "code": .string(owner.wrongCode)])
            #expect(code.status == 422 && code.json["errors"]?[0]?["field"] == "code")
            let again = await owner.client.post(Self.path, ["password": .string(Office.password)])
            #expect(again.status == 409 && again.problemCode == "second_factor_active")
            for _ in 0..<3 { _ = await owner.client.post(Self.path, ["password": "wrong"]) }
            let locked = await owner.client.post(Self.path, ["password": .string(Office.password)])
            #expect(locked.status == 429)
        }
    }

    @Test("changes nothing before a code of the new authenticator was shown", arguments: TestEngine.available)
    func pending(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let client = TestClient(try office.site())
            try await client.signIn(Self.email, Office.password, at: "/bags")
            #expect(await client.get(Self.path).json["state"] == "none")
            let code = await client.post(Self.path + "/confirm", ["code": "123456"])
            #expect(code.status == 422)
            _ = await client.post(Self.path, ["password": .string(Office.password)])
            let first = try await secret(office, account)
            _ = await client.post(Self.path, ["password": .string(Office.password)])
            #expect(await client.get(Self.path).json["state"] == "pending")
            #expect(await signIn(TestClient(try office.site())).status == 201)
            // The first enrolment was replaced by the second.
            let old = OneTimeCode.code(first, step: OneTimeCode.step(at: office.clock.now()))
            #expect(await client.post(Self.path + "/confirm", ["code": .string(old)]).status == 422)
        }
    }

    @Test("allows nothing to a role that needs an authenticator until there is one", arguments: TestEngine.available)
    func required(engine: TestEngine) async throws {
        let roles = RoleCatalog([(name: "packer", permissions: ["bag.read"])], secondFactorFor: ["packer"])
        try await withOffice(on: engine, configure: { $0.roles = roles }) { office in
            let account = try await office.hire()
            let client = TestClient(try office.site())
            let signedIn = try await client.signIn(Self.email, Office.password, at: "/bags")
            #expect(signedIn.json["user"]?["permissions"] == .array([]))
            #expect(await client.get(Self.path).json["required"] == true)
            _ = await client.post(Self.path, ["password": .string(Office.password)])
            let secret = try await secret(office, account)
            let code = OneTimeCode.code(secret, step: OneTimeCode.step(at: office.clock.now()))
            #expect(await client.post(Self.path + "/confirm", ["code": .string(code)]).status == 200)
            let session = await client.get("/bags/api/v1/session")
            #expect(session.json["user"]?["permissions"] == ["bag.read"])
        }
    }

    @Test(
        "opens secrets sealed below the master secret before, and lets an operator remove them",
        arguments: TestEngine.available)
    func rotation(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, account, owner in
            let rotated = office.anotherNode {
                $0.keys = Office.keys(8)
                $0.previousKeys = [Office.keys(7)]
            }
            #expect(await signIn(TestClient(try office.site(of: rotated)), code: owner.code).status == 201)
            try await office.database.write { try SecondFactorStore.remove(of: account.id, in: $0) }
            #expect(await signIn(TestClient(try office.site())).status == 201)
        }
    }

    @Test("takes a code with the password, and asks for it on the next page otherwise", arguments: TestEngine.available)
    func page(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _, owner in
            let client = TestClient(try office.site())
            let form = await client.get("/bags/sign-in")
            #expect(!form.text.contains("name=\"code\""))
            let asked = await client.submit(
                "/bags/sign-in", ["email": Self.email, "password": Office.password], from: form)
            #expect(asked.status == 303 && asked[header: "location"] == "/bags/sign-in/code?next=%2Fbags%2F")
            let wrong = await client.submit(
                "/bags/sign-in", ["email": Self.email, "password": Office.password, "code": owner.wrongCode],
                from: form)
            #expect(wrong.status == 401 && wrong.text.contains("name=\"code\""))
            let done = await client.submit(
                "/bags/sign-in", ["email": Self.email, "password": Office.password, "code": owner.code], from: wrong)
            #expect(done.status == 303)
        }
    }
}
