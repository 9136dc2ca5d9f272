/// One value of a document, and the key before it when it is a member of an object.
///
/// A document is a row of these in document order. `next` leads past everything inside a value, to its next sibling.
struct JSONTapeEntry {
    /// Where the key's characters begin, behind the quote.
    var keyStart: UInt32 = 0
    /// Bytes of the key as it was sent.
    var keyCount: UInt32 = 0
    /// ``Words/hash(_:_:)`` of those bytes.
    var keyHash: UInt32 = 0
    /// Where the value begins: the bracket, the first character behind the quote, the first digit.
    var start: UInt32 = 0
    /// Bytes of a string or a number; children of a container.
    var count: UInt32 = 0
    /// The index behind this value's last descendant. While a container is open: its parent.
    var next: UInt32 = 0
    var kind = JSONNode.Kind.null
    var traits: Traits = []

    struct Traits: OptionSet {
        let rawValue: UInt8
        /// The string contains escapes.
        static let isEscaped = Traits(rawValue: 1)
        /// The key contains escapes.
        static let isKeyEscaped = Traits(rawValue: 2)
        /// The number has neither fraction nor exponent.
        static let isIntegral = Traits(rawValue: 4)
        /// Looking up a key must compare all keys, unescaped: some are escaped, repeated, or too many to have checked.
        static let isIrregular = Traits(rawValue: 8)
        /// `true`.
        static let isTrue = Traits(rawValue: 16)
    }
}

/// Why reading stopped; the text is made only when an error leaves the module.
enum JSONFault: String {
    case tooLarge = "input too large"
    case byteOrderMark = "byte order mark"
    case unexpectedEnd = "unexpected end of input"
    case unexpectedByte = "unexpected byte"
    case trailingBytes = "bytes after the value"
    case tooDeep = "nested too deeply"
    case badLiteral = "unknown word"
    case badNumber = "malformed number"
    case numberOutOfRange = "number out of range"
    case controlCharacter = "control character in a string"
    case badEscape = "unknown escape"
    case loneSurrogate = "lone surrogate"
    case badUTF8 = "malformed UTF-8"
    case expectedKey = "expected a key"
    case expectedColon = "expected a colon"
    case expectedComma = "expected a comma or the end"
}
