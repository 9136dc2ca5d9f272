/// Reads the wire format of Protocol Buffers, field by field, from bytes that somebody else sent.
public struct ProtobufReader {
    /// What a field holds.
    public enum Value: Equatable {
        /// A number, of any width.
        case number(UInt64)
        /// Text, bytes or a message.
        case bytes([UInt8])
    }

    private let bytes: [UInt8]
    private var position = 0

    /// A reader of a message.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The next field; nil at the end, and where the bytes are no message.
    public mutating func next() -> (number: Int, value: Value)? {
        guard let tag = varint() else { return nil }
        let number = Int(truncatingIfNeeded: tag >> 3 & 0x1FFF_FFFF)
        switch tag & 7 {
        case 0: return varint().map { (number: number, value: .number($0)) }
        case 1: return fixed(8).map { (number: number, value: .number($0)) }
        case 2:
            guard let length = varint(), length <= UInt64(bytes.count - position) else { return nil }
            defer { position += Int(length) }
            return (number: number, value: .bytes(Array(bytes[position..<position + Int(length)])))
        case 5: return fixed(4).map { (number: number, value: .number($0)) }
        default: return nil
        }
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard position < bytes.count else { return nil }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    private mutating func fixed(_ count: Int) -> UInt64? {
        guard count <= bytes.count - position else { return nil }
        var value: UInt64 = 0
        for byte in bytes[position..<position + count].reversed() { value = value << 8 | UInt64(byte) }
        position += count
        return value
    }
}
