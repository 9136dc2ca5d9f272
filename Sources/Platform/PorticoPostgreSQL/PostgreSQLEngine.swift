import CLibPQ
import PorticoSQL
import PorticoTelemetry
import PorticoValues

/// A schema of a PostgreSQL server, 15 or later, through libpq.
///
/// ```swift
/// let engine = try await PostgreSQLEngine.open(
///     PostgreSQLEngine.Configuration(url: "postgres://portico@db.example/portico", schema: "bags"))
/// let database = Database(engine: engine, queries: QueryLog(logger: logger))
/// ```
public final class PostgreSQLEngine: SingleStatementEngine {
    /// The settings this engine was opened with.
    public let configuration: Configuration
    let metrics: PoolMetrics
    let waits: WaitCounter
    private let sessions: WorkerPool<PostgreSQLConnection>
    /// Of its own for a server on this machine only; else reads and writes share their connections.
    private let localReaders: WorkerPool<PostgreSQLConnection>?
    private let longSessions: WorkerPool<PostgreSQLConnection>
    private let singles: Multiplexer
    private let notifications: NotificationListener
    /// Copies of the server; nil without any.
    let copies: ReplicaSet?

    /// Connects, makes the schema where it is missing, and makes ready.
    /// - Throws: ``SQLError`` `.unavailable`, or `.other` for settings that can't work.
    public static func open(_ configuration: Configuration) async throws -> PostgreSQLEngine {
        let settings = try ConnectionSettings(configuration)
        if configuration.createsSchema {
            try await onOwnThread("pg-open") { try createSchema(configuration.schema, settings) }
        }
        return try PostgreSQLEngine(configuration, settings)
    }

    /// An engine that connects when it is used.
    /// - Throws: ``SQLError`` `.other` for copies whose addresses can't be read.
    init(_ configuration: Configuration, _ settings: ConnectionSettings) throws {
        self.configuration = configuration
        let metrics = PoolMetrics(pools: ["session", "read", "long", "single"])
        let tell = configuration.onPoolLevel
        self.metrics = metrics
        waits = WaitCounter()
        let usual = configuration.base + configuration.overflow
        let capacity = settings.isOnThisMachine ? min(usual, max(1, configuration.localWriters)) : usual
        sessions = WorkerPool(
            name: "pg", base: min(configuration.base, capacity), capacity: capacity,
            acquireTimeout: configuration.acquireTimeout, idleTimeout: configuration.idleTimeout,
            observeWait: { metrics.waited($0, for: "session") }, observeLevel: { tell("session", $0) },
            isUsable: { $0.isUsable },
            open: { try PostgreSQLConnection(settings) })
        localReaders =
            settings.isOnThisMachine
            ? WorkerPool(
                name: "pg-read", base: configuration.localReaders, capacity: configuration.localReaders,
                acquireTimeout: configuration.acquireTimeout, idleTimeout: configuration.idleTimeout,
                observeWait: { metrics.waited($0, for: "read") }, observeLevel: { tell("read", $0) },
                isUsable: { $0.isUsable },
                open: { try PostgreSQLConnection(settings) }) : nil
        longSessions = WorkerPool(
            name: "pg-long", base: 0, capacity: configuration.longReaders,
            acquireTimeout: configuration.acquireTimeout, idleTimeout: configuration.idleTimeout,
            observeWait: { metrics.waited($0, for: "long") }, observeLevel: { tell("long", $0) },
            isUsable: { $0.isUsable },
            open: { try PostgreSQLConnection(settings) })
        let singles = Multiplexer(
            settings, lanes: configuration.lanes, acquireTimeout: configuration.acquireTimeout,
            observeWait: { metrics.waited($0, for: "single") })
        self.singles = singles
        notifications = NotificationListener(settings)
        copies = try ReplicaSet.following(configuration) { try await singles.fetch($0) }
    }

    /// PostgreSQL's.
    public var dialect: Dialect { .postgresql }

    /// Runs `body` in a read-only transaction on one snapshot.
    public func read<Value: Sendable>(
        _ measure: StatementObserver, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        try await read(in: localReaders ?? sessions, measure, body)
    }

    /// The same, on one of the connections kept for reads at length.
    public func readAtLength<Value: Sendable>(
        _ measure: StatementObserver, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        try await read(in: longSessions, measure, body)
    }

    /// Runs `body` in a transaction, again up to three times when another one got in between.
    public func write<Value: Sendable>(
        _ measure: StatementObserver, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await withConnection(of: sessions) { try $0.write(measure, body) }
    }

    /// Runs one reading statement on a connection that it shares with others.
    public func fetch(_ sql: SQL) async throws -> any RowSet {
        try await singles.fetch(sql)
    }

