import PorticoValues

/// Codes for whoever has lost the authenticator, each good once: 80 random bits as four groups of four letters and digits.
enum RecoveryCode {
    /// How many are given out at once.
    static let count = 10

    /// New codes as they are shown, once.
    static func make() -> [String] {
        (0..<count).map { _ in
            let text = Array(Base32.encode(randomBytes(10)))
            return stride(from: 0, to: text.count, by: 4).map { String(text[$0..<$0 + 4]) }.joined(separator: "-")
        }
    }

    /// What is kept of a code, whatever its case and its separators; nil when it can't be one. 80 random bits need no
    /// slow hash.
    static func hash(_ code: String, of accountID: Int64) -> [UInt8]? {
        let letters = code.uppercased().filter { $0 != "-" && $0 != " " }
        guard letters.utf8.count == 16 else { return nil }
        return Digest.sha256(Array("recovery/\(accountID)/\(letters)".utf8))
    }
}
