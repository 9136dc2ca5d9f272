import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct SecondFactorRotationTests {
    private struct Row: Sendable, Hashable {
        let keyID: String
        let sealed: [UInt8]
    }

    private func row(of id: Int64, in office: Office) async throws -> Row {
        let row = try await office.database.read {
            try $0.first("test.factor", "SELECT key_id, secret FROM second_factors WHERE account_id = \(id)") {
                Row(keyID: try $0[0], sealed: try $0[1])
            }
        }
        return try #require(row)
    }

    /// Accounts with authenticators that were enrolled under the key of the office.
    private func withEnrolled(
        _ count: Int, on engine: TestEngine, _ body: (Office, [Account]) async throws -> Void
    ) async throws {
        try await withOffice(on: engine) { office in
            var accounts: [Account] = []
            for number in 0..<count { accounts.append(try await office.hire("p\(number)@example.org")) }
            let enrolled = accounts
            try await office.database.write { transaction in
                for account in enrolled {
                    _ = try office.identity.secondFactors.enrol(account, at: Office.started, in: transaction)
                }
            }
            try await body(office, accounts)
        }
    }

    @Test("seals every secret anew, once, so that the key before can go", arguments: TestEngine.available)
    func rotate(engine: TestEngine) async throws {
        try await withEnrolled(203, on: engine) { office, accounts in
            let old = SecretSeal(key: Office.keys().secondFactors)
            let new = SecretSeal(key: Office.keys(2).secondFactors)
            let before = try await row(of: accounts[202].id, in: office)
            let rotation = SecondFactorRotation(Office.keys(2), previous: [Office.keys()])
            #expect(try await rotation.run(in: office.database) == 203)
            #expect(try await rotation.run(in: office.database) == 0)
            let after = try await row(of: accounts[202].id, in: office)
            let owner = SecondFactorStore.owner(accounts[202].id)
            #expect(after.keyID == new.keyID)
            let secret = new.open(after.sealed, keyID: after.keyID, for: owner)
            #expect(secret != nil && secret == old.open(before.sealed, keyID: before.keyID, for: owner))
            #expect(old.open(after.sealed, keyID: after.keyID, for: owner) == nil)
        }
    }

    @Test("leaves what it can't open, and everything where there is no other key", arguments: TestEngine.available)
    func leaves(engine: TestEngine) async throws {
        try await withEnrolled(1, on: engine) { office, accounts in
            let before = try await row(of: accounts[0].id, in: office)
            #expect(try await SecondFactorRotation(Office.keys(2), previous: []).run(in: office.database) == 0)
            let strange = SecondFactorRotation(Office.keys(2), previous: [Office.keys(3)])
            #expect(try await strange.run(in: office.database) == 0)
            #expect(try await row(of: accounts[0].id, in: office) == before)
        }
    }
}