    /// A plan for any values, as text lines.
    public func plan(of sql: SQL) async throws -> [String] {
        try await withConnection(of: sessions) { connection in
            try connection.begin(.reading)
            defer { connection.endReading() }
            return try connection.plan(of: sql)
        }
    }

    /// Time of a statement that touches no table. Does not wait for a place in the pool.
    public func ping() async throws -> Int64 {
        let started = monotonicNanoseconds()
        _ = try await singles.fetch("SELECT 1")
        return monotonicNanoseconds() - started
    }

    /// Calls `onNotify` with the payload of every notification on `channel`, on a thread of the database; it must be
    /// quick.
    ///
    /// After the connection was lost and made anew it is called with an empty payload, because what was sent meanwhile
    /// is lost: look for what there is to do. Send with `SELECT pg_notify(channel, payload)` inside a transaction.
    /// - Returns: what keeps the subscription; it ends when the last reference goes.
    /// - Throws: ``SQLError`` `.unavailable` when the server can't be reached now.
    public func listen(
        channel: String, onNotify: @escaping @Sendable (_ payload: String) -> Void
    ) async throws -> PostgreSQLSubscription {
        try await notifications.listen(channel, onNotify)
    }

    /// All connections together; ``pools`` tells them apart.
    public var pool: PoolStatus {
        pools.map(\.status).reduce(PoolStatus(inUse: 0, idle: 0, waiting: 0, capacity: 0)) { sum, next in
            PoolStatus(
                inUse: sum.inUse + next.inUse, idle: sum.idle + next.idle, waiting: sum.waiting + next.waiting,
                capacity: sum.capacity + next.capacity)
        }
    }

    /// How the connections for transactions and reads (`session`), for reads on this machine (`read`), for reads at
    /// length (`long`) and for single statements (`single`) stand.
    public var pools: [(name: String, status: PoolStatus)] {
        let reading = localReaders.map { [("read", $0.status)] } ?? []
        return [("session", sessions.status)] + reading + [("long", longSessions.status), ("single", singles.status)]
    }

    /// The same with how long work waited, and what they did lately. Those of copies follow, named after them.
    public var standings: [PoolStanding] {
        let loads: [String: PoolLoad?] = [
            "session": sessions.load, "read": localReaders?.load, "long": longSessions.load,
        ]
        let own = pools.map { name, status in
            PoolStanding(name: name, status: status, waits: metrics.waits(of: name), load: loads[name] ?? nil)
        }
        let others = (copies?.replicas ?? []).flatMap { replica in
            replica.engine.standings.map { standing in
                var standing = standing
                standing.name += " of \(replica.name)"
                return standing
            }
        }
        return own + others
    }

    /// How often a thread has waited for the server inside transactions and reads: the trips that statements cost.
    public var roundTrips: Int { waits.value }

    /// Refuses new work, finishes what is under way, and closes all connections.
    public func close() async {
        copies?.stop()
        for replica in copies?.replicas ?? [] { await replica.engine.close() }
        try? await onOwnThread("pg-close") { [sessions, localReaders, longSessions, singles, notifications] in
            notifications.close()
            singles.close()
            longSessions.close()
            localReaders?.close()
            sessions.close()
        }
    }

    private func read<Value: Sendable>(
        in pool: WorkerPool<PostgreSQLConnection>, _ measure: StatementObserver,
        _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        try await ReadInterest.watched { interest in
            try await withConnection(of: pool) { try $0.read(measure, interest, body) }
        }
    }

    private func withConnection<Value: Sendable>(
        of pool: WorkerPool<PostgreSQLConnection>,
        _ body: @escaping @Sendable (PostgreSQLConnection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { caller in
            pool.submit { [waits] acquired in
                caller.resume(
                    with: Result {
                        let connection = try acquired.get()
                        let before = connection.waits
                        defer { waits.add(connection.waits - before) }
                        return try body(connection)
                    })
            }
        }
    }

    private static func createSchema(_ schema: String, _ settings: ConnectionSettings) throws {
        let pipeline = Pipeline(try settings.connect(.session))
        let known = try pipeline.sendOnce("SELECT FROM pg_namespace WHERE nspname = \(schema)")
        // A role that may not create schemas can still use one that is there.
        guard try pipeline.result(of: known).count == 0 else { return }
        try pipeline.settle()
        let create = try pipeline.sendOnce(SQL(trusted: "CREATE SCHEMA IF NOT EXISTS \(Identifier.quoted(schema))"))
        do {
            _ = try pipeline.result(of: create)
        } catch let error as SQLError where error.code == .uniqueViolation {
            // Another node created it at the same moment.
            return
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
