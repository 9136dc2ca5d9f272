import PorticoSQL
import PorticoValues

extension SQLiteEngine {
    /// How long is waited for locks that others hold only for a moment, in milliseconds: beginning a file, ending it, reading.
    fileprivate static let shortPatience: Int32 = 5000

    /// Where the file is, and how much the engine may use.
    public struct Configuration: Sendable {
        /// Path of the file. Its folder and itself are made where they are missing. Not `:memory:`.
        public var path: String
        /// Connections for reads, each with a thread.
        public var readers: Int = 4
        /// The most connections for reads at length, opened when needed and closed after a minute.
        public var longReaders: Int = 8
        /// How long a read waits for a connection before `.poolTimeout`.
        public var readTimeout: Span = .seconds(2)
        /// How long a write, or a read at length, waits for its turn before `.poolTimeout`; and a write whose turn it is
        /// for another process that writes, before `.busy`.
        public var writeTimeout: Span = .seconds(30)
        /// How long a statement may run before `.statementTimeout`; those of reads at length may run on.
        public var statementTimeout: Span = .seconds(30)
        /// The most writes that share a commit.
        public var groupLimit: Int = 256
        /// After how long a group takes no more writes.
        public var groupHold: Span = .milliseconds(50)
        /// Size of the write-ahead log, in pages of 4 KiB, from which on it is copied into the file.
        public var checkpointPages: Int = 4000
        /// The most prepared statements a connection keeps.
        public var statementCapacity: Int = 200
        /// Page cache of the writer, in KiB.
        public var writerCacheKiB: Int = 16_384
        /// Page cache of each reader, in KiB. It is emptied whenever something was written since the reader's last
        /// snapshot, so that more of it only holds what one long read has passed by.
        public var readerCacheKiB: Int = 2048
        /// How much of the file is read through the memory map, in bytes; 0 for none.
        public var mapBytes: Int64 = 0
        /// Hears when so many readers are at work that it is worth telling: once for each level passed upward.
        public var onPoolLevel: @Sendable (_ pool: String, PoolLevel) -> Void = { _, _ in }

        /// Settings for a file, the others as they are usual.
        public init(path: String, readers: Int = 4) {
            self.path = path
            self.readers = max(readers, 1)
        }

        /// Another connection that may write.
        func writingConnection() throws -> SQLiteConnection {
            let connection = try SQLiteConnection(
                path: path, isReadOnly: false, statementCapacity: statementCapacity, isLimited: true)
            connection.lockPatience = Int32(clamping: writeTimeout.milliseconds)
            try connection.useWriteAheadLog()
            try connection.runScript(
                """
                PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = FAST;
                PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -\(writerCacheKiB); \(shared)
                """)
            connection.watchLog()
            return connection
        }

        /// Another connection that only reads.
        func readingConnection(isLimited: Bool) throws -> SQLiteConnection {
            let connection = try SQLiteConnection(
                path: path, isReadOnly: true, statementCapacity: statementCapacity, isLimited: isLimited)
            connection.lockPatience = SQLiteEngine.shortPatience
            try connection.runScript("PRAGMA query_only = ON; PRAGMA cache_size = -\(readerCacheKiB); \(shared)")
            return connection
        }

        private var shared: String {
            "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA mmap_size = \(mapBytes);"
        }
    }
}

extension SQLiteConnection {
    /// Ends a read. Nothing was changed, so both ways of ending are the same; the second frees a broken one.
    func endReading() {
        do {
            try execute("COMMIT")
        } catch {
            try? execute("ROLLBACK")
        }
    }

    /// The last work of the writer: statistics for the planner where they are out of date, and an empty log.
    func tidy() {
        lockPatience = SQLiteEngine.shortPatience
        try? runScript("PRAGMA analysis_limit = 400; PRAGMA optimize;")
        try? checkpoint(.truncate, patience: SQLiteEngine.shortPatience)
    }

    /// Sets the file to write-ahead logging, which it then stays in. SQLite does not wait for another process that does
    /// the same at this moment, so this does.
    fileprivate func useWriteAheadLog() throws {
        let end = monotonicNanoseconds() + Int64(SQLiteEngine.shortPatience) * 1_000_000
        let bell = ThreadLock()
        while true {
            do {
                var mode = ""
                _ = try run("PRAGMA journal_mode = WAL", isLarge: false) { mode = try $0[0] }
                guard mode == "wal" else {
                    throw SQLError(.unavailable, message: "the file can't have a write-ahead log; its mode is \(mode)")
                }
                return
            } catch let error as SQLError where error.code == .busy && monotonicNanoseconds() < end {
                bell.lock()
                bell.wait(until: monotonicNanoseconds() + 5_000_000)
                bell.unlock()
            }
        }
    }
}
