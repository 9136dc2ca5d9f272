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
        guard let bytes = key.baseAddress else { return firstMember(document.bytes, 0) }
        return firstMember(bytes, key.count)
    }

    @inline(__always)
    private func firstMember(_ key: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let (entries, bytes) = (document.entries, document.bytes)
        let hash = Words.hash(key, count)
        let end = Int(entries[index].next)
        var member = index &+ 1
        while member < end {
            let entry = entries + member
            if entry.pointee.keyHash == hash, Int(entry.pointee.keyCount) == count,
                Words.equal(bytes + Int(entry.pointee.keyStart), key, count)
            {
                return member
            }
            // A predicted branch; following `next` alone would wait for each load in turn.
            member = entry.pointee.kind.isContainer ? Int(entry.pointee.next) : member &+ 1
        }
        return 0
    }

    /// Compares all keys, unescaped.
    @inline(never)
    private func lastMember(_ key: String) -> JSONNode? {
        var last: JSONNode?
        for (name, node) in members where name.utf8.elementsEqual(key.utf8) { last = node }
        return last
    }
}
