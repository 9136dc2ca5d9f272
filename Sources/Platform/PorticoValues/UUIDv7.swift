/// A UUID of version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits, so that ids sort by time.
public struct UUIDv7: Sendable, Hashable, CustomStringConvertible {
    /// The 16 bytes in network order.
    public let bytes: [UInt8]

    /// A new id made at `instant`.
    public init(at instant: Instant) {
        var bytes = randomBytes(16)
        for index in 0..<6 {
            bytes[index] = UInt8(truncatingIfNeeded: instant.milliseconds >> Int64(40 - 8 * index))
        }
        bytes[6] = 0x70 | bytes[6] & 0x0F
        bytes[8] = 0x80 | bytes[8] & 0x3F
        self.bytes = bytes
    }

    /// The canonical text: 32 lower-case hex digits in groups of 8-4-4-4-12.
    public var description: String {
        let digits = Array(bytes.hexadecimal)
        let groups = [digits[0..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20..<32]]
        return groups.map { String($0) }.joined(separator: "-")
    }
}
