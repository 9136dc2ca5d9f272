import PorticoValues

/// Bytes of a known number that can be read from any place.
public protocol ByteSource: Sendable {
    /// How many there are.
    var count: Int { get }
    /// Up to `count` bytes from `offset` on; fewer only at the end.
    /// - Throws: ``TableError`` `.storage`.
    func read(at offset: Int, count: Int) throws(TableError) -> [UInt8]
}

/// Bytes in memory.
public struct MemorySource: ByteSource {
    private let bytes: [UInt8]

    /// A source over an array.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// How many there are.
    public var count: Int { bytes.count }

    /// The bytes from `offset` on.
    public func read(at offset: Int, count: Int) -> [UInt8] {
        guard offset >= 0, offset < bytes.count else { return [] }
        return Array(bytes[offset..<min(bytes.count, offset + count)])
    }
}

/// A part of a temporary file.
public struct FileSource: ByteSource {
    private let file: TemporaryFile
    private let start: Int
    /// How many bytes there are.
    public let count: Int

    /// `count` bytes of a file from `start` on.
    public init(_ file: TemporaryFile, from start: Int = 0, count: Int) {
        self.file = file
        self.start = start
        self.count = count
    }

    /// The bytes from `offset` on.
    /// - Throws: ``TableError`` `.storage`.
    public func read(at offset: Int, count wanted: Int) throws(TableError) -> [UInt8] {
        guard offset >= 0, offset < count else { return [] }
        do throws(TemporaryFileError) {
            return try file.read(at: start + offset, count: min(wanted, count - offset))
        } catch {
            throw TableError(.storage, "\(error)")
        }
    }
}

/// A source that ends when nobody wants what is read from it: whatever takes a file apart comes here again and again, also
/// where it finds no row for long.
public struct WatchedSource: ByteSource {
    private let source: any ByteSource
    private let cancellation: Cancellation

    /// The bytes of `source` until `cancellation` is asked for.
    public init(_ source: any ByteSource, _ cancellation: Cancellation) {
        self.source = source
        self.cancellation = cancellation
    }

    /// How many there are.
    public var count: Int { source.count }

    /// The bytes from `offset` on.
    /// - Throws: ``TableError`` `.cancelled`, and what the source throws.
    public func read(at offset: Int, count: Int) throws(TableError) -> [UInt8] {
        guard !cancellation.isAsked else { throw TableError(.cancelled, "The file is not wanted any more.") }
        return try source.read(at: offset, count: count)
    }
}
