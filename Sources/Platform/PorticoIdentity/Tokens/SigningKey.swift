import CSodium
import PorticoJSON
import PorticoValues

/// A key pair that signs tokens: Ed25519 (RFC 8032), from libsodium.
struct SigningKey: Sendable {
    /// The half that everybody may know.
    let verification: VerificationKey
    private let secret: Secret<[UInt8]>

    /// The pair that belongs to 32 secret bytes, on every node the same.
    init(seed: [UInt8]) {
        var publicKey = [UInt8](repeating: 0, count: Int(crypto_sign_ed25519_PUBLICKEYBYTES))
        var secretKey = [UInt8](repeating: 0, count: Int(crypto_sign_ed25519_SECRETKEYBYTES))
        crypto_sign_ed25519_seed_keypair(&publicKey, &secretKey, seed)
        verification = VerificationKey(bytes: publicKey)
        secret = Secret(secretKey)
    }

    /// The signature of a message: 64 bytes, each time the same.
    func signature(of message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: Int(crypto_sign_ed25519_BYTES))
        crypto_sign_ed25519_detached(&signature, nil, message, UInt64(message.count), secret.reveal())
        return signature
    }
}

/// The public half of a ``SigningKey``.
struct VerificationKey: Sendable, Hashable {
    /// The 32 bytes of the point.
    let bytes: [UInt8]
    /// Names the key in the header of tokens: its thumbprint (RFC 7638, RFC 8037 §2).
    let id: String

    init(bytes: [UInt8]) {
        self.bytes = bytes
        id = Digest.sha256(Array(#"{"crv":"Ed25519","kty":"OKP","x":"\#(bytes.base64URL)"}"#.utf8)).base64URL
    }

    /// Whether a signature is of this message and by this key.
    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        signature.count == Int(crypto_sign_ed25519_BYTES)
            && crypto_sign_ed25519_verify_detached(signature, message, UInt64(message.count), bytes) == 0
    }

    /// The key as a JSON Web Key (RFC 7517, RFC 8037 §2).
    var jwk: JSONValue {
        [
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": .string(id),
            "x": .string(bytes.base64URL),
        ]
    }
}
