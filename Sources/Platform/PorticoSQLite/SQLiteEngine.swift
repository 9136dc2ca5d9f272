import PorticoSQL
import PorticoValues
import Synchronization

/// SQLite in a file: one writer whose commits are shared, several readers, everything durable.
///
/// ```swift
/// let engine = try await SQLiteEngine.open(SQLiteEngine.Configuration(path: "data/bags.sqlite"))
/// let database = Database(engine: engine, queries: QueryLog(logger: logger))
/// ```
public final class SQLiteEngine: DatabaseEngine {
    /// The settings this engine was opened with.
    public let configuration: Configuration
    let readers: WorkerPool<SQLiteConnection>
    let longReaders: WorkerPool<SQLiteConnection>
    let writers: WorkerPool<SQLiteConnection>
    let figures: EngineFigures
    /// Of the thread that writes; see decision 0025.
    static let writerNiceness: CInt = -5
    private let writer: GroupWriter
    private let checkpointer: Checkpointer
    private let keeper: StatementKeeper

    /// Opens the file, makes it where it is missing, and sets it to write-ahead logging. Takes some milliseconds.
    /// - Throws: ``SQLError`` `.unavailable`, `.corrupt`, `.busy` or `.readOnly`.
    public static func open(_ configuration: Configuration) async throws -> SQLiteEngine {
        try await onOwnThread("sqlite-open") { try SQLiteEngine(configuration) }
    }

    /// The same, on the thread of the caller.
    /// - Throws: ``SQLError``.
    public init(_ configuration: Configuration) throws {
        self.configuration = configuration
        try DatabaseFile.prepare(configuration.path)
        let first = FirstConnection(try configuration.writingConnection())
        let keeper = try StatementKeeper(limit: configuration.statementTimeout)
        self.keeper = keeper
        let figures = EngineFigures()
        self.figures = figures
        writers = WorkerPool(
            name: "sqlite-write", base: 1, capacity: 1, acquireTimeout: configuration.writeTimeout,
            observeWait: { figures.pools.waited($0, for: "write") }, isUsable: { !$0.isInTransaction },
            open: {
                // Everybody who writes waits for this one thread, while readers are many.
                OwnThread.setNiceness(Self.writerNiceness)
                return keeper.keep(try first.take() ?? configuration.writingConnection())
            })
        readers = WorkerPool(
            name: "sqlite-read", base: configuration.readers, capacity: configuration.readers,
            acquireTimeout: configuration.readTimeout, observeWait: { figures.pools.waited($0, for: "read") },
            observeLevel: { configuration.onPoolLevel("read", $0) }, isUsable: { !$0.isInTransaction },
            open: { keeper.keep(try configuration.readingConnection(isLimited: true)) })
        longReaders = WorkerPool(
            name: "sqlite-long", base: 0, capacity: configuration.longReaders,
            acquireTimeout: configuration.writeTimeout, observeWait: { figures.pools.waited($0, for: "long") },
            observeLevel: { configuration.onPoolLevel("long", $0) }, isUsable: { !$0.isInTransaction },
            open: { keeper.keep(try configuration.readingConnection(isLimited: false)) })
        let checkpointer = Checkpointer(observe: { figures.copiedLog() }) { try configuration.writingConnection() }
        self.checkpointer = checkpointer
        writer = GroupWriter(
            pool: writers, limit: configuration.groupLimit,
            holdNanoseconds: configuration.groupHold.milliseconds * 1_000_000,
            observe: { figures.committed($0, logPages: $1) }, observeCheckpoint: { figures.copiedLog() },
            checkpointPages: configuration.checkpointPages, checkpointer: checkpointer)
    }

    /// SQLite's.
    public var dialect: Dialect { .sqlite }

    /// Runs `body` on a reader, in one snapshot.
    public func read<Value: Sendable>(
        _ measure: StatementObserver, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        try await read(in: readers, measure, body)
    }

    /// Runs `body` on one of the readers kept for long reads, which are opened when they are needed.
    public func readAtLength<Value: Sendable>(
        _ measure: StatementObserver, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        try await read(in: longReaders, measure, body)
    }

    /// Runs `body` in a transaction that shares its commit with those of other callers.
    public func write<Value: Sendable>(
        _ measure: StatementObserver, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { caller in
            writer.submit(PendingWrite(measure, caller, body))
        }
    }

    /// Time of a query that touches the file, waiting for a reader included.
    public func ping() async throws -> Int64 {
        let started = monotonicNanoseconds()
        try await withConnection(of: readers) { try $0.execute("SELECT count(*) FROM sqlite_schema") }
        return monotonicNanoseconds() - started
    }

    /// All connections together; ``pools`` tells them apart.
    public var pool: PoolStatus {
        pools.map(\.status).reduce(PoolStatus(inUse: 0, idle: 0, waiting: 0, capacity: 0)) { sum, next in
            PoolStatus(
                inUse: sum.inUse + next.inUse, idle: sum.idle + next.idle, waiting: sum.waiting + next.waiting,
                capacity: sum.capacity + next.capacity)
        }
    }

    /// How the writer (`write`), the readers (`read`) and the readers for long reads (`long`) stand.
    public var pools: [(name: String, status: PoolStatus)] {
        [("write", writers.status), ("read", readers.status), ("long", longReaders.status)]
    }

    /// The same with how long work waited, and what they did lately. The writer has no level: it is one connection that
    /// is meant to be at work, and the more callers there are, the more of them share a commit.
    public var standings: [PoolStanding] {
        [("write", writers), ("read", readers), ("long", longReaders)].map { name, pool in
            PoolStanding(name: name, status: pool.status, waits: figures.pools.waits(of: name), load: pool.load)
        }
    }

    /// Finishes what is under way, copies the log into the file, and closes it.
    public func close() async {
        try? await onOwnThread("sqlite-close") { [readers, longReaders, writers, keeper, checkpointer] in
            readers.close()
            longReaders.close()
            checkpointer.close()
            writers.submit { connection in
                guard case .success(let connection) = connection else { return }
                connection.tidy()
            }
            writers.close()
            keeper.close()
        }
    }

    private func read<Value: Sendable>(
        in pool: WorkerPool<SQLiteConnection>, _ measure: StatementObserver,
        _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        try await ReadInterest.watched { interest in
            try await withConnection(of: pool) { connection in
                let watch = connection.watch
                watch.renew()
                return try interest.during(interrupt: watch.interrupt) {
                    try connection.execute("BEGIN")
                    defer { connection.endReading() }
                    let channel = SessionChannel(connection, dialect: .sqlite, observer: measure, interest: interest)
                    return try body(Reading(channel))
                }
            }
        }
    }

    func withConnection<Value: Sendable>(
        of pool: WorkerPool<SQLiteConnection>, _ body: @escaping @Sendable (SQLiteConnection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { caller in
            pool.submit { connection in
                caller.resume(with: Result { try body(try connection.get()) })
            }
        }
    }
}

/// The connection that opened the file, on its way to the writer's thread.
///
/// `@unchecked Sendable`: handed over once, through the mutex; SQLite allows a handle to change threads between calls.
private final class FirstConnection: @unchecked Sendable {
    private let lock = Mutex(())
    private var connection: SQLiteConnection?

    init(_ connection: SQLiteConnection) {
        self.connection = connection
    }

    func take() -> SQLiteConnection? {
        lock.withLock { _ in
            defer { connection = nil }
            return connection
        }
    }
}

/// Runs blocking work on a thread made for it.
func onOwnThread<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { caller in
        do {
            try startThread(name) { caller.resume(with: Result { try body() }) }
        } catch {
            caller.resume(throwing: error)
        }
    }
}
