/// Checks text as it comes, byte by byte, and notices the first byte that no continuation could make well-formed
/// (Unicode 16 §3.9, table 3-7).
struct UTF8Check: Sendable {
    /// Continuation bytes that are still to come.
    private var missing: UInt8 = 0
    /// What the next of them may be.
    private var low: UInt8 = 0x80
    private var high: UInt8 = 0xBF

    /// Whether no character is left open.
    var isComplete: Bool { missing == 0 }

    /// Takes bytes.
    /// - Returns: whether all so far can be the beginning of well-formed text.
    mutating func accept(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            if missing == 0, index + 8 <= bytes.count,
                bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                index += 8
                continue
            }
            guard accept(bytes[index]) else { return false }
            index += 1
        }
        return true
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        guard missing == 0 else {
            guard (low...high).contains(byte) else { return false }
            missing -= 1
            (low, high) = (0x80, 0xBF)
            return true
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: begin(1)
        case 0xE0: begin(2, low: 0xA0)
        case 0xED: begin(2, high: 0x9F)
        case 0xE1...0xEF: begin(2)
        case 0xF0: begin(3, low: 0x90)
        case 0xF1...0xF3: begin(3)
        case 0xF4: begin(3, high: 0x8F)
        default: return false
        }
        return true
    }

    private mutating func begin(_ missing: UInt8, low: UInt8 = 0x80, high: UInt8 = 0xBF) {
        self.missing = missing
        self.low = low
        self.high = high
    }
}
