/// Reads JSON into a tape in one pass without recursion.
///
/// The input is copied once, with zeros behind it. A zero byte is an error everywhere, so no loop needs to look for
/// the end of the input, and reading ahead by a word stays inside the copy.
struct JSONTapeBuilder: ~Copyable {
    private static let padding = 16
    private static let noParent = UInt32.max

    let bytes: UnsafeMutablePointer<UInt8>
    let byteCount: Int
    private let input: MemoryBlock
    private var tape: MemoryBlock
    /// The next byte to look at; where it went wrong once `fault` is set.
    var position = 0
    var fault = JSONFault.unexpectedByte

    private var entries: UnsafeMutablePointer<JSONTapeEntry>
    private var entryCount = 0
    private var entryCapacity: Int
    private var isOwner = true
    private let depthLimit: Int

    // The token read last: where its characters are, and whether a string has escapes or a number is integral.
    var tokenStart = 0
    var tokenCount = 0
    var tokenTrait: JSONTapeEntry.Traits = []
    // Whether the key before the next value has escapes.
    private var keyTrait: JSONTapeEntry.Traits = []

    init(_ text: [UInt8], depthLimit: Int) {
        self.depthLimit = depthLimit
        byteCount = text.count
        input = MemoryBlock(capacity: text.count + Self.padding)
        bytes = input.bytes
        bytes.update(from: text, count: text.count)
        (bytes + text.count).update(repeating: 0, count: Self.padding)
        tape = MemoryBlock(capacity: max(text.count / 16, 8) * Self.stride)
        entries = Self.entries(of: tape)
        entryCapacity = tape.capacity / Self.stride
    }

    deinit {
        guard isOwner else { return }
        input.release()
        tape.release()
    }

    /// Gives both blocks away after a successful ``read()``.
    consuming func handOver() -> (input: MemoryBlock, tape: MemoryBlock) {
        isOwner = false
        return (input, tape)
    }

    private static let stride = MemoryLayout<JSONTapeEntry>.stride

    /// The memory of a block as tape.
    static func entries(of block: MemoryBlock) -> UnsafeMutablePointer<JSONTapeEntry> {
        block.base.bindMemory(to: JSONTapeEntry.self, capacity: block.capacity / stride)
    }

    /// Reads the whole input. False with `fault` and `position` set when it is not JSON.
    mutating func read() -> Bool {
        guard byteCount < UInt32.max else { return fail(.tooLarge) }
        guard bytes[0] != 0xEF || bytes[1] != 0xBB || bytes[2] != 0xBF else { return fail(.byteOrderMark) }
        skipSpace()
        var open = Self.noParent
        var depth = 0
        repeat {
            guard startValue(&open, &depth), endValues(&open, &depth) else { return false }
        } while open != Self.noParent
        guard position == byteCount else { return fail(bytes[position] == 0 ? .unexpectedByte : .trailingBytes) }
        return true
    }

    /// Reads values up to and including the first one that is complete: a scalar or an empty container.
    @inline(__always)
    private mutating func startValue(_ open: inout UInt32, _ depth: inout Int) -> Bool {
        while true {
            let byte = bytes[position]
            guard byte == 0x7B || byte == 0x5B else { return readScalar(byte) }
            guard depth < depthLimit else { return fail(.tooDeep) }
            depth &+= 1
            let parent = open
            open = UInt32(truncatingIfNeeded: entryCount)
            append(byte == 0x7B ? .object : .array, start: position, count: 0, next: parent)
            position &+= 1
            skipSpace()
            if bytes[position] == byte &+ 2 { return true }
            if byte == 0x7B { guard readKey() else { return false } }
        }
    }

    /// Behind a value: closes what ends here, and reads on to the next value of the container that does not.
    @inline(__always)
    private mutating func endValues(_ open: inout UInt32, _ depth: inout Int) -> Bool {
        skipSpace()
        while open != Self.noParent {
            let container = entries + Int(open)
            let isObject = container.pointee.kind == .object
            let byte = bytes[position]
            if byte == 0x2C {
                position &+= 1
                skipSpace()
                return isObject ? readKey() : true
            }
            guard byte == (isObject ? 0x7D : 0x5D) else { return fail(.expectedComma) }
            position &+= 1
            open = container.pointee.next
            container.pointee.next = UInt32(truncatingIfNeeded: entryCount)
            countChildren(container, isObject)
            depth &-= 1
            skipSpace()
        }
        return true
    }

    /// Reads a string, number or word into a new entry.
    @inline(__always)
    private mutating func readScalar(_ byte: UInt8) -> Bool {
        let kind: JSONNode.Kind
        switch byte {
        case 0x22:
            guard readString() else { return false }
            kind = .string
        case 0x30...0x39, 0x2D:
            guard readNumber() else { return false }
            kind = .number
        default:
            guard readWord(byte) else { return false }
            kind = byte == 0x6E ? .null : .bool
        }
        append(kind, start: tokenStart, count: tokenCount, next: UInt32(truncatingIfNeeded: entryCount &+ 1))
        return true
    }

