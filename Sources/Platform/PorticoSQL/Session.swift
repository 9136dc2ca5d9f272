import PorticoTelemetry
import PorticoValues

/// A connection in the hands of one closure: runs statements by name and reports each of them.
public protocol SQLSession {
    /// The SQL this session speaks.
    var dialect: Dialect { get }
    /// The connection and what observes it.
    var channel: SessionChannel { get }
}

/// A read: one consistent snapshot, no changes.
public struct Reading: SQLSession {
    /// The connection and what observes it.
    public let channel: SessionChannel
    /// The SQL this session speaks.
    public var dialect: Dialect { channel.dialect }

    /// A read on a connection. Engines make these.
    public init(_ channel: SessionChannel) {
        self.channel = channel
    }
}

/// A transaction: everything it changes becomes true together, or not at all.
public struct Transaction: SQLSession {
    /// The connection and what observes it.
    public let channel: SessionChannel
    /// The SQL this session speaks.
    public var dialect: Dialect { channel.dialect }

    /// A transaction on a connection. Engines make these.
    public init(_ channel: SessionChannel) {
        self.channel = channel
    }

    /// Runs a statement that changes rows.
    /// - Returns: number of rows changed.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func execute(_ name: String, _ sql: SQL) throws -> Int {
        try channel.run(name, sql, isLarge: false) { _ in }
    }

    /// Inserts many rows the fastest way the engine has.
    /// - Returns: number of rows inserted.
    @discardableResult
    public func bulkInsert(
        _ name: String, into table: String, columns: [String], rows: some Sequence<[SQLValue]>
    ) throws -> Int {
        try channel.observed(name) { connection in
            let count = try connection.bulkInsert(into: table, columns: columns, rows: rows)
            return (count, count)
        }
    }

    /// Lets the statements of this transaction run for as long as they need: those that change tables, or all rows of one.
    /// - Throws: ``SQLError``.
    public func liftTimeLimit() throws {
        try channel.liftTimeLimit()
    }

    /// Does `work` after the commit is durable, and not at all when the transaction fails. It must be quick: it runs
    /// before the writer's caller hears of the commit. For waking others up, not for work.
    public func afterCommit(_ work: @escaping @Sendable () -> Void) {
        channel.afterCommit.append(work)
    }
}

extension SQLSession {
    /// All rows of a statement.
    public func all<Value>(_ name: String, _ sql: SQL, _ read: (Row) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        try channel.run(name, sql, isLarge: false) { values.append(try read($0)) }
        return values
    }

    /// The first row of a statement, or nil.
    public func first<Value>(_ name: String, _ sql: SQL, _ read: (Row) throws -> Value) throws -> Value? {
        var value: Value?
        try channel.run(name, sql, isLarge: false) { row in
            if value == nil { value = try read(row) }
        }
        return value
    }

    /// The first column of the first row, or nil when there is no row.
    public func scalar<Value: SQLReadable>(_ name: String, _ sql: SQL, as type: Value.Type) throws -> Value? {
        try first(name, sql) { try $0[0] }
    }

    /// Every row in turn, without keeping any, for results that may not fit in memory.
    public func each(_ name: String, _ sql: SQL, _ row: (Row) throws -> Void) throws {
        try channel.run(name, sql, isLarge: true, row)
    }
}

/// The connection of one session, the observer of its statements, and what waits for its commit.
///
/// Confined to the thread that runs the session's closure.
public final class SessionChannel {
    /// The SQL of the engine.
    public let dialect: Dialect
    /// What runs after the commit, in order. Engines call these.
    public fileprivate(set) var afterCommit: [@Sendable () -> Void] = []
    private let connection: any EngineConnection
    private let observer: StatementObserver
    private let interest: ReadInterest?

    /// A channel over a connection. Engines make these.
    /// - Parameter interest: of the task that reads; no further statement begins when it is lost.
    public init(
        _ connection: any EngineConnection, dialect: Dialect, observer: StatementObserver,
        interest: ReadInterest? = nil
    ) {
        self.connection = connection
        self.dialect = dialect
        self.observer = observer
        self.interest = interest
    }

    /// The request that the session's statements are run for; nil when none is known.
    public var origin: WorkOrigin? { observer.origin }
    /// Where spans of that work are recorded; nil where nobody traces it.
    public var spans: SpanRecorder? { observer.spans }

    @discardableResult
    func run(_ name: String, _ sql: SQL, isLarge: Bool, _ row: (Row) throws -> Void) throws -> Int {
        let started = monotonicNanoseconds()
        var rows = 0
        do {
            if let interest, interest.isLost { throw SQLError.unwanted }
            for value in sql.parameters { try value.refuseUnstorable() }
            let changed = try connection.run(sql, isLarge: isLarge) {
                rows += 1
                // A server may not hear of it between two of the trips that many rows take.
                if rows & 1023 == 0, let interest, interest.isLost { throw SQLError.unwanted }
                try row($0)
            }
            let elapsed = monotonicNanoseconds() - started
            observer.record(name, nanoseconds: elapsed, rows: max(rows, changed))
            if observer.isSlow(elapsed) {
                observer.recordSlow(name, nanoseconds: elapsed, plan: (try? connection.plan(of: sql)) ?? [])
            }
            return changed
        } catch var error as SQLError {
            observer.recordFailure(name, nanoseconds: monotonicNanoseconds() - started, error.code)
            error.statement = error.statement ?? name
            throw error
        }
    }

    func observed<Value>(
        _ name: String, _ work: (any EngineConnection) throws -> (value: Value, rows: Int)
    ) throws -> Value {
        let started = monotonicNanoseconds()
        do {
            let (value, rows) = try work(connection)
            let elapsed = monotonicNanoseconds() - started
            observer.record(name, nanoseconds: elapsed, rows: rows)
            // There is no plan to be asked for: what was sent is not one statement of the reader's.
            if observer.isSlow(elapsed) { observer.recordSlow(name, nanoseconds: elapsed, plan: []) }
            return value
        } catch var error as SQLError {
            observer.recordFailure(name, nanoseconds: monotonicNanoseconds() - started, error.code)
            error.statement = error.statement ?? name
            throw error
        }
    }

    func liftTimeLimit() throws {
        try connection.liftTimeLimit()
    }

    /// Runs a script of statements without parameters, for migrations.
    func runScript(_ text: String) throws {
        try connection.runScript(text)
    }
}
