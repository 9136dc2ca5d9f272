/// Questions about single bytes of ASCII text, which all codes of this application are made of.
enum ASCII {
    static let hyphen: UInt8 = 0x2D

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    static func isUpperLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }

    static func isLowerLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }

    static func isLetter(_ byte: UInt8) -> Bool { isUpperLetter(byte) || isLowerLetter(byte) }

    /// `text` with a–z made A–Z and every other character as it was.
    static func upperCased(_ text: String) -> String {
        guard text.utf8.contains(where: isLowerLetter) else { return text }
        return String(decoding: text.utf8.map { isLowerLetter($0) ? $0 - 0x20 : $0 }, as: UTF8.self)
    }

    /// Whether `text` matches `^[a-z][a-z0-9_]{1,29}$`, the form of the codes of areas and product types.
    static func isIdentifier(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, isLowerLetter(first), (2...30).contains(bytes.count) else { return false }
        return bytes.allSatisfy { isLowerLetter($0) || isDigit($0) || $0 == 0x5F }
    }

    /// The number written by ASCII digits, or nil when there are none, more than 18, or something else among them.
    static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.count <= 18, digits.allSatisfy(isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// `text` from its last character to its first, as the index for searching by ending stores it (rule R46).
    static func reversed(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.reversed()))
    }
}
