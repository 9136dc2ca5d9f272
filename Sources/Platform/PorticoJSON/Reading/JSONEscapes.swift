/// Undoes the escapes of strings that the reader has already found well-formed.
enum JSONEscapes {
    /// The code unit of `\uXXXX` at `escape`; nil when it is none.
    static func codeUnit(_ escape: UnsafePointer<UInt8>) -> UInt32? {
        guard escape[1] == 0x75 else { return nil }
        var unit: UInt32 = 0
        for index in 2..<6 {
            guard let digit = digit(escape[index]) else { return nil }
            unit = unit << 4 | digit
        }
        return unit
    }

    /// The value of a hexadecimal digit; nil for any other byte.
    static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte &- 0x30)
        case 0x41...0x46: UInt32(byte &- 0x37)
        case 0x61...0x66: UInt32(byte &- 0x57)
        default: nil
        }
    }

    /// The text of `count` bytes between quotes. It is never longer than its escaped form.
    static func unescaped(_ source: UnsafePointer<UInt8>, count: Int) -> String {
        String(unsafeUninitializedCapacity: count) { target in
            var length = 0
            var index = 0
            while index < count {
                guard source[index] == 0x5C else {
                    target[length] = source[index]
                    length += 1
                    index += 1
                    continue
                }
                index += unescape(source + index, into: target, at: &length)
            }
            return length
        }
    }

    /// Writes what one escape stands for and returns how many bytes the escape has.
    private static func unescape(
        _ escape: UnsafePointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>, at length: inout Int
    ) -> Int {
        guard let unit = codeUnit(escape) else {
            target[length] = short(escape[1])
            length += 1
            return 2
        }
        let isPair = unit & 0xF800 == 0xD800
        var scalar = unit
        if isPair, let low = codeUnit(escape + 6) {
            scalar = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
        }
        for byte in String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8 {
            target[length] = byte
            length += 1
        }
        return isPair ? 12 : 6
    }

    private static func short(_ letter: UInt8) -> UInt8 {
        switch letter {
        case 0x62: 0x08
        case 0x66: 0x0C
        case 0x6E: 0x0A
        case 0x72: 0x0D
        case 0x74: 0x09
        default: letter
        }
    }
}
