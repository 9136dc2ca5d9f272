extension JSONTapeBuilder {
    /// Reads a string from its opening quote and leaves the position behind the closing one.
    @inline(__always)
    mutating func readString() -> Bool {
        position &+= 1
        tokenStart = position
        tokenTrait = []
        while true {
            let mask = Words.stops(Words.load(bytes + position))
            guard mask != 0 else {
                position &+= 8
                continue
            }
            position &+= Words.first(mask)
            if bytes[position] == 0x22 { break }
            guard readUnusual() else { return false }
        }
        tokenCount = position &- tokenStart
        position &+= 1
        return true
    }

    /// Anything in a string that is neither plain ASCII nor the closing quote.
    @inline(never)
    private mutating func readUnusual() -> Bool {
        let byte = bytes[position]
        if byte >= 0x80 { return readMultibyte() }
        if byte < 0x20 { return fail(.controlCharacter) }
        tokenTrait = .isEscaped
        switch bytes[position &+ 1] {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
            position &+= 2
            return true
        case 0x75:
            return readUnicodeEscape()
        default:
            return failEscape(after: 1)
        }
    }

    /// `\uXXXX`, or two of them for a pair of surrogates.
    private mutating func readUnicodeEscape() -> Bool {
        guard let first = JSONEscapes.codeUnit(bytes + position) else { return failEscape(after: 2) }
        if first & 0xF800 != 0xD800 {
            position &+= 6
            return true
        }
        guard first < 0xDC00 else { return fail(.loneSurrogate) }
        let next = position &+ 6
        if next == byteCount || (next &+ 1 == byteCount && bytes[next] == 0x5C) {
            position = byteCount
            return fail(.unexpectedEnd)
        }
        guard bytes[next] == 0x5C, bytes[next &+ 1] == 0x75 else { return fail(.loneSurrogate) }
        guard let second = JSONEscapes.codeUnit(bytes + next) else {
            position = next
            return failEscape(after: 2)
        }
        guard second & 0xFC00 == 0xDC00 else { return fail(.loneSurrogate) }
        position &+= 12
        return true
    }

    /// Tells an escape that is cut off, after `count` bytes of it and hexadecimal digits only, from one that is wrong.
    private mutating func failEscape(after count: Int) -> Bool {
        var end = position &+ count
        while end < byteCount, JSONEscapes.digit(bytes[end]) != nil { end &+= 1 }
        if end >= byteCount { position = byteCount }
        return fail(.badEscape)
    }

    /// A run of well-formed multi-byte sequences (RFC 3629, table 3-7 of the Unicode Standard).
    private mutating func readMultibyte() -> Bool {
        while bytes[position] >= 0x80 {
            let first = bytes[position]
            let second = bytes[position &+ 1]
            let length: Int
            switch first {
            case 0xC2...0xDF where second & 0xC0 == 0x80: length = 2
            case 0xE0 where (0xA0...0xBF).contains(second): length = 3
            case 0xED where (0x80...0x9F).contains(second): length = 3
            case 0xE1...0xEC where second & 0xC0 == 0x80: length = 3
            case 0xEE...0xEF where second & 0xC0 == 0x80: length = 3
            case 0xF0 where (0x90...0xBF).contains(second): length = 4
            case 0xF1...0xF3 where second & 0xC0 == 0x80: length = 4
            case 0xF4 where (0x80...0x8F).contains(second): length = 4
            default: return fail(.badUTF8)
            }
            if length > 2 { guard bytes[position &+ 2] & 0xC0 == 0x80 else { return fail(.badUTF8) } }
            if length > 3 { guard bytes[position &+ 3] & 0xC0 == 0x80 else { return fail(.badUTF8) } }
            position &+= length
        }
        return true
    }

    /// Reads a number by the grammar of RFC 8259 §6.
    @inline(__always)
    mutating func readNumber() -> Bool {
        tokenStart = position
        tokenTrait = .isIntegral
        if bytes[position] == 0x2D { position &+= 1 }
        if bytes[position] == 0x30 {
            position &+= 1
        } else {
            guard skipDigits() else { return fail(.badNumber) }
        }
        if bytes[position] == 0x2E {
            tokenTrait = []
            position &+= 1
            guard skipDigits() else { return fail(.badNumber) }
        }
        let hasExponent = bytes[position] | 0x20 == 0x65
        if hasExponent {
            tokenTrait = []
            position &+= 1
            if bytes[position] == 0x2B || bytes[position] == 0x2D { position &+= 1 }
            guard skipDigits() else { return fail(.badNumber) }
        }
        tokenCount = position &- tokenStart
        return hasExponent || tokenCount > 300 ? isNumberInRange() : true
    }

    /// Skips digits; false when there is none.
    @inline(__always)
    private mutating func skipDigits() -> Bool {
        let start = position
        while bytes[position] &- 0x30 <= 9 { position &+= 1 }
        return position > start
    }

    @inline(never)
    private mutating func isNumberInRange() -> Bool {
        let lexeme = NumberLexeme(bytes: UnsafeBufferPointer(start: bytes + tokenStart, count: tokenCount))
        if lexeme.double != nil { return true }
        position = tokenStart
        return fail(.numberOutOfRange)
    }

    /// `true`, `false` or `null`. Anything else is no value at all.
    @inline(__always)
    mutating func readWord(_ byte: UInt8) -> Bool {
        let word = Words.loadHalf(bytes + position)
        tokenStart = position
        tokenTrait = []
        if word == 0x6C6C_756E {
            tokenCount = 4
        } else if word == 0x6575_7274 {
            tokenTrait = .isTrue
            tokenCount = 4
        } else if word == 0x736C_6166, bytes[position &+ 4] == 0x65 {
            tokenCount = 5
        } else {
            return failWord(byte)
        }
        position &+= tokenCount
        return true
    }

    /// Tells a word that is cut off from one that is wrong.
    @inline(never)
    private mutating func failWord(_ byte: UInt8) -> Bool {
        guard byte | 0x20 >= 0x61, byte | 0x20 <= 0x7A else { return fail(.unexpectedByte) }
        let rest = UnsafeBufferPointer(start: bytes + position, count: byteCount &- position)
        if ["true", "false", "null"].contains(where: { $0.utf8.starts(with: rest) }) {
            position = byteCount
            return fail(.unexpectedEnd)
        }
        return fail(.badLiteral)
    }
}
