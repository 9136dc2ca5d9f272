import PorticoSQL

/// Prepared statements of one connection by their text; the longest unused one goes when there are too many.
struct StatementCache {
    private let handle: OpaquePointer
    private let capacity: Int
    private var statements: [String: SQLiteStatement] = [:]
    private var takes = 0

    init(_ handle: OpaquePointer, capacity: Int) {
        self.handle = handle
        self.capacity = max(capacity, 1)
    }

    /// A statement that nobody else uses: the kept one, or another when the kept one stands on a row.
    /// - Throws: ``SQLError`` when the text can't be prepared.
    mutating func take(_ text: String) throws -> SQLiteStatement {
        takes += 1
        let kept = statements[text]
        if let kept, !kept.isBusy {
            kept.isBusy = true
            kept.lastTaken = takes
            return kept
        }
        let statement = try SQLiteStatement(handle, text: text)
        statement.isBusy = true
        statement.lastTaken = takes
        if kept == nil { keep(statement) }
        return statement
    }

    /// Makes a statement free again.
    func giveBack(_ statement: SQLiteStatement) {
        statement.clear()
        statement.isBusy = false
    }

    /// Number of statements kept.
    var count: Int { statements.count }

    private mutating func keep(_ statement: SQLiteStatement) {
        if statements.count >= capacity {
            let free = statements.values.filter { !$0.isBusy }
            guard let oldest = free.min(by: { $0.lastTaken < $1.lastTaken }) else { return }
            statements[oldest.text] = nil
        }
        statements[statement.text] = statement
    }
}
