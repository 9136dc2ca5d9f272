import PorticoValues

/// An API key as machines hold it: `pk_<application>_<id>_<secret>`. The prefix lets scanners for leaked secrets find it.
struct APIKeyText: Sendable, Hashable {
    static let prefix = "pk_"

    /// Which row to look for.
    let id: Int64
    /// 256 random bits.
    let secret: [UInt8]
    private let application: String

    /// A new key.
    init(id: Int64, application: String) {
        self.id = id
        self.application = application
        secret = randomBytes(32)
    }

    /// The key behind a text; nil when it can't be one of this application.
    init?(_ text: String, application: String) {
        let start = "\(APIKeyText.prefix)\(application)_"
        guard text.hasPrefix(start) else { return nil }
        let parts = text.dropFirst(start.count).split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, (1...19).contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let id = Int64(parts[0]),
            parts[1].utf8.count == 43, let secret = [UInt8](base64URL: parts[1])
        else { return nil }
        self.id = id
        self.secret = secret
        self.application = application
    }

    /// What the machine sends.
    var text: String { "\(APIKeyText.prefix)\(application)_\(id)_\(secret.base64URL)" }

    /// What is kept of it: without the key of the application nobody can make a row that fits a secret of theirs.
    func hash(_ key: [UInt8]) -> [UInt8] {
        Digest.hmacSHA256(Array("\(id)/".utf8) + secret, key: key)
    }

    /// Names it in memory.
    var fingerprint: [UInt8] { Digest.sha256(Array(text.utf8)) }
}
