/// How much a server may send for one value. A server that sends more is not one we talk to.
public struct RESPLimits: Sendable, Hashable {
    /// Nested lists, sets and maps.
    public var depth: Int
    /// Bytes of one bulk string.
    public var bulkBytes: Int
    /// Bytes of a line: statuses, errors, numbers.
    public var lineBytes: Int
    /// Elements of a whole value, those of inner lists included; a map's key and value count each.
    public var elements: Int
    /// Bytes of all texts of a whole value.
    public var totalBytes: Int

    /// Limits; by default 16 levels, 64 MiB a text, 64 KiB a line, a million elements and 128 MiB in all.
    public init(
        depth: Int = 16, bulkBytes: Int = 64 << 20, lineBytes: Int = 64 << 10, elements: Int = 1 << 20,
        totalBytes: Int = 128 << 20
    ) {
        self.depth = max(1, depth)
        self.bulkBytes = max(0, bulkBytes)
        self.lineBytes = max(32, lineBytes)
        self.elements = max(1, elements)
        self.totalBytes = max(32, totalBytes)
    }
}

/// Bytes that are not RESP, or more of them than the limits allow. What comes after them means nothing.
public struct RESPFlaw: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in a few words and without the bytes.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
