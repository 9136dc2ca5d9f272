import PorticoValues

/// Makes and checks the tokens that prove a form was shown by this site to this caller.
///
/// A token is a random salt and HMAC-SHA-256 over the salt and what the token is bound to (a session, or the anonymous visit
/// cookie), so nothing is stored and every node can check it. The salt makes every page's token another one: compressed
/// pages must not hold a secret that stays the same (BREACH).
public struct CSRFSigner: Sendable {
    private static let saltLength = 12
    private let key: Secret<[UInt8]>
    private let previous: [Secret<[UInt8]>]

    /// A signer; `key` has at least 32 bytes and is the same on every node.
    /// - Parameter previous: keys whose tokens are still believed, so that a page opened before a change of keys can be
    ///   sent after it.
    public init(key: [UInt8], previous: [[UInt8]] = []) {
        self.key = Secret(key)
        self.previous = previous.map { Secret($0) }
    }

    /// A token of a binding.
    public func token(for binding: String) -> FormToken {
        let salt = randomBytes(CSRFSigner.saltLength)
        return FormToken((salt + seal(salt, binding, key)).base64URL)
    }

    /// Whether a token belongs to a binding.
    public func verify(_ token: String, for binding: String) -> Bool {
        guard let bytes = [UInt8](base64URL: token), bytes.count == CSRFSigner.saltLength + 32 else { return false }
        let salt = Array(bytes.prefix(CSRFSigner.saltLength))
        let proof = Array(bytes.dropFirst(CSRFSigner.saltLength))
        return ([key] + previous).contains { constantTimeEqual(proof, seal(salt, binding, $0)) }
    }

    private func seal(_ salt: [UInt8], _ binding: String, _ key: Secret<[UInt8]>) -> [UInt8] {
        Digest.hmacSHA256(salt + Array(binding.utf8), key: key.reveal())
    }
}
