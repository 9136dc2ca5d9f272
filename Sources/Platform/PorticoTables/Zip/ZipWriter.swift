import CZlib

/// Writes a zip archive front to back, without ever going back: the sizes of an entry follow it (APPNOTE 6.3, §4.3.9).
final class ZipWriter {
    /// The most bytes of an entry or an archive that four bytes can count.
    private static let largest = 0xFFFF_FFFF
    private static let batch = 1 << 16

    private struct Entry {
        let name: [UInt8]
        let offset: Int
        var checksum: UInt = 0
        var packed = 0
        var unpacked = 0
    }

    private var entries: [Entry] = []
    private var output: [UInt8] = []
    private var written = 0
    private var input: [UInt8] = []
    /// On the heap and never moved: zlib keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>

    /// An empty archive.
    /// - Throws: ``TableError`` `.storage` where there is no memory.
    init() throws(TableError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // The fastest level: spreadsheets repeat themselves so much that others gain little.
        let status = deflateInit2_(
            stream, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw TableError(.storage, "There is no memory for packing.") }
        input.reserveCapacity(ZipWriter.batch * 2)
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Bytes that wait to be taken.
    var waiting: Int { output.count }

    /// Bytes of the present entry before packing.
    var entrySize: Int { (entries.last?.unpacked ?? 0) + input.count }

    /// Takes the bytes that wait.
    func take() -> [UInt8] {
        written += output.count
        defer { output.removeAll(keepingCapacity: true) }
        return Array(output)
    }

    /// Begins an entry; the one before has ended.
    func begin(_ name: String) {
        entries.append(Entry(name: Array(name.utf8), offset: written + output.count))
        deflateReset(stream)
        long(0x0403_4B50)
        fixedFields()
        for _ in 0..<3 { long(0) }
        short(name.utf8.count)
        short(0)
        output += Array(name.utf8)
    }

    /// Gives the bytes that are to be packed to `body`, which appends.
    func append(_ body: (inout [UInt8]) -> Void) throws(TableError) {
        body(&input)
        if input.count >= ZipWriter.batch { try pack(Z_NO_FLUSH) }
    }

    /// Ends the entry.
    func end() throws(TableError) {
        try pack(Z_FINISH)
        guard let entry = entries.last else { return }
        long(0x0807_4B50)
        long(Int(entry.checksum))
        long(entry.packed)
        long(entry.unpacked)
    }

    /// Ends the archive.
    func finish() throws(TableError) {
        let start = written + output.count
        for entry in entries {
            guard entry.offset <= ZipWriter.largest else { throw ZipWriter.tooLarge }
            long(0x0201_4B50)
            short(20)
            fixedFields()
            long(Int(entry.checksum))
            long(entry.packed)
            long(entry.unpacked)
            short(entry.name.count)
            for _ in 0..<4 { short(0) }
            long(0)
            long(entry.offset)
            output += entry.name
        }
        let size = written + output.count - start
        guard start + size <= ZipWriter.largest else { throw ZipWriter.tooLarge }
        long(0x0605_4B50)
        long(0)
        short(entries.count)
        short(entries.count)
        long(size)
        long(start)
        short(0)
    }

    /// Version needed, flags (sizes follow; names are UTF-8), method, and a date that is always the same.
    private func fixedFields() {
        short(20)
        short(0x0808)
        short(8)
        short(0)
        short(0x21)
    }

    private func short(_ value: Int) {
        output.append(UInt8(truncatingIfNeeded: value))
        output.append(UInt8(truncatingIfNeeded: value >> 8))
    }

    private func long(_ value: Int) {
        short(value)
        short(value >> 16)
    }

    private func pack(_ flush: CInt) throws(TableError) {
        guard let last = entries.indices.last else { return }
        entries[last].unpacked += input.count
        entries[last].checksum = input.withUnsafeBufferPointer {
            crc32(entries[last].checksum, $0.baseAddress, UInt32($0.count))
        }
        let before = output.count
        let stream = stream
        let isPacked = input.withUnsafeMutableBufferPointer { source in
            stream.pointee.next_in = source.baseAddress
            stream.pointee.avail_in = UInt32(source.count)
            return ZipWriter.drain(stream, flush, into: &output)
        }
        input.removeAll(keepingCapacity: true)
        entries[last].packed += output.count - before
        guard isPacked, entries[last].unpacked <= ZipWriter.largest else { throw ZipWriter.tooLarge }
    }

    private static func drain(
        _ stream: UnsafeMutablePointer<z_stream>, _ flush: CInt, into output: inout [UInt8]
    ) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: batch) { room in
            while true {
                stream.pointee.next_out = room.baseAddress
                stream.pointee.avail_out = UInt32(batch)
                let status = deflate(stream, flush)
                let count = batch - Int(stream.pointee.avail_out)
                output.append(contentsOf: UnsafeBufferPointer(rebasing: room[..<count]))
                if status == Z_STREAM_END { return true }
                guard status == Z_OK || status == Z_BUF_ERROR else { return false }
                if stream.pointee.avail_out > 0, flush == Z_NO_FLUSH { return true }
            }
        }
    }

    private static var tooLarge: TableError {
        TableError(.tooLarge, "The workbook would be larger than 4 GiB. Narrow the export, or take CSV.")
    }
}
