import Portico
import PorticoTesting
import Testing

@testable import BagTracking
@testable import PorticoIdentity

/// What people are signed in with outlives a change of the node's secret.
@Suite struct SecretRotationTests {
    private static let old = "0123456789abcdef0123456789abcdef"
    private static let new = "another-secret-of-this-house-000"
    private static let api = "/bags/api/v1"

    /// Everything a person can be known by.
    private struct Belongings {
        let cookie: Headers
        let access: Headers
        let refresh: String
        let key: Headers
        let secret: [UInt8]
    }

    private func credentials(code: String? = nil) -> JSONValue {
        var body: JSONValue = ["email": "biller@bags.demo", "password": .string(AppHarness.password)]
        if let code { body["code"] = .string(code) }
        return body
    }

    /// The secret of an authenticator as it lies in the database, sealed by the present key.
    private func settleIn(_ app: AppHarness) async throws -> Belongings {
        let client = app.stranger()
        let signedIn = try await client.signIn("biller@bags.demo", AppHarness.password, at: "/bags")
        let cookie = String(try #require(signedIn[header: "set-cookie"]).prefix { $0 != ";" })
        let wish: JSONValue = ["name": "Scale", "scope": "stats.read", "password": .string(AppHarness.password)]
        let key = try #require(await client.post("\(Self.api)/api-keys", wish).json["key"]?.string)
        let secret = try await app.enrol(client)
        app.clock.advance(by: .seconds(30))
        // Now, because the tokens of before ended with the new authenticator.
        let tokens = await app.stranger().post("\(Self.api)/tokens", credentials(code: app.code(secret))).json
        app.clock.advance(by: .seconds(30))
        return Belongings(
            cookie: ["cookie": cookie],
            access: ["authorization": "Bearer \(try #require(tokens["access_token"]?.string))"],
            refresh: try #require(tokens["refresh_token"]?.string), key: ["authorization": "Bearer \(key)"],
            secret: secret)
    }

    @Test("sessions, tokens, keys of machines and authenticators go on", arguments: TestEngine.available)
    func goesOn(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let mine = try await settleIn(app)
            let node = try await app.restarted([
                (key: "secret.key", value: Self.new), (key: "secret.previous_keys", value: Self.old),
            ])
            let client = node.stranger()
            #expect(await client.get("\(Self.api)/session", mine.cookie).status == 200)
            #expect(await client.get("\(Self.api)/stats", mine.access).status == 200)
            #expect(await client.get("\(Self.api)/stats", mine.key).status == 200)
            let renewed = await client.post("\(Self.api)/tokens/refresh", ["refresh_token": .string(mine.refresh)])
            #expect(renewed.status < 300 && renewed.json["access_token"]?.string != nil)
            let missing = await client.post("\(Self.api)/session", credentials())
            #expect(missing.problemCode == "second_factor_required")
            let entered = await client.post("\(Self.api)/session", credentials(code: node.code(mine.secret)))
            #expect(entered.status == 201)
        }
    }

    @Test("the secret before can be forgotten after a while", arguments: TestEngine.available)
    func forgets(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let mine = try await settleIn(app)
            let both = try await app.restarted([
                (key: "secret.key", value: Self.new), (key: "secret.previous_keys", value: Self.old),
            ])
            let rotation = SecondFactorRotation(both.environment.keys, previous: both.environment.previousKeys)
            #expect(try await rotation.run(in: app.database) == 1)
            #expect(await both.stranger().get("\(Self.api)/stats", mine.key).status == 200)

            let alone = try await app.restarted([(key: "secret.key", value: Self.new)])
            let client = alone.stranger()
            #expect(await client.get("\(Self.api)/session", mine.cookie).status == 200)
            #expect(await client.get("\(Self.api)/stats", mine.key).status == 200)
            #expect(await client.get("\(Self.api)/stats", mine.access).status == 401)
            let renewed = await client.post("\(Self.api)/tokens/refresh", ["refresh_token": .string(mine.refresh)])
            #expect(renewed.status < 300 && renewed.json["access_token"]?.string != nil)
            let entered = await client.post("\(Self.api)/session", credentials(code: alone.code(mine.secret)))
            #expect(entered.status == 201)
        }
    }

    @Test("a secret nobody named before believes no token and opens no authenticator")
    func stranger() async throws {
        try await withApp { app in
            let mine = try await settleIn(app)
            let node = try await app.restarted([(key: "secret.key", value: Self.new)])
            let client = node.stranger()
            #expect(await client.get("\(Self.api)/stats", mine.access).status == 401)
            #expect(await client.get("\(Self.api)/stats", mine.key).status == 401)
            let entered = await client.post("\(Self.api)/session", credentials(code: node.code(mine.secret)))
            #expect(entered.problemCode == "invalid_second_factor")
        }
    }
}
