/// Percent-encoding of URLs (RFC 3986 §2.1) and of form bodies.
public enum PercentCoding {
    /// The text behind percent-encoded UTF-8, or nil when an escape is broken or the bytes are no UTF-8.
    /// - Parameter plusIsSpace: as in queries and form bodies (WHATWG URL §5.1).
    public static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        guard text.utf8.contains(where: { $0 == 0x25 || ($0 == 0x2B && plusIsSpace) }) else { return String(text) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case 0x25:
                guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case 0x2B where plusIsSpace: bytes.append(0x20)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// `text` with everything but unreserved characters (RFC 3986 §2.3) percent-encoded.
    public static func encode(_ text: some StringProtocol) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// More pairs than any form of ours has: what has more is refused instead of searched for every field.
    private static let mostPairs = 2000

    /// The pairs of a query or an `application/x-www-form-urlencoded` body, in order, or nil when an escape is broken or
    /// there are more than 2,000.
    public static func pairs(_ text: some StringProtocol) -> [(name: String, value: String)]? {
        var pairs: [(name: String, value: String)] = []
        for part in Substring(text).utf8.split(separator: 0x26) {
            let equals = part.firstIndex(of: 0x3D)
            guard pairs.count < mostPairs,
                let name = decode(Substring(part[..<(equals ?? part.endIndex)]), plusIsSpace: true),
                let value = equals.map({ decode(Substring(part[part.index(after: $0)...]), plusIsSpace: true) }) ?? ""
            else { return nil }
            pairs.append((name: name, value: value))
        }
        return pairs
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
