import PorticoSQL

extension PostgreSQLConnection {
    /// Gives every row to `row` through a cursor, of which one batch is worked on while the next is on its way.
    func runLarge(_ sql: SQL, _ row: (Row) throws -> Void) throws {
        try open()
        cursors += 1
        let cursor = "portico_\(cursors)"
        var declaration = SQL(trusted: "DECLARE \(cursor) NO SCROLL CURSOR FOR ")
        declaration += sql
        var wanted = LargeResult.firstBatch
        let declared = try pipeline.sendOnce(declaration)
        var ticket = try fetch(wanted, from: cursor)
        _ = try pipeline.result(of: declared)
        deferred = 0
        while true {
            let batch = try pipeline.result(of: ticket)
            let isLast = batch.count < wanted
            if !isLast {
                wanted = LargeResult.nextBatch(after: batch)
                ticket = try fetch(wanted, from: cursor)
            }
            try batch.forEach(limit: .max, row)
            if isLast { break }
        }
        _ = try pipeline.sendOnce(SQL(trusted: "CLOSE \(cursor)"))
    }

    private func fetch(_ count: Int, from cursor: String) throws -> Pipeline.Ticket {
        let ticket = try pipeline.sendOnce(SQL(trusted: "FETCH FORWARD \(count) FROM \(cursor)"))
        try pipeline.sync()
        return ticket
    }
}

/// Results that are fetched in batches.
enum LargeResult {
    /// Rows of the first batch, whose width is unknown.
    static let firstBatch = 64
    private static let bytes = 1 << 20

    /// Rows of the next batch, so that it takes about a megabyte.
    static func nextBatch(after batch: ResultSet) -> Int {
        let width = max(1, batch.size / max(1, batch.count))
        return min(8192, max(16, bytes / width))
    }

    /// Whether the statement can have a cursor: it reads, and does nothing else.
    static func isPossible(for sql: SQL) -> Bool {
        let words = sql.text.split { !($0.isASCII && ($0.isLetter || $0 == "_")) }.lazy.map { $0.uppercased() }
        guard let first = words.first else { return false }
        switch first {
        case "SELECT", "VALUES", "TABLE": return true
        case "WITH": return !words.contains { ["INSERT", "UPDATE", "DELETE", "MERGE"].contains($0) }
        default: return false
        }
    }
}
