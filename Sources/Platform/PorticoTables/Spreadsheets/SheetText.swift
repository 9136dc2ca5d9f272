/// Texts of cells in XML. What XML can't hold is written `_xHHHH_` (ISO/IEC 29500-1 §22.9.2.19, ST_Xstring), and so is the
/// underscore of a text that happens to look like that.
enum SheetText {
    /// The most characters a cell may have; what is longer is cut there.
    static let longest = 32_767

    /// Appends a text, given as UTF-8, as the content of an element.
    static func append(_ text: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        let text = text.count > longest ? cut(text) : text
        guard text.contains(where: isSpecial) else { return bytes.append(contentsOf: text) }
        for index in text.indices {
            let byte = isNoncharacterEnd(text, at: index) ? 0xBD : text[index]
            switch byte {
            case 0x26: bytes += Array("&amp;".utf8)
            case 0x3C: bytes += Array("&lt;".utf8)
            case 0x3E: bytes += Array("&gt;".utf8)
            case 0x5F where isEscape(text, at: index): appendEscape(0x5F, to: &bytes)
            case 0x00...0x08, 0x0B...0x1F: appendEscape(UInt16(byte), to: &bytes)
            default: bytes.append(byte)
            }
        }
    }

    /// Whether white space at the ends would be lost without a word.
    static func needsPreserving(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let first = text.first, let last = text.last else { return false }
        return first <= 0x20 || last <= 0x20 || text.contains(0x0A)
    }

    /// The text behind escapes.
    static func unescaped(_ text: String) -> String {
        guard text.contains("_x") else { return text }
        let bytes = Array(text.utf8)
        var units: [UInt16] = []
        var index = 0
        var plain: [UInt8] = []
        func flush() {
            units += Array(String(decoding: plain, as: UTF8.self).utf16)
            plain = []
        }
        while index < bytes.count {
            if let unit = escape(bytes, at: index) {
                flush()
                units.append(unit)
                index += 7
            } else {
                plain.append(bytes[index])
                index += 1
            }
        }
        flush()
        return String(decoding: units, as: UTF16.self)
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != 0x09 && byte != 0x0A || byte == 0x26 || byte == 0x3C || byte == 0x3E || byte == 0x5F
            || byte == 0xEF
    }

    private static func isEscape(_ text: UnsafeRawBufferPointer, at index: Int) -> Bool {
        guard index + 7 <= text.count else { return false }
        return escape(Array(text[index..<(index + 7)]), at: 0) != nil
    }

    private static func escape(_ bytes: [UInt8], at index: Int) -> UInt16? {
        guard index + 7 <= bytes.count, bytes[index] == 0x5F, bytes[index + 1] == 0x78, bytes[index + 6] == 0x5F else {
            return nil
        }
        return UInt16(String(decoding: bytes[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
    }

    private static func appendEscape(_ unit: UInt16, to bytes: inout [UInt8]) {
        let digits = Array("0123456789ABCDEF".utf8)
        bytes += [0x5F, 0x78]
        for shift in [12, 8, 4, 0] { bytes.append(digits[Int(unit >> UInt16(shift)) & 15]) }
        bytes.append(0x5F)
    }

    /// U+FFFE and U+FFFF are `EF BF BE` and `EF BF BF`, and XML can't hold them: the replacement character, `EF BF BD`, can
    /// be held.
    private static func isNoncharacterEnd(_ text: UnsafeRawBufferPointer, at index: Int) -> Bool {
        index >= 2 && text[index] >= 0xBE && text[index - 2] == 0xEF && text[index - 1] == 0xBF
    }

    private static func cut(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var end = longest
        while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: text[..<end])
    }
}
