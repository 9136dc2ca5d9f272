import CSodium
import PorticoValues

/// Encrypts secrets for the database (XChaCha20-Poly1305, libsodium), bound to what they belong to, so that a row moved
/// to another owner does not open. The name of the key stands beside them.
struct SecretSeal: Sendable {
    /// Names the key with which ``seal(_:for:)`` works now.
    let keyID: String
    private let keys: [String: Secret<[UInt8]>]
    private let key: Secret<[UInt8]>

    /// A seal; keys have 32 bytes.
    /// - Parameter previous: keys that no longer seal but still open.
    init(key: [UInt8], previous: [[UInt8]] = []) {
        self.key = Secret(key)
        keyID = SecretSeal.id(of: key)
        keys = Dictionary(
            ([key] + previous).map { (SecretSeal.id(of: $0), Secret($0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Nonce and encrypted bytes of a secret.
    func seal(_ plain: [UInt8], for owner: String) -> [UInt8] {
        let nonce = randomBytes(Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES))
        let context = Array(owner.utf8)
        var sealed = [UInt8](repeating: 0, count: plain.count + Int(crypto_aead_xchacha20poly1305_ietf_ABYTES))
        crypto_aead_xchacha20poly1305_ietf_encrypt(
            &sealed, nil, plain, UInt64(plain.count), context, UInt64(context.count), nil, nonce, key.reveal())
        return nonce + sealed
    }

    /// The secret behind sealed bytes, or nil when the key is gone, they belong to somebody else or were changed.
    func open(_ bytes: [UInt8], keyID: String, for owner: String) -> [UInt8]? {
        let nonceCount = Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
        let overhead = nonceCount + Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)
        guard let key = keys[keyID], bytes.count >= overhead else { return nil }
        let context = Array(owner.utf8)
        let sealed = Array(bytes[nonceCount...])
        var plain = [UInt8](repeating: 0, count: bytes.count - overhead)
        let status = crypto_aead_xchacha20poly1305_ietf_decrypt(
            &plain, nil, nil, sealed, UInt64(sealed.count), context, UInt64(context.count),
            Array(bytes[..<nonceCount]), key.reveal())
        return status == 0 ? plain : nil
    }

    private static func id(of key: [UInt8]) -> String {
        Array(Digest.hmacSHA256(Array("key id".utf8), key: key).prefix(8)).hexadecimal
    }
}
