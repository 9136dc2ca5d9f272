/// Where a mail goes or comes from: an address, and the name people see with it.
public struct MailAddress: Sendable, Hashable {
    /// `local@domain`, ASCII.
    public let address: String
    /// Name of the person or the office; may be in any script.
    public let name: String?

    /// An address. Only what can stand in an envelope as it is passes: no space, no control character, no comment,
    /// nothing quoted; at most 254 bytes, 64 of them before the `@` (RFC 5321 §4.5.3.1).
    /// - Throws: ``MailAddressError``.
    public init(_ address: String, name: String? = nil) throws(MailAddressError) {
        guard MailAddress.isAddress(address) else { throw MailAddressError() }
        self.address = address
        self.name = name.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What two spellings of one address have in common. Servers that tell capitals apart are gone.
    public static func key(_ address: String) -> String {
        address.lowercased()
    }

    private static func isAddress(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: 0x40, omittingEmptySubsequences: false)
        guard text.utf8.count <= 254, parts.count == 2, (1...64).contains(parts[0].count) else { return false }
        let special = Array(".!#$%&'*+-/=?^_`{|}~".utf8)
        guard parts[0].allSatisfy({ isAlphanumeric($0) || special.contains($0) }), isDotted(parts[0]) else {
            return false
        }
        return isDotted(parts[1]) && parts[1].allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E }
            && parts[1].first != 0x2D
    }

    private static func isDotted(_ part: Substring.UTF8View) -> Bool {
        part.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}

/// A text is no address that mail can be sent to. The text is not repeated.
public struct MailAddressError: Error, Sendable, Hashable, CustomStringConvertible {
    /// An error.
    public init() {}
    /// `not a mail address`.
    public var description: String { "not a mail address" }
}
