import PorticoValues

/// Codes for whoever has lost the authenticator, each good once: 140 random bits as seven groups of four letters and
/// digits.
enum RecoveryCode {
    /// How many are given out at once.
    static let count = 10
    private static let letterCount = 28
    /// Of codes that were given out when they had 80 bits.
    private static let olderLetterCount = 16

    /// New codes as they are shown, once.
    static func make() -> [String] {
        (0..<count).map { _ in
            // Five bits a letter, of which the last byte gives four more than are wanted.
            let text = Array(Base32.encode(randomBytes(18)).prefix(letterCount))
            return stride(from: 0, to: text.count, by: 4).map { String(text[$0..<$0 + 4]) }.joined(separator: "-")
        }
    }

    /// What is kept of a code, whatever its case and its separators; nil when it can't be one. So many random bits
    /// need no slow hash.
    static func hash(_ code: String, of accountID: Int64) -> [UInt8]? {
        let letters = code.uppercased().filter { $0 != "-" && $0 != " " }
        guard [letterCount, olderLetterCount].contains(letters.utf8.count) else { return nil }
        return Digest.sha256(Array("recovery/\(accountID)/\(letters)".utf8))
    }
}
