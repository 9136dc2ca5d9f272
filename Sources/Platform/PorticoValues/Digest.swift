import CSodium

/// Hashes and message authentication codes, from libsodium.
public enum Digest {
    /// SHA-256 (FIPS 180-4) of `bytes`: 32 bytes.
    public static func sha256(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let message = Array(bytes)
        var digest = [UInt8](repeating: 0, count: 32)
        crypto_hash_sha256(&digest, message, UInt64(message.count))
        return digest
    }

    /// HMAC-SHA-256 (RFC 2104) of `message` under `key`, which may have any length: 32 bytes.
    public static func hmacSHA256(_ message: some Sequence<UInt8>, key: [UInt8]) -> [UInt8] {
        let message = Array(message)
        var state = crypto_auth_hmacsha256_state()
        crypto_auth_hmacsha256_init(&state, key, key.count)
        crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
        var code = [UInt8](repeating: 0, count: 32)
        crypto_auth_hmacsha256_final(&state, &code)
        return code
    }
}

/// Whether two byte strings are equal, in time that depends on their lengths only.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && sodium_memcmp(left, right, left.count) == 0
}

/// `count` bytes from the operating system's cryptographic generator.
public func randomBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    randombytes_buf(&bytes, count)
    return bytes
}

/// SHA-256 (FIPS 180-4) of bytes that come piece by piece.
public struct RunningDigest: Sendable {
    private var state = crypto_hash_sha256_state()

    /// The digest of nothing yet.
    public init() {
        crypto_hash_sha256_init(&state)
    }

    /// Takes the next bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        crypto_hash_sha256_update(&state, start.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
    }

    /// The 32 bytes of the digest of everything so far; more may follow.
    public var value: [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var copy = state
        crypto_hash_sha256_final(&copy, &digest)
        return digest
    }
}
