/// Short words by which operators find jobs: `import:123`, `day:2026-11-23`.
///
/// A job has ``most`` of them at the most, of ``length`` characters: letters, digits and `. _ : / @ -`. Others become
/// `-`, because nothing that is found in a file's name may keep its job from being enqueued. They are readable where
/// arguments are sealed, and outlive them: nothing that is secret, and nobody's name, belongs in one.
public enum JobTag {
    /// How many a job has at the most; further ones are left out.
    public static let most = 5
    /// How long one is at the most; the rest is cut off.
    public static let length = 64

    /// The tags as a job has them, each once, in the order they were given.
    static func clean(_ tags: [String]) -> [String] {
        var kept: [String] = []
        for tag in tags.map(cleaned) where !tag.isEmpty && !kept.contains(tag) && kept.count < most { kept.append(tag) }
        return kept
    }

    /// One of them.
    static func cleaned(_ tag: String) -> String {
        String(
            decoding: tag.unicodeScalars.prefix(length).map { scalar -> UInt8 in
                guard let byte = UInt8(exactly: scalar.value), isAllowed(byte) else { return 0x2D }
                return byte
            }, as: UTF8.self)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x3A, 0x40...0x5A, 0x61...0x7A, 0x2E, 0x5F, 0x2F, 0x2D: true
        default: false
        }
    }

    /// As a row keeps them, with a space around each; nil for none.
    static func text(_ tags: [String]) -> String? {
        tags.isEmpty ? nil : " \(tags.joined(separator: " ")) "
    }

    /// Reads ``text(_:)``.
    static func list(_ text: String?) -> [String] {
        (text ?? "").split(separator: " ").map(String.init)
    }
}
