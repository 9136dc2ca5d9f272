import PorticoValues

/// Makes and checks the tokens that prove a form was shown by this site to this caller.
///
/// A token is HMAC-SHA-256 over what it is bound to (a session, or the anonymous visit cookie), so nothing is stored and every
/// node can check it.
public struct CSRFSigner: Sendable {
    private let key: Secret<[UInt8]>

    /// A signer; `key` has at least 32 bytes and is the same on every node.
    public init(key: [UInt8]) {
        self.key = Secret(key)
    }

    /// The token of a binding.
    public func token(for binding: String) -> FormToken {
        FormToken(Digest.hmacSHA256(Array(binding.utf8), key: key.reveal()).base64URL)
    }

    /// Whether a token belongs to a binding.
    public func verify(_ token: String, for binding: String) -> Bool {
        constantTimeEqual(Array(token.utf8), Array(self.token(for: binding).value.utf8))
    }
}
