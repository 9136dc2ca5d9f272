import Synchronization

/// One value in a ``JSONDocument``: the document and a position in it. Copying it copies nothing else.
public struct JSONNode: Sendable {
    /// The kinds of JSON values.
    public enum Kind: UInt8, Sendable, Hashable {
        /// `null`.
        case null
        /// `true` or `false`.
        case bool
        /// A number.
        case number
        /// A string.
        case string
        /// An array.
        case array
        /// An object.
        case object

        @inline(__always)
        var isContainer: Bool { rawValue >= Kind.array.rawValue }
    }

    /// The document that this is a value of.
    public let document: JSONDocument
    let index: Int

    var entry: UnsafePointer<JSONTapeEntry> {
        document.entries + index
    }

    /// What kind of value this is.
    public var kind: Kind { entry.pointee.kind }

    /// Whether this is `null`.
    public var isNull: Bool { kind == .null }

    /// The truth value; nil for anything else.
    public var bool: Bool? {
        kind == .bool ? entry.pointee.traits.contains(.isTrue) : nil
    }

    /// The text; nil for anything but a string.
    public var string: String? {
        guard kind == .string else { return nil }
        return document.text(entry.pointee.start, entry.pointee.count, entry.pointee.traits.contains(.isEscaped))
    }

    /// The integer; nil for anything else, for integers beyond 64 bits, and for numbers written with a fraction or an
    /// exponent, `2.0` included.
    public var int64: Int64? {
        kind == .number && entry.pointee.traits.contains(.isIntegral) ? number.int64 : nil
    }

    /// The nearest double; nil for anything but a number.
    public var double: Double? {
        kind == .number ? number.double : nil
    }

    /// A number as it was sent, `1.50` as `1.50`; nil for anything else.
    public var lexeme: String? {
        kind == .number ? String(decoding: number.bytes, as: UTF8.self) : nil
    }

    /// Elements of an array, members of an object (keys that repeat count each time); 0 for anything else.
    public var count: Int {
        kind == .array || kind == .object ? Int(entry.pointee.count) : 0
    }

    private var number: NumberLexeme {
        NumberLexeme(
            bytes: UnsafeBufferPointer(
                start: document.bytes + Int(entry.pointee.start), count: Int(entry.pointee.count)))
    }
}

extension JSONDocument {
    /// The index behind a value and everything inside it.
    @inline(__always)
    func sibling(after index: Int) -> Int {
        // A predicted branch; following `next` alone would wait for each load in turn.
        let entry = entries + index
        return entry.pointee.kind.isContainer ? Int(entry.pointee.next) : index &+ 1
    }

    /// The first of the siblings from `start` up to `end` with this key; 0 when there is none.
    @inline(__always)
    func member(_ key: UnsafePointer<UInt8>, _ count: Int, _ hash: UInt32, from start: Int, to end: Int) -> Int {
        var member = start
        while member < end {
            let entry = entries + member
            if entry.pointee.keyHash == hash, Int(entry.pointee.keyCount) == count,
                Words.equal(bytes + Int(entry.pointee.keyStart), key, count)
            {
                return member
            }
            member = sibling(after: member)
        }
        return 0
    }

    /// The text of `count` bytes between quotes.
    @inline(__always)
    func text(_ start: UInt32, _ count: UInt32, _ isEscaped: Bool) -> String {
        let source = bytes + Int(start)
        guard !isEscaped else { return JSONEscapes.unescaped(source, count: Int(count)) }
        return String(decoding: UnsafeBufferPointer(start: source, count: Int(count)), as: UTF8.self)
    }
}

// MARK: - Looking up keys

extension JSONNode {
    /// The value under `key`; nil when there is none or this is no object. Of keys that repeat the last one counts.
    public subscript(key: String) -> JSONNode? {
        guard kind == .object else { return nil }
        guard !entry.pointee.traits.contains(.isIrregular) else { return lastMember(key) }
        let found = key.utf8.withContiguousStorageIfAvailable { firstMember($0) }
        guard let found else { return lastMember(key) }
        return found == 0 ? nil : JSONNode(document: document, index: found)
    }

    /// The index of the member whose key has these bytes; 0, which is nobody's member, when there is none.
    @inline(__always)
    private func firstMember(_ key: UnsafeBufferPointer<UInt8>) -> Int {
        firstMember(key.baseAddress ?? document.bytes, key.count)
    }

    /// Begins behind the member found last in this object and wraps around; any match is the only one.
    @inline(__always)
    private func firstMember(_ key: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let hash = Words.hash(key, count)
        let first = index &+ 1
        let end = Int(entry.pointee.next)
        let last = document.lastFound.load(ordering: .relaxed)
        let start = last >> 32 == UInt64(index) ? document.sibling(after: Int(last & 0xFFFF_FFFF)) : first
        var found = document.member(key, count, hash, from: start, to: end)
        if found == 0, start != first { found = document.member(key, count, hash, from: first, to: start) }
        if found != 0 { document.lastFound.store(UInt64(index) << 32 | UInt64(found), ordering: .relaxed) }
        return found
    }

    /// Compares all keys, unescaped.
    @inline(never)
    private func lastMember(_ key: String) -> JSONNode? {
        var last: JSONNode?
        for (name, node) in members where name.utf8.elementsEqual(key.utf8) { last = node }
        return last
    }
}
