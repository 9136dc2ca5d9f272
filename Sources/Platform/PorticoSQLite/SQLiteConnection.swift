import CSQLite
import PorticoSQL

/// One handle on the database file, with its prepared statements. Used by one thread at a time.
final class SQLiteConnection: EngineConnection {
    /// Writes that joined the group which this thread is committing, not yet run.
    var joined: [any GroupMember] = []
    /// Whether a group is being committed, so that further writes join it.
    var isCommitting = false
    /// When the log was last copied into the file, and when it will be again.
    var checkpoints = CheckpointPlan()
    /// Pages in the write-ahead log after the last commit on this connection.
    fileprivate(set) var logPages = 0
    /// How long a statement waits for a lock of another process, in milliseconds.
    var lockPatience: Int32 = 0 {
        didSet { sqlite3_busy_timeout(handle, lockPatience) }
    }
    /// What others may know of the statement that runs.
    let watch: StatementWatch
    private let handle: OpaquePointer
    private var statements: StatementCache

    /// Opens the file, which exists.
    /// - Parameter isLimited: whether statements may run only for so long.
    /// - Throws: ``SQLError``, mostly `.unavailable`, `.corrupt` or `.busy`.
    init(path: String, isReadOnly: Bool, statementCapacity: Int, isLimited: Bool = false) throws {
        _ = SQLiteConnection.takesPagesInBlocks
        var opened: OpaquePointer?
        let mode = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        let status = sqlite3_open_v2(path, &opened, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard status == SQLITE_OK, let opened else {
            let error = SQLError(sqlite: opened, status: status)
            sqlite3_close_v2(opened)
            throw error
        }
        handle = opened
        // A table without statistics is taken for a million rows, for which reading all of another one to make a filter
        // would pay. Small tables have none: a look-up beside one of them read a million scans.
        _ = portico_sqlite_without_bloom_filters(opened)
        watch = StatementWatch(opened, isLimited: isLimited)
        statements = StatementCache(opened, capacity: statementCapacity)
    }

    deinit {
        watch.close()
        // The handle lives on until the last of its statements is finalised.
        sqlite3_close_v2(handle)
    }

    /// Gives the handle to `body`, for what only SQLite's own functions can do.
    func withHandle<Value>(_ body: (OpaquePointer) -> Value) -> Value {
        body(handle)
    }

    /// The failure behind a status that one of SQLite's functions has returned.
    func failure(_ status: Int32) -> SQLError {
        SQLError(sqlite: handle, status: status)
    }

    /// Whether connections have the memory of their page caches in one block. A reader empties its cache whenever somebody
    /// has written. Page by page, a steady load made the heap grow by more than a MiB a minute, in blocks by half of one
    /// (`Benchmarks/soak/run`).
    static let takesPagesInBlocks = portico_sqlite_pages_in_blocks(largestBlockKiB) == SQLITE_OK

    /// A whole cache of a reader; what the writer keeps beyond it comes page by page, and stays.
    private static let largestBlockKiB: Int32 = 2048

    /// Number of prepared statements kept.
    var statementCount: Int { statements.count }

    /// Whether a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Whether a deferred foreign key is broken at this moment, which the commit would refuse.
    var hasBrokenForeignKey: Bool {
        var current: Int32 = 0
        var highest: Int32 = 0
        sqlite3_db_status(handle, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0)
        return current != 0
    }

    func run(_ sql: SQL, isLarge: Bool, _ row: (Row) throws -> Void) throws -> Int {
        watch.begin()
        defer { watch.end() }
        do {
            return try run(sql, row)
        } catch let error as SQLError where error.code == .cancelled && watch.isLate {
            throw SQLError(.statementTimeout, message: "the statement ran for longer than it may")
        }
    }

    func liftTimeLimit() {
        watch.lift()
    }

    private func run(_ sql: SQL, _ row: (Row) throws -> Void) throws -> Int {
        let statement = try statements.take(sql.text)
        defer { statements.giveBack(statement) }
        try statement.bind(sql.parameters)
        let before = sqlite3_total_changes64(handle)
        while try statement.step() {
            try row(Row(SQLiteRow(statement.pointer)))
        }
        guard !statement.isReadOnly, sqlite3_total_changes64(handle) != before else { return 0 }
        return Int(sqlite3_changes64(handle))
    }

    /// Runs a statement whose rows nobody wants: the words around transactions, and bulk inserts.
    func execute(_ text: String, _ bind: (SQLiteStatement) throws -> Void = { _ in }) throws {
        let statement = try statements.take(text)
        defer { statements.giveBack(statement) }
        try bind(statement)
        while try statement.step() {}
    }

    func runScript(_ text: String) throws {
        let status = sqlite3_exec(handle, text, nil, nil, nil)
        guard status == SQLITE_OK else { throw SQLError(sqlite: handle, status: status) }
    }

    func bulkInsert(into table: String, columns: [String], rows: any Sequence<[SQLValue]>) throws -> Int {
        var insert = BulkInsert(self, table: table, columns: columns)
        for row in rows { try insert.add(row) }
        return try insert.finish()
    }

    func plan(of sql: SQL) throws -> [String] {
        let statement = try statements.take("EXPLAIN QUERY PLAN \(sql.text)")
        defer { statements.giveBack(statement) }
        try statement.bind(sql.parameters)
        var lines: [String] = []
        while try statement.step() {
            lines.append(try SQLiteRow(statement.pointer).text(3))
        }
        return lines
    }
}

// MARK: - The write-ahead log

extension SQLiteConnection {
    /// Notes the size of the log at each commit. It also ends SQLite's own checkpoints inside commits.
    func watchLog() {
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue().logPages = Int(pages)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Copies pages from the log into the file, as far as readers allow.
    /// - Parameter patience: how long to wait for readers, in milliseconds; a passive checkpoint never waits.
    /// - Throws: ``SQLError`` `.busy` when readers did not let it finish in time.
    func checkpoint(_ mode: CheckpointMode, patience: Int32 = 0) throws {
        if mode != .passive { sqlite3_busy_timeout(handle, patience) }
        defer { if mode != .passive { sqlite3_busy_timeout(handle, lockPatience) } }
        let status = sqlite3_wal_checkpoint_v2(handle, nil, mode.rawValue, nil, nil)
        guard status == SQLITE_OK else { throw SQLError(sqlite: handle, status: status) }
        if mode == .truncate { logPages = 0 }
    }

    /// Copies pages from the log into the file, as far as readers allow, waiting for nobody.
    /// - Returns: how many pages of the log are in the file now.
    /// - Throws: ``SQLError``, `.busy` while somebody else copies.
    func copyLog() throws -> Int {
        var (log, copied): (Int32, Int32) = (0, 0)
        let status = sqlite3_wal_checkpoint_v2(handle, nil, CheckpointMode.passive.rawValue, &log, &copied)
        guard status == SQLITE_OK else { throw SQLError(sqlite: handle, status: status) }
        return Int(copied)
    }
}
