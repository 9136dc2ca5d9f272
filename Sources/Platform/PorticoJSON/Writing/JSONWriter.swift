/// Writes compact JSON into one growing buffer.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.key("code")
/// writer.value("AB-17")
/// writer.endObject()
/// let bytes = writer.finish()  // {"code":"AB-17"}
/// ```
///
/// Commas come by themselves: every value leaves one behind, and the bracket that closes takes the last one away.
/// Whether keys and brackets make sense together is up to the caller.
public struct JSONWriter: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var written = 0
    @usableFromInline var capacity: Int

    /// A writer with room for `capacity` bytes; it grows as needed.
    public init(capacity: Int = 1024) {
        let block = MemoryBlock(capacity: max(capacity, 64))
        base = block.bytes
        self.capacity = block.capacity
    }

    deinit {
        MemoryBlock(base: base, capacity: capacity).release()
    }

    /// Bytes written so far, a comma that waits for the next value included.
    public var count: Int { written }

    /// Opens an object.
    @inlinable
    public mutating func beginObject() {
        push(0x7B)
    }

    /// Closes the object opened last.
    @inlinable
    public mutating func endObject() {
        close(0x7D)
    }

    /// Opens an array.
    @inlinable
    public mutating func beginArray() {
        push(0x5B)
    }

    /// Closes the array opened last.
    @inlinable
    public mutating func endArray() {
        close(0x5D)
    }

    /// The name of the next value. It is taken as it is: letters, digits, anything that needs no escape in JSON,
    /// which debug builds check.
    @inlinable @inline(__always)
    public mutating func key(_ name: StaticString) {
        assert(JSONWriter.needsNoEscape(name), "a static key must need no escape")
        let length = name.utf8CodeUnitCount
        reserve(length &+ 3)
        let target = base + written
        target[0] = 0x22
        (target + 1).update(from: name.utf8Start, count: length)
        target[length &+ 1] = 0x22
        target[length &+ 2] = 0x3A
        written &+= length &+ 3
    }

    /// The name of the next value, escaped where it must be.
    @_disfavoredOverload  // a literal is a `StaticString`
    @inlinable
    public mutating func key(_ name: String) {
        value(name)
        base[written &- 1] = 0x3A
    }

    /// A truth value.
    @inlinable
    public mutating func value(_ value: Bool) {
        if value { pushWord(0x2C_6575_7274, count: 5) } else { pushWord(0x2C65_736C_6166, count: 6) }
    }

    /// The absence of a value.
    @inlinable
    public mutating func null() {
        pushWord(0x2C_6C6C_756E, count: 5)
    }

    /// One value that is JSON already; nothing checks it. No bytes at all stand for `null`.
    public mutating func raw(_ bytes: some Sequence<UInt8>) {
        let before = written
        let isCopied: Void? = bytes.withContiguousStorageIfAvailable { source in
            guard let start = source.baseAddress else { return }
            reserve(source.count)
            (base + written).update(from: start, count: source.count)
            written &+= source.count
        }
        if isCopied == nil {
            for byte in bytes { push(byte) }
        }
        if written == before { null() } else { push(0x2C) }
    }

    /// Ends a line of newline-delimited JSON after a complete value.
    public mutating func endLine() {
        precondition(written > 0, "a line needs a value")
        base[written &- 1] = 0x0A
    }

    /// The bytes written, and the buffer with them.
    public consuming func finish() -> [UInt8] {
        bytes
    }

    /// The bytes written; the writer starts over and keeps its buffer.
    public mutating func take() -> [UInt8] {
        let result = bytes
        written = 0
        return result
    }

    private var bytes: [UInt8] {
        let count = written > 0 && base[written &- 1] == 0x2C ? written &- 1 : written
        // All empty arrays are one, and making one of a buffer writes to it.
        guard count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            target.baseAddress?.update(from: base, count: count)
            initialized = count
        }
    }
}

// The buffer has one owner and no other reference to it exists.
extension JSONWriter: @unchecked Sendable {}

// MARK: - Room

extension JSONWriter {
    /// Makes sure that `count` more bytes fit.
    @inlinable @inline(__always)
    mutating func reserve(_ count: Int) {
        if capacity &- written < count { grow(by: count) }
    }

    /// Makes room for `count` more bytes at once, when the size is known beforehand.
    public mutating func reserveCapacity(_ count: Int) {
        reserve(count)
    }

    @usableFromInline @inline(never)
    mutating func grow(by count: Int) {
        let smaller = MemoryBlock(base: base, capacity: capacity)
        let larger = smaller.grown(to: max(capacity * 2, written + count), keeping: written)
        base = larger.bytes
        capacity = larger.capacity
    }

    @inlinable @inline(__always)
    mutating func push(_ byte: UInt8) {
        reserve(1)
        base[written] = byte
        written &+= 1
    }

    /// Pushes the lowest `count` bytes of a word, lowest first.
    @inlinable @inline(__always)
    mutating func pushWord(_ word: UInt64, count: Int) {
        reserve(8)
        UnsafeMutableRawPointer(base + written).storeBytes(of: word.littleEndian, as: UInt64.self)
        written &+= count
    }

    /// Closes a container: its bracket takes the place of the last comma, if there is one.
    @inlinable @inline(__always)
    mutating func close(_ bracket: UInt8) {
        precondition(written > 0, "nothing is open")
        reserve(2)
        if base[written &- 1] == 0x2C { written &-= 1 }
        base[written] = bracket
        base[written &+ 1] = 0x2C
        written &+= 2
    }

    @usableFromInline
    static func needsNoEscape(_ name: StaticString) -> Bool {
        name.withUTF8Buffer { bytes in
            bytes.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }
        }
    }
}
