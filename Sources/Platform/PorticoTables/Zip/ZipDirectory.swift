/// The table of contents of a zip archive (PKWARE APPNOTE 6.3, §4.3), read from its end.
struct ZipDirectory {
    /// What is packed in one name.
    struct Entry: Sendable {
        let name: String
        /// 0 is stored, 8 deflated.
        let method: UInt16
        let isEncrypted: Bool
        let checksum: UInt32
        let packed: Int
        let unpacked: Int
        /// Where the local header stands.
        let offset: Int
    }

    /// The most bytes that a file may unpack to.
    static let mostUnpacked = 1 << 30
    /// How many times its size a file may unpack to.
    static let mostTimes = 200
    private static let mostEntries = 10_000
    private static let endSize = 22

    let entries: [Entry]

    /// Reads the directory.
    /// - Throws: ``TableError`` `.damaged`, or `.tooDense` by what the entries say of themselves; what they then hold is
    ///   held to that.
    init(_ source: any ByteSource) throws(TableError) {
        let (offset, size, count) = try ZipDirectory.place(in: source)
        guard count <= ZipDirectory.mostEntries, offset + size <= source.count else { throw ZipDirectory.damaged }
        var fields = ZipFields(try source.read(at: offset, count: size))
        var entries: [Entry] = []
        for _ in 0..<count { entries.append(try ZipDirectory.entry(&fields)) }
        self.entries = entries
        let unpacked = entries.reduce(0) { $0 + min($1.unpacked, ZipDirectory.mostUnpacked + 1) }
        guard unpacked <= ZipDirectory.mostUnpacked, unpacked <= ZipDirectory.mostTimes * source.count else {
            throw TableError(
                .tooDense, "The workbook unpacks to more than 1 GiB or 200 times its size. Save it anew, or as CSV.")
        }
    }

    /// The entry of a name, whatever its case: names in workbooks compare so (ISO/IEC 29500-2 §7.2.3).
    func entry(_ name: String) -> Entry? {
        let wanted = name.lowercased()
        return entries.first { $0.name == name } ?? entries.first { $0.name.lowercased() == wanted }
    }

    static var damaged: TableError {
        TableError(.damaged, "The workbook is damaged or was not transferred completely.")
    }

    // MARK: - The end record

    private static func place(
        in source: any ByteSource
    ) throws(TableError) -> (offset: Int, size: Int, count: Int) {
        let length = min(source.count, endSize + 65_535)
        let start = source.count - length
        let tail = try source.read(at: start, count: length)
        var index = tail.count - endSize
        while index >= 0 {
            if tail[index] == 0x50, tail[index + 1] == 0x4B, tail[index + 2] == 0x05, tail[index + 3] == 0x06 { break }
            index -= 1
        }
        guard index >= 0 else { throw damaged }
        var fields = ZipFields(Array(tail[(index + 10)...]))
        let count = Int(try fields.short())
        let size = Int(try fields.long())
        let offset = Int(try fields.long())
        guard count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF else { return (offset, size, count) }
        return try largePlace(in: source, before: start + index)
    }

    /// The same of large archives, whose end record has a second one before it.
    private static func largePlace(
        in source: any ByteSource, before end: Int
    ) throws(TableError) -> (offset: Int, size: Int, count: Int) {
        guard end >= 20 else { throw damaged }
        var locator = ZipFields(try source.read(at: end - 20, count: 20))
        guard try locator.long() == 0x0706_4B50 else { throw damaged }
        _ = try locator.long()
        var record = ZipFields(try source.read(at: try locator.size(), count: 56))
        guard try record.long() == 0x0606_4B50 else { throw damaged }
        try record.skip(20 + 8)
        let count = try record.size()
        let size = try record.size()
        return (offset: try record.size(), size: size, count: count)
    }

    // MARK: - Entries

    private static func entry(_ fields: inout ZipFields) throws(TableError) -> Entry {
        guard try fields.long() == 0x0201_4B50 else { throw damaged }
        try fields.skip(4)
        let flags = try fields.short()
        let method = try fields.short()
        try fields.skip(4)
        let checksum = try fields.long()
        var packed = Int(try fields.long())
        var unpacked = Int(try fields.long())
        let nameLength = Int(try fields.short())
        let extraLength = Int(try fields.short())
        let commentLength = Int(try fields.short())
        try fields.skip(8)
        var offset = Int(try fields.long())
        let name = String(decoding: try fields.bytes(nameLength), as: UTF8.self)
        var extra = ZipFields(try fields.bytes(extraLength))
        try fields.skip(commentLength)
        try readLargeSizes(&extra, &unpacked, &packed, &offset)
        return Entry(
            name: name, method: method, isEncrypted: flags & 1 != 0, checksum: checksum, packed: packed,
            unpacked: unpacked, offset: offset)
    }

    /// Sizes that do not fit four bytes stand in an extra field (§4.5.3).
    private static func readLargeSizes(
        _ extra: inout ZipFields, _ unpacked: inout Int, _ packed: inout Int, _ offset: inout Int
    ) throws(TableError) {
        while extra.remaining >= 4 {
            let id = try extra.short()
            var field = ZipFields(try extra.bytes(Int(try extra.short())))
            guard id == 1 else { continue }
            if unpacked == 0xFFFF_FFFF { unpacked = try field.size() }
            if packed == 0xFFFF_FFFF { packed = try field.size() }
            if offset == 0xFFFF_FFFF { offset = try field.size() }
        }
    }
}

/// Little-endian numbers in order.
struct ZipFields {
    private let data: [UInt8]
    private var position = 0

    init(_ data: [UInt8]) {
        self.data = data
    }

    var remaining: Int { data.count - position }

    mutating func short() throws(TableError) -> UInt16 {
        let part = try bytes(2)
        return UInt16(part[0]) | UInt16(part[1]) << 8
    }

    mutating func long() throws(TableError) -> UInt32 {
        let low = try short()
        return UInt32(low) | UInt32(try short()) << 16
    }

    /// Eight bytes that count or place something in a file of ours.
    mutating func size() throws(TableError) -> Int {
        let low = try long()
        let value = UInt64(low) | UInt64(try long()) << 32
        guard value < 1 << 48 else { throw ZipDirectory.damaged }
        return Int(value)
    }

    mutating func bytes(_ count: Int) throws(TableError) -> [UInt8] {
        guard count <= remaining else { throw ZipDirectory.damaged }
        defer { position += count }
        return Array(data[position..<(position + count)])
    }

    mutating func skip(_ count: Int) throws(TableError) {
        guard count <= remaining else { throw ZipDirectory.damaged }
        position += count
    }
}
