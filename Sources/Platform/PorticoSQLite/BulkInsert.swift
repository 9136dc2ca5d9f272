import PorticoSQL

/// A bulk load: rows are inserted several at a time by one prepared statement, which measured a fifth cheaper than one
/// at a time.
struct BulkInsert {
    /// Rows in one statement. More bring nothing; this many columns stay below SQLite's 32,766 placeholders.
    private static let batch = 16
    private let connection: SQLiteConnection
    private let start: String
    private let width: Int
    private let batchText: String
    private var waiting: [[SQLValue]] = []
    private var count = 0

    init(_ connection: SQLiteConnection, table: String, columns: [String]) {
        self.connection = connection
        width = columns.count
        let names = columns.map { BulkInsert.quoted($0) }.joined(separator: ", ")
        start = "INSERT INTO \(BulkInsert.quoted(table)) (\(names)) VALUES "
        batchText = BulkInsert.text(start, rows: BulkInsert.batch, width: width)
    }

    /// Takes a row.
    /// - Throws: ``SQLError``; rows before it may have been inserted.
    mutating func add(_ row: [SQLValue]) throws {
        guard row.count == width else {
            throw SQLError(.syntax, message: "a row has \(row.count) values for \(width) columns")
        }
        for value in row { try value.refuseUnstorable() }
        waiting.append(row)
        if waiting.count == BulkInsert.batch { try insert(batchText) }
    }

    /// Inserts what still waits.
    /// - Returns: number of all rows.
    mutating func finish() throws -> Int {
        if !waiting.isEmpty { try insert(BulkInsert.text(start, rows: waiting.count, width: width)) }
        return count
    }

    private mutating func insert(_ text: String) throws {
        try connection.execute(text) { statement in
            for (index, row) in waiting.enumerated() { try statement.bind(row, after: index * width) }
        }
        count += waiting.count
        waiting.removeAll(keepingCapacity: true)
    }

    private static func text(_ start: String, rows: Int, width: Int) -> String {
        let row = "(\(repeatElement("?", count: width).joined(separator: ", ")))"
        return start + repeatElement(row, count: rows).joined(separator: ", ")
    }

    private static func quoted(_ name: String) -> String {
        "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }
}
