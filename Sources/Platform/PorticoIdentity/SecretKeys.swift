import PorticoValues

/// The keys of one application, each for one purpose, derived from its master secret.
///
/// A key is HMAC-SHA-256 of the purpose's name under the master secret, so that knowing one of them tells nothing of
/// the others (the expansion of RFC 5869 with one block). Every node derives the same keys.
public struct SecretKeys: Sendable {
    private let master: Secret<[UInt8]>

    /// Keys below a master secret of at least 32 random bytes; whoever reads the settings checks its length.
    public init(master: Secret<[UInt8]>) {
        self.master = master
    }

    /// Signs the tokens of forms (``CSRFSigner``).
    public var csrf: [UInt8] { key(for: "csrf") }
    /// Signs the positions of lists (``CursorSigner``).
    public var cursors: [UInt8] { key(for: "cursors") }
    /// Seals the answers kept for retries (``IdempotencyKeeper``).
    public var idempotency: [UInt8] { key(for: "idempotency") }
    /// Blurs the addresses kept with sessions.
    public var addresses: [UInt8] { key(for: "addresses") }

    /// Blurs the identifiers and addresses under which signing in failed (``Lockout``).
    public var lockout: [UInt8] { key(for: "lockout") }

    /// The seed of the key that signs access tokens (``TokenStore``).
    public var tokens: [UInt8] { key(for: "tokens") }

    /// The seed of the key that signs checkpoints of the audit (``AuditCheckpointKeys``).
    public var checkpoints: [UInt8] { key(for: "audit-checkpoints") }

    /// Seals the secrets of authenticators (``SecondFactorStore``).
    public var secondFactors: [UInt8] { key(for: "second-factors") }

    /// The 32 bytes for a purpose of the application's own.
    public func key(for purpose: String) -> [UInt8] {
        Digest.hmacSHA256(Array("portico/\(purpose)/1".utf8), key: master.reveal())
    }
}
