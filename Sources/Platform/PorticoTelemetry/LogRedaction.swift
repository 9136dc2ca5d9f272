import Synchronization

/// Which metadata keys carry secrets, so that their values are masked before anything is written.
///
/// Keys are compared word by word, whatever their spelling: `accessToken`, `access_token` and `Access-Token` are the
/// same. Rather one value too many is masked than one too few. Messages are not searched: never put a secret in one.
public final class LogRedaction: Sendable {
    /// What stands in the place of a masked value.
    public static let mask = "•••"

    /// The words and names that the platform masks by default.
    public static let standard = LogRedaction()

    private static let cacheCapacity = 4096
    private let words: Set<String>
    private let names: Set<String>
    private let verdicts = Mutex<[String: Bool]>([:])

    /// A list of `words`, any one of which makes a key secret, and of `names`, which must be the whole key (or the
    /// whole of its last dotted part), because as words they are harmless: `code` is secret, `status_code` is not.
    public init(words: Set<String> = LogRedaction.standardWords, names: Set<String> = LogRedaction.standardNames) {
        self.words = words
        self.names = names
    }

    /// Words that make any key secret.
    public static let standardWords: Set<String> = [
        "password", "passwords", "passwd", "passphrase", "pwd", "secret", "secrets", "token", "tokens", "authorization",
        "cookie", "cookies", "credential", "credentials", "apikey", "jwt", "bearer",
    ]

    /// Whole keys that are secret, as lower-case words joined by `_`.
    public static let standardNames: Set<String> = [
        "code", "auth_code", "authorization_code", "totp_code", "verification_code", "second_factor_code",
        "recovery_code", "recovery_codes", "otp", "totp", "pin", "api_key", "private_key", "session_id", "session_key",
    ]

    /// Whether the value under `key` must be masked.
    public func covers(_ key: String) -> Bool {
        verdicts.withLock { verdicts in
            if let verdict = verdicts[key] { return verdict }
            let verdict = judge(key)
            if verdicts.count < LogRedaction.cacheCapacity { verdicts[key] = verdict }
            return verdict
        }
    }

    private func judge(_ key: String) -> Bool {
        let parts = key.split(separator: ".").map { LogRedaction.words(in: $0) }
        if parts.joined().contains(where: { words.contains($0) }) { return true }
        return parts.last.map { names.contains($0.joined(separator: "_")) } ?? false
    }

    /// Lower-case words, split at everything that is no letter or digit and where a capital follows a small letter.
    private static func words(in key: Substring) -> [String] {
        var words: [String] = [""]
        var followsSmallLetter = false
        for character in key {
            let isWordPart = character.isLetter || character.isNumber
            if !isWordPart || (character.isUppercase && followsSmallLetter) { words.append("") }
            if isWordPart { words[words.count - 1] += character.lowercased() }
            followsSmallLetter = character.isLowercase
        }
        return words.filter { !$0.isEmpty }
    }
}
