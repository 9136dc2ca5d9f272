/// Which bytes may stand where in a header field (RFC 9110 §5.1, §5.5, §5.6.2).
enum FieldBytes {
    /// `!#$%&'*+-.^_`|~`, digits and letters, as one bit each.
    private static let lowTokens: UInt64 = 0x03FF_6CFA_0000_0000
    private static let highTokens: UInt64 = 0x57FF_FFFF_C7FF_FFFE

    /// Whether the byte may stand in a token.
    static func isToken(_ byte: UInt8) -> Bool {
        guard byte < 128 else { return false }
        return (byte < 64 ? lowTokens >> UInt64(byte) : highTokens >> UInt64(byte - 64)) & 1 == 1
    }

    /// Whether the bytes are a field name.
    static func isName(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy(isToken)
    }

    /// Whether no byte could end the field or confuse a reader.
    static func isValue(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        // No early exit: this way the loop runs on whole vectors.
        var bad: UInt8 = 0
        for byte in bytes { bad |= isControl(byte) ? 1 : 0 }
        return bad == 0
    }

    /// Whether the byte must not stand in a value; tab may.
    static func isControl(_ byte: UInt8) -> Bool {
        (byte < 0x20 && byte != 0x09) || byte == 0x7F
    }

    /// Whether the text is `lowercase` but for ASCII case. `lowercase` has only lower-case letters and signs.
    static func isSame(_ text: String, _ lowercase: StaticString) -> Bool {
        isSame(text.utf8, lowercase)
    }

    /// The same of bytes.
    static func isSame(_ text: some Collection<UInt8>, _ lowercase: StaticString) -> Bool {
        guard text.count == lowercase.utf8CodeUnitCount else { return false }
        var index = 0
        for byte in text {
            let expected = lowercase.utf8Start[index]
            let folded = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            guard folded == expected else { return false }
            index += 1
        }
        return true
    }
}
