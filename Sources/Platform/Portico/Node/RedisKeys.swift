/// What keys and channels in Redis are called: two installations that share one are kept apart by `redis.key_prefix`.
///
/// A number of a database in the address does not do that for channels, which all databases of a Redis have in common.
struct RedisKeys: Sendable {
    private let prefix: String

    /// - Throws: ``Settings/Mistake`` for a prefix with other signs than letters, digits, dots, hyphens and underscores:
    ///   braces and colons have a meaning in keys.
    init(_ settings: Settings) throws(Settings.Mistake) {
        let text = settings.text("redis.key_prefix")
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
        guard isPlain else {
            throw Settings.Mistake(
                description: """
                    redis.key_prefix: '\(text)' is not accepted; it takes up to 60 letters, digits, dots, hyphens and \
                    underscores
                    """)
        }
        prefix = text.isEmpty ? "" : "\(text):"
    }

    /// The name of this installation's own.
    func own(_ name: String) -> String { prefix + name }
}
