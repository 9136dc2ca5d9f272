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
