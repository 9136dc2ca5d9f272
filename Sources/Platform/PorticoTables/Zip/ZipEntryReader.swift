import CZlib

/// Unpacks one entry of an archive piece by piece.
///
/// An entry that holds more than the directory says of it, or ends early, is damaged: nobody unpacks a gigabyte that was
/// announced as a kilobyte.
final class ZipEntryReader {
    private static let inputSize = 1 << 16
    private static let outputSize = 1 << 16

    private let source: any ByteSource
    private let entry: ZipDirectory.Entry
    /// On the heap and never moved: zlib keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8] = []
    private var inputPosition = 0
    private var sourcePosition: Int
    private var sourceEnd: Int
    private var unpacked = 0
    private var checksum: UInt = 0
    private var isOver = false

    /// - Throws: ``TableError``: `.damaged`, `.unsupported` for entries that are encrypted or packed in another way.
    init(_ source: any ByteSource, _ entry: ZipDirectory.Entry) throws(TableError) {
        guard !entry.isEncrypted else {
            throw TableError(.unsupported, "The workbook is protected by a password. Save it without one.")
        }
        guard entry.method == 0 || entry.method == 8 else { throw ZipDirectory.damaged }
        var header = ZipFields(try source.read(at: entry.offset, count: 30))
        guard try header.long() == 0x0403_4B50 else { throw ZipDirectory.damaged }
        try header.skip(22)
        let nameLength = Int(try header.short())
        sourcePosition = entry.offset + 30 + nameLength + Int(try header.short())
        sourceEnd = sourcePosition + entry.packed
        guard sourceEnd <= source.count else { throw ZipDirectory.damaged }
        self.source = source
        self.entry = entry
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw TableError(.storage, "There is no memory for unpacking.")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// The next bytes, or nil at the end.
    /// - Throws: ``TableError``.
    func next() throws(TableError) -> [UInt8]? {
        guard !isOver else { return nil }
        let bytes = entry.method == 0 ? try stored() : try inflated()
        unpacked += bytes.count
        guard unpacked <= entry.unpacked else { throw ZipDirectory.damaged }
        checksum = bytes.withUnsafeBufferPointer { crc32(checksum, $0.baseAddress, UInt32($0.count)) }
        if isOver {
            guard unpacked == entry.unpacked, checksum == UInt(entry.checksum) else { throw ZipDirectory.damaged }
            if bytes.isEmpty { return nil }
        }
        return bytes
    }

    private func stored() throws(TableError) -> [UInt8] {
        let bytes = try packed()
        isOver = sourcePosition == sourceEnd
        return bytes
    }

    private func packed() throws(TableError) -> [UInt8] {
        let bytes = try source.read(
            at: sourcePosition, count: min(ZipEntryReader.inputSize, sourceEnd - sourcePosition))
        sourcePosition += bytes.count
        return bytes
    }

    /// Some bytes of output; empty only at the end.
    private func inflated() throws(TableError) -> [UInt8] {
        while true {
            if inputPosition == input.count {
                input = try packed()
                inputPosition = 0
            }
            let (output, status) = inflateSome()
            if status == Z_STREAM_END {
                isOver = true
                return output
            }
            guard status == Z_OK || status == Z_BUF_ERROR else { throw ZipDirectory.damaged }
            if !output.isEmpty { return output }
            guard sourcePosition < sourceEnd || inputPosition < input.count else { throw ZipDirectory.damaged }
        }
    }

    private func inflateSome() -> (output: [UInt8], status: CInt) {
        var status: CInt = Z_OK
        let position = inputPosition
        var left = 0
        let output = [UInt8](unsafeUninitializedCapacity: ZipEntryReader.outputSize) { target, initialized in
            input.withUnsafeMutableBufferPointer { bytes in
                stream.pointee.next_in = bytes.baseAddress.map { $0 + position }
                stream.pointee.avail_in = UInt32(bytes.count - position)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(ZipEntryReader.outputSize)
                status = inflate(stream, Z_NO_FLUSH)
                left = Int(stream.pointee.avail_in)
            }
            initialized = ZipEntryReader.outputSize - Int(stream.pointee.avail_out)
        }
        inputPosition = input.count - left
        return (output, status)
    }
}
