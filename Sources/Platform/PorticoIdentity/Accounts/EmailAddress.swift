/// An email address as people sign in with it.
public struct EmailAddress: Sendable, Hashable {
    /// The address as it was typed, without space around it.
    public let text: String

    /// An address, or nil when `text` has no form of one: something, one `@`, a domain; no space, no control character;
    /// at most 254 bytes (RFC 5321 §4.5.3.1). Only a mail that arrives proves more.
    public init?(_ text: String) {
        let trimmed = EmailAddress.trimmed(text)
        let parts = trimmed.split(separator: "@", omittingEmptySubsequences: false)
        guard trimmed.utf8.count <= 254, parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
            trimmed.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F && !$0.properties.isWhitespace }),
            !trimmed.contains(where: { "<>(),;:\"[]\\".contains($0) })
        else { return nil }
        self.text = trimmed
    }

    /// What two addresses share when they are the same account: the text without regard to case.
    public var key: String { EmailAddress.key(of: text) }

    /// The key of any text that was typed as an address.
    static func key(of text: String) -> String {
        trimmed(text).lowercased()
    }

    private static func trimmed(_ text: String) -> String {
        var part = text[...]
        while part.first?.isWhitespace == true { part.removeFirst() }
        while part.last?.isWhitespace == true { part.removeLast() }
        return String(part)
    }
}