    /// Reads a key with its colon into the entry of the value that comes, and moves to that value.
    @inline(__always)
    private mutating func readKey() -> Bool {
        guard bytes[position] == 0x22 else { return fail(.expectedKey) }
        guard readString() else { return false }
        let entry = entries + entryCount
        entry.pointee.keyStart = UInt32(truncatingIfNeeded: tokenStart)
        entry.pointee.keyCount = UInt32(truncatingIfNeeded: tokenCount)
        entry.pointee.keyHash = Words.hash(bytes + tokenStart, tokenCount)
        keyTrait = tokenTrait == .isEscaped ? .isKeyEscaped : []
        tokenTrait = []
        skipSpace()
        guard bytes[position] == 0x3A else { return fail(.expectedColon) }
        position &+= 1
        skipSpace()
        return true
    }

    /// Completes the next entry, whose key is there already if it has one, and sees to it that another one fits.
    @inline(__always)
    private mutating func append(_ kind: JSONNode.Kind, start: Int, count: Int, next: UInt32) {
        let entry = entries + entryCount
        entry.pointee.start = UInt32(truncatingIfNeeded: start)
        entry.pointee.count = UInt32(truncatingIfNeeded: count)
        entry.pointee.next = next
        entry.pointee.kind = kind
        entry.pointee.traits = tokenTrait.union(keyTrait)
        tokenTrait = []
        keyTrait = []
        entryCount &+= 1
        if entryCount == entryCapacity { growEntries() }
    }

    @inline(never)
    private mutating func growEntries() {
        tape = tape.grown(to: tape.capacity * 2, keeping: entryCount * Self.stride)
        entries = Self.entries(of: tape)
        entryCapacity = tape.capacity / Self.stride
    }

    @inline(__always)
    mutating func skipSpace() {
        while bytes[position] <= 0x20 {
            guard Self.isSpace(bytes[position]) else { return }
            position &+= 1
        }
    }

    @inline(__always)
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// Records why and answers false. At the end of the input the reason is always that.
    @inline(never)
    mutating func fail(_ reason: JSONFault) -> Bool {
        fault = position >= byteCount && reason != .tooLarge ? .unexpectedEnd : reason
        return false
    }
}

// MARK: - Keys that repeat

extension JSONTapeBuilder {
    private static let checkedMembers = 32

    /// Counts the children of a container that closes, and finds out whether the keys of an object can be looked up
    /// by their bytes, first match wins. Objects with many members are not checked, so that the work stays linear.
    @inline(__always)
    private mutating func countChildren(_ container: UnsafeMutablePointer<JSONTapeEntry>, _ isObject: Bool) {
        let end = entryCount
        var index = (container - entries) &+ 1
        var count = 0
        // Two filters of 64 bits: only keys that meet earlier ones in both are compared with them.
        var seen: (UInt64, UInt64) = (0, 0)
        var isIrregular = false
        while index < end {
            let entry = entries + index
            if isObject, count < Self.checkedMembers {
                let mixed = UInt64(entry.pointee.keyHash) &* 0x9E37_79B9_7F4A_7C15
                let bits: (UInt64, UInt64) = (1 &<< (mixed >> 58), 1 &<< (mixed >> 52))
                let isNew = seen.0 & bits.0 == 0 || seen.1 & bits.1 == 0
                if !isNew, !isIrregular { isIrregular = repeats(entry, in: container) }
                seen = (seen.0 | bits.0, seen.1 | bits.1)
                if entry.pointee.traits.contains(.isKeyEscaped) { isIrregular = true }
            }
            count &+= 1
            index = entry.pointee.kind.isContainer ? Int(entry.pointee.next) : index &+ 1
        }
        container.pointee.count = UInt32(truncatingIfNeeded: count)
        if isObject, isIrregular || count > Self.checkedMembers { container.pointee.traits.insert(.isIrregular) }
    }

    /// Whether an earlier member of the object has the same key.
    @inline(never)
    private func repeats(
        _ entry: UnsafeMutablePointer<JSONTapeEntry>, in object: UnsafeMutablePointer<JSONTapeEntry>
    ) -> Bool {
        var earlier = object + 1
        while earlier < entry {
            if earlier.pointee.keyHash == entry.pointee.keyHash, earlier.pointee.keyCount == entry.pointee.keyCount {
                let (left, right) = (Int(earlier.pointee.keyStart), Int(entry.pointee.keyStart))
                if Words.equal(bytes + left, bytes + right, Int(entry.pointee.keyCount)) { return true }
            }
            earlier = earlier.pointee.kind.isContainer ? entries + Int(earlier.pointee.next) : earlier + 1
        }
        return false
    }
}
