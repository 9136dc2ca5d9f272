/// Tells whether two tables hold the same rows, whatever order they come in: how many there are, and the sum of a digest
/// of each.
struct TableDigest: Sendable, Hashable {
    /// After how many rows one who waits hears of them.
    private static let heardRows = 4096

    private(set) var rows = 0
    private var sum: UInt64 = 0

    /// Of no rows.
    init() {}

    /// One that was kept.
    init(rows: Int, bits: Int64) {
        self.rows = rows
        sum = UInt64(bitPattern: bits)
    }

    /// The sum, to be kept.
    var bits: Int64 { Int64(bitPattern: sum) }

    /// The sum as 16 hexadecimal digits.
    var text: String {
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// Adds a row: the first 64 bits of SHA-256 over its values, each with its kind and length.
    mutating func add(_ values: [SQLValue]) {
        let digest = Digest.sha256(ValueBytes.of(values)).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        sum &+= digest
        rows += 1
    }

    /// Adds the rows of another one.
    mutating func add(_ other: TableDigest) {
        sum &+= other.sum
        rows += other.rows
    }

    /// The digest of a table as it is now.
    /// - Parameters:
    ///   - last: the key of the last row that counts; nil for all rows.
    ///   - heard: hears of rows as they come.
    /// - Throws: ``SQLError``.
    static func of(
        _ table: TableShape, upTo last: [SQLValue]? = nil, in session: some SQLSession,
        telling heard: (Int) -> Void = { _ in }
    ) throws -> TableDigest {
        var digest = TableDigest()
        let count = table.columns.count
        var statement = SQL(trusted: "SELECT \(table.quotedColumns) FROM \(table.quotedName)")
        if let last { statement += table.whereKey("<=", last) }
        try session.each("move.digest", statement) { row in
            digest.add(try (0..<count).map { try row.value($0) })
            if digest.rows % heardRows == 0 { heard(heardRows) }
        }
        heard(digest.rows % heardRows)
        return digest
    }
}
