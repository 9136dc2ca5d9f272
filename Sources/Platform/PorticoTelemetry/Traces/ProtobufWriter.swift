/// Writes the wire format of Protocol Buffers (its encoding guide): fields by number, each with how its value is written.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    /// A number that is often small.
    mutating func varint(_ field: Int, _ value: UInt64) {
        tag(field, 0)
        append(value)
    }

    /// A number of eight bytes.
    mutating func fixed64(_ field: Int, _ value: UInt64) {
        tag(field, 1)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// A number of four bytes.
    mutating func fixed32(_ field: Int, _ value: UInt32) {
        tag(field, 5)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// A text.
    mutating func text(_ field: Int, _ text: String) {
        tag(field, 2)
        append(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// An id: numbers of eight bytes in network order.
    mutating func id(_ field: Int, _ parts: UInt64...) {
        tag(field, 2)
        append(UInt64(parts.count * 8))
        for part in parts { withUnsafeBytes(of: part.bigEndian) { bytes.append(contentsOf: $0) } }
    }

    /// A message within this one.
    mutating func message(_ field: Int, _ write: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        write(&inner)
        tag(field, 2)
        append(UInt64(inner.bytes.count))
        bytes.append(contentsOf: inner.bytes)
    }

    private mutating func tag(_ field: Int, _ type: Int) {
        append(UInt64(field << 3 | type))
    }

    private mutating func append(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
