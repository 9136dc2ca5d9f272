/// Eight bytes at a time in one integer register: the comparisons that writer and reader share.
///
/// Each mask has bit 7 set in the bytes it finds. Borrows run upwards only, so everything up to and including the
/// lowest marked byte is exact; what lies above it may be marked wrongly and is never looked at.
enum Words {
    @inline(__always)
    static func repeated(_ byte: UInt8) -> UInt64 {
        0x0101_0101_0101_0101 &* UInt64(byte)
    }

    /// Marks bytes that cannot stand in a JSON string as they are: controls, the quote and the backslash.
    @inline(__always)
    static func escapes(_ word: UInt64) -> UInt64 {
        candidates(word) & ~word & repeated(0x80)
    }

    /// Marks what ends a plain ASCII run of a JSON string: the above, and every byte of a multi-byte sequence.
    @inline(__always)
    static func stops(_ word: UInt64) -> UInt64 {
        (candidates(word) | word) & repeated(0x80)
    }

    @inline(__always)
    private static func candidates(_ word: UInt64) -> UInt64 {
        let controls = word &- repeated(0x20)
        let quotes = (word ^ repeated(0x22)) &- repeated(1)
        let backslashes = (word ^ repeated(0x5C)) &- repeated(1)
        return controls | quotes | backslashes
    }

    /// The index of the lowest marked byte.
    @inline(__always)
    static func first(_ mask: UInt64) -> Int {
        mask.trailingZeroBitCount >> 3
    }

    @inline(__always)
    static func load(_ pointer: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self))
    }

    @inline(__always)
    static func loadHalf(_ pointer: UnsafePointer<UInt8>) -> UInt32 {
        UInt32(littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self))
    }

    @inline(__always)
    static func store(_ word: UInt64, to pointer: UnsafeMutablePointer<UInt8>) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: word.littleEndian, as: UInt64.self)
    }

    @inline(__always)
    static func storeHalf(_ half: UInt32, to pointer: UnsafeMutablePointer<UInt8>) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: half.littleEndian, as: UInt32.self)
    }

    /// The length and three bytes of a key; the reader compares it before the bytes.
    ///
    /// Single bytes, because a short Swift string has just been stored as two words, and a load across the border
    /// between them waits for both.
    @inline(__always)
    static func hash(_ pointer: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
        guard count > 0 else { return 0 }
        let ends = UInt32(pointer[0]) | UInt32(pointer[count &- 1]) << 8
        return ends | UInt32(pointer[count >> 1]) << 16 | UInt32(truncatingIfNeeded: count) << 24
    }

    /// Whether two runs of `count` bytes are equal.
    @inline(__always)
    static func equal(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        if count >= 8 {
            let last = count &- 8
            var index = 0
            while index < last {
                guard load(left + index) == load(right + index) else { return false }
                index &+= 8
            }
            return load(left + last) == load(right + last)
        }
        if count >= 4 {
            let last = count &- 4
            return loadHalf(left) == loadHalf(right) && loadHalf(left + last) == loadHalf(right + last)
        }
        for index in 0..<count where left[index] != right[index] { return false }
        return true
    }
}
