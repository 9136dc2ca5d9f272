/// Tells whether two tables hold the same rows, whatever order they come in: how many there are, and the sum of a digest
/// of each.
struct TableDigest: Sendable, Hashable {
    private(set) var rows = 0
    private var sum: UInt64 = 0

    /// The sum as 16 hexadecimal digits.
    var text: String {
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// Adds a row: the first 64 bits of SHA-256 over its values, each with its kind and length.
    mutating func add(_ values: [SQLValue]) {
        var bytes: [UInt8] = []
        for value in values { TableDigest.append(value, to: &bytes) }
        let digest = Digest.sha256(bytes).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        sum &+= digest
        rows += 1
    }

    /// The digest of a table as it is now.
    /// - Throws: ``SQLError``.
    static func of(_ table: TableShape, in session: some SQLSession) throws -> TableDigest {
        var digest = TableDigest()
        let count = table.columns.count
        try session.each("move.digest", SQL(trusted: "SELECT \(table.quotedColumns) FROM \(table.quotedName)")) { row in
            digest.add(try (0..<count).map { try row.value($0) })
        }
        return digest
    }

    private static func append(_ value: SQLValue, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(0)
        case .integer(let number): append(1, number.littleEndian, to: &bytes)
        case .real(let number): append(2, Int64(bitPattern: number.bitPattern).littleEndian, to: &bytes)
        case .text(let text):
            append(3, Int64(text.utf8.count).littleEndian, to: &bytes)
            bytes += text.utf8
        case .blob(let blob):
            append(4, Int64(blob.count).littleEndian, to: &bytes)
            bytes += blob
        }
    }

    private static func append(_ kind: UInt8, _ number: Int64, to bytes: inout [UInt8]) {
        bytes.append(kind)
        withUnsafeBytes(of: number) { bytes += $0 }
    }
}
