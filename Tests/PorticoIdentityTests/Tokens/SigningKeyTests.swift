import PorticoJSON
import PorticoValues
import Testing

@testable import PorticoIdentity

/// The example of RFC 8037, Appendix A.
@Suite struct SigningKeyTests {
    static let seed = [UInt8](base64URL: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A") ?? []
    static let text =
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
        + "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

    @Test("has the public key of RFC 8037 A.2 and the thumbprint of A.3")
    func publicKey() {
        let key = SigningKey(seed: SigningKeyTests.seed).verification
        #expect(key.bytes.base64URL == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        #expect(key.id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        #expect(key.jwk["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        #expect(key.jwk["kty"] == "OKP" && key.jwk["crv"] == "Ed25519" && key.jwk["d"] == nil)
    }

    @Test("signs as RFC 8037 A.4 and checks as A.5")
    func signature() throws {
        let key = SigningKey(seed: SigningKeyTests.seed)
        let made = SignedText.make(
            Array("Example of Ed25519 signing".utf8), header: Array(#"{"alg":"EdDSA"}"#.utf8), with: key)
        #expect(made == SigningKeyTests.text)
        let read = try #require(SignedText(SigningKeyTests.text))
        #expect(read.payload == Array("Example of Ed25519 signing".utf8))
        #expect(read.isSigned(by: key.verification))
        #expect(!read.isSigned(by: SigningKey(seed: Array(repeating: 1, count: 32)).verification))
    }

    @Test("takes no signature of another length")
    func length() {
        let key = SigningKey(seed: SigningKeyTests.seed)
        let signature = key.signature(of: [1, 2, 3])
        #expect(key.verification.verifies(signature, of: [1, 2, 3]))
        #expect(!key.verification.verifies(signature, of: [1, 2, 4]))
        #expect(!key.verification.verifies(signature + [0], of: [1, 2, 3]))
        #expect(!key.verification.verifies(Array(signature.dropLast()), of: [1, 2, 3]))
        #expect(!key.verification.verifies([], of: [1, 2, 3]))
    }
}
