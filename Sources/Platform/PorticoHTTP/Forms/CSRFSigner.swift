import PorticoValues

/// Makes and checks the tokens that prove a form was shown by this site to this caller.
///
/// A token is a random salt and HMAC-SHA-256 over the salt and what the token is bound to (a session, or the anonymous visit
/// cookie), so nothing is stored and every node can check it. The salt makes every page's token another one: compressed
/// pages must not hold a secret that stays the same (BREACH).
public struct CSRFSigner: Sendable {
    private static let saltLength = 12
    private let key: Secret<[UInt8]>

    /// A signer; `key` has at least 32 bytes and is the same on every node.
    public init(key: [UInt8]) {
        self.key = Secret(key)
    }

    /// A token of a binding.
    public func token(for binding: String) -> FormToken {
        let salt = randomBytes(CSRFSigner.saltLength)
        return FormToken((salt + seal(salt, binding)).base64URL)
    }

    /// Whether a token belongs to a binding.
    public func verify(_ token: String, for binding: String) -> Bool {
        guard let bytes = [UInt8](base64URL: token), bytes.count == CSRFSigner.saltLength + 32 else { return false }
        let salt = Array(bytes.prefix(CSRFSigner.saltLength))
        return constantTimeEqual(Array(bytes.dropFirst(CSRFSigner.saltLength)), seal(salt, binding))
    }

    private func seal(_ salt: [UInt8], _ binding: String) -> [UInt8] {
        Digest.hmacSHA256(salt + Array(binding.utf8), key: key.reveal())
    }
}
