import Portico
import PorticoTesting
import Testing

@testable import BagTracking
@testable import PorticoIdentity

/// The authenticator of a test's only person who has one.
extension AppHarness {
    /// Its secret, opened as the node opens it.
    func secondFactorSecret() async throws -> [UInt8] {
        let row = try await database.read {
            try $0.first("test.factor", "SELECT account_id, key_id, secret FROM second_factors") {
                (try Int64.read($0, 0), try String.read($0, 1), try [UInt8].read($0, 2))
            }
        }
        let (id, keyID, sealed) = try #require(row)
        let seal = SecretSeal(key: environment.keys.secondFactors)
        return try #require(seal.open(sealed, keyID: keyID, for: SecondFactorStore.owner(id)))
    }

    /// What it shows now.
    func code(_ secret: [UInt8]) -> String {
        OneTimeCode.code(secret, step: OneTimeCode.step(at: clock.now()))
    }

    /// Adds one to the account of a client and confirms it.
    @discardableResult
    func enrol(_ client: TestClient) async throws -> [UInt8] {
        let api = "/bags/api/v1/second-factor"
        let begun = await client.post(api, ["password": .string(AppHarness.password)])
        #expect(begun.status == 201)
        let secret = try await secondFactorSecret()
        #expect(await client.post("\(api)/confirm", ["code": .string(code(secret))]).status == 200)
        return secret
    }
}
