import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct SecretKeysTests {
    private let keys = SecretKeys(master: Secret(Array(repeating: 1, count: 32)))

    @Test("gives every purpose a key of its own")
    func separate() {
        let all = [
            keys.csrf, keys.cursors, keys.idempotency, keys.addresses, keys.lockout, keys.tokens, keys.secondFactors,
            keys.checkpoints, keys.key(for: "webhooks"),
        ]
        #expect(Set(all).count == all.count)
        #expect(all.allSatisfy { $0.count == 32 })
    }

    @Test("derives the same keys from the same master on every node, and others from another")
    func deterministic() {
        #expect(SecretKeys(master: Secret(Array(repeating: 1, count: 32))).csrf == keys.csrf)
        #expect(SecretKeys(master: Secret(Array(repeating: 2, count: 32))).csrf != keys.csrf)
    }

    @Test("is HMAC-SHA-256 of the purpose's name")
    func construction() {
        let expected = Digest.hmacSHA256(Array("portico/csrf/1".utf8), key: Array(repeating: 1, count: 32))
        #expect(keys.csrf == expected)
    }
}
