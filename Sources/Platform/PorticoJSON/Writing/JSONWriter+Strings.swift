extension JSONWriter {
    /// A string. Only what must be escaped is: quotes, backslashes and control characters (RFC 8259 §7).
    @inlinable
    public mutating func value(_ text: String) {
        let isWritten: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
            appendQuoted(bytes)
        }
        if isWritten == nil { appendCopied(text) }
    }

    /// A string from its bytes, which are UTF-8; nothing checks that.
    @inlinable
    public mutating func value(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        appendQuoted(bytes)
    }

    /// Strings whose bytes are not in one piece.
    @usableFromInline @inline(never)
    mutating func appendCopied(_ text: String) {
        Array(text.utf8).withUnsafeBufferPointer { appendQuoted($0) }
    }

    /// Quote, escaped bytes, quote, comma.
    @usableFromInline
    mutating func appendQuoted(_ text: UnsafeBufferPointer<UInt8>) {
        let count = text.count
        reserve(count &+ 16)
        let target = base + (written &+ 1)
        target[-1] = 0x22
        written &+= 1
        guard let source = text.baseAddress else { return endQuoted() }
        var index = 0
        while index &+ 8 <= count {
            let word = Words.load(source + index)
            Words.store(word, to: target + index)
            guard Words.escapes(word) == 0 else {
                return appendEscaping(source, count, from: index)
            }
            index &+= 8
        }
        guard index == count || Self.copyTail(source, count, target) else {
            return appendEscaping(source, count, from: index)
        }
        written &+= count
        endQuoted()
    }

    /// Copies the bytes behind the last whole word, overlapping with it where that saves a loop. False when one of
    /// them must be escaped.
    @inline(__always)
    private static func copyTail(
        _ source: UnsafePointer<UInt8>, _ count: Int, _ target: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        if count >= 8 {
            let word = Words.load(source + (count &- 8))
            Words.store(word, to: target + (count &- 8))
            return Words.escapes(word) == 0
        }
        if count >= 4 {
            let first = Words.loadHalf(source)
            let last = Words.loadHalf(source + (count &- 4))
            Words.storeHalf(first, to: target)
            Words.storeHalf(last, to: target + (count &- 4))
            return Words.escapes(UInt64(first) | UInt64(last) << 32) == 0
        }
        let (first, middle, last) = (source[0], source[count >> 1], source[count &- 1])
        target[0] = first
        target[count >> 1] = middle
        target[count &- 1] = last
        let filler: UInt64 = 0x3030_3030_3000_0000
        return Words.escapes(UInt64(first) | UInt64(middle) << 8 | UInt64(last) << 16 | filler) == 0
    }

    /// The rest of a string in which something must be escaped; the first `start` bytes are in the buffer already.
    @inline(never)
    private mutating func appendEscaping(_ source: UnsafePointer<UInt8>, _ count: Int, from start: Int) {
        written &+= start
        var index = start
        while index < count {
            let clean = Self.cleanCount(source + index, count &- index)
            // What is left, one escape at its longest, and the closing quote with its comma.
            reserve(count &- index &+ 16)
            (base + written).update(from: source + index, count: clean)
            written &+= clean
            index &+= clean
            guard index < count else { break }
            appendEscape(source[index])
            index &+= 1
        }
        endQuoted()
    }

    /// How many bytes from here on can be copied as they are.
    private static func cleanCount(_ source: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var index = 0
        while index &+ 8 <= count {
            let mask = Words.escapes(Words.load(source + index))
            if mask != 0 { return index &+ Words.first(mask) }
            index &+= 8
        }
        while index < count, source[index] >= 0x20, source[index] != 0x22, source[index] != 0x5C { index &+= 1 }
        return index
    }

    /// One escaped byte, in the short form where there is one; room has been made.
    private mutating func appendEscape(_ byte: UInt8) {
        let short: UInt8? =
            switch byte {
            case 0x22, 0x5C: byte
            case 0x08: 0x62
            case 0x09: 0x74
            case 0x0A: 0x6E
            case 0x0C: 0x66
            case 0x0D: 0x72
            default: nil
            }
        base[written] = 0x5C
        if let short {
            base[written &+ 1] = short
            written &+= 2
            return
        }
        let low = byte & 15
        base[written &+ 1] = 0x75
        base[written &+ 2] = 0x30
        base[written &+ 3] = 0x30
        base[written &+ 4] = 0x30 &+ byte >> 4
        base[written &+ 5] = low < 10 ? 0x30 &+ low : 0x57 &+ low
        written &+= 6
    }

    /// The closing quote and the comma; room has been made.
    @inline(__always)
    private mutating func endQuoted() {
        base[written] = 0x22
        base[written &+ 1] = 0x2C
        written &+= 2
    }
}
