/// One connection of an engine. Used by one thread at a time; never leaves the thread that opened it.
public protocol EngineConnection: AnyObject {
    /// Runs one statement to its end and gives every row to `row`.
    ///
    /// The statement is prepared once per connection and text. A thrown error ends the statement.
    /// - Parameter isLarge: the result may not fit in memory; rows are fetched as they are consumed.
    /// - Returns: number of rows inserted, updated or deleted.
    /// - Throws: ``SQLError``, or what `row` throws.
    func run(_ sql: SQL, isLarge: Bool, _ row: (Row) throws -> Void) throws -> Int

    /// Runs several statements without parameters, for migrations and session settings.
    func runScript(_ text: String) throws

    /// Inserts many rows the fastest way the engine has (`COPY`, or one prepared statement).
    /// - Returns: number of rows inserted.
    func bulkInsert(into table: String, columns: [String], rows: any Sequence<[SQLValue]>) throws -> Int

    /// The engine's plan for a statement, as text lines, for the slow log.
    func plan(of sql: SQL) throws -> [String]

    /// Lets the statements of the transaction at hand run for as long as they need.
    func liftTimeLimit() throws
}

extension EngineConnection {
    /// Nothing, for connections whose statements have no limit of time.
    public func liftTimeLimit() throws {}
}

/// An embedded or remote database.
///
/// Closures are synchronous and run on a thread that may block. The session they get is valid until they return.
public protocol DatabaseEngine: Sendable {
    /// The SQL this engine speaks.
    var dialect: Dialect { get }

    /// Runs `body` on a reading connection that sees one consistent snapshot for as long as `body` runs.
    func read<Value: Sendable>(
        _ measure: StatementObserver, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value

    /// Like ``read(_:_:)``, for a `body` that may take long because someone slow consumes what it reads. Engines keep
    /// such reads from taking the places of short ones.
    func readAtLength<Value: Sendable>(
        _ measure: StatementObserver, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value

    /// Runs `body` on one snapshot that is as new as the request wants, where the engine finds it cheapest.
    func read<Value: Sendable>(
        _ request: ReadRequest, _ measure: StatementObserver, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value

    /// Runs `body` in one transaction. Returns after the commit is durable; throws with nothing changed.
    ///
    /// `body` may run more than once when another transaction gets in between, and so touches nothing but the database.
    func write<Value: Sendable>(
        _ measure: StatementObserver, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value

    /// A short check that the database answers, with the time it took in nanoseconds.
    func ping() async throws -> Int64

    /// How the pool stands.
    var pool: PoolStatus { get }

    /// How each of its pools stands, with what it did lately.
    var standings: [PoolStanding] { get }

    /// Looks at the database for what is worth an operator's while. Runs a few statements each time: for somebody who asks.
    /// - Throws: ``SQLError``.
    func examine(_ reading: Reading) throws -> DatabaseExamination

    /// How much room a table takes, from the engine's own statistics; nil where it keeps none, or there is no such table.
    /// - Throws: ``SQLError``.
    func room(of table: String, _ reading: Reading) throws -> TableRoom?

    /// Builds an index anew while it is used, and removes what earlier attempts left behind. May take long, and belongs to
    /// no transaction.
    /// - Throws: ``SQLError``.
    func rebuildIndex(_ name: String) async throws -> IndexRebuild

    /// Ends all connections after the work under way. Later work throws `.unavailable`.
    func close() async
}

extension DatabaseEngine {
    /// All connections as one pool, for engines that do not tell them apart.
    public var standings: [PoolStanding] { [PoolStanding(name: "all", status: pool)] }

    /// Nothing, for engines that know nothing of their database.
    public func examine(_ reading: Reading) throws -> DatabaseExamination { DatabaseExamination() }

    /// Nothing, for engines that keep no statistics.
    public func room(of table: String, _ reading: Reading) throws -> TableRoom? { nil }

    /// Not possible, for engines whose indexes do not come to hold room in vain.
    public func rebuildIndex(_ name: String) async throws -> IndexRebuild {
        .impossible("the engine uses the room of removed entries again")
    }

    /// A plain read, for engines without places of their own for long ones.
    public func readAtLength<Value: Sendable>(
        _ measure: StatementObserver, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        try await read(measure, body)
    }

    /// A read of the one database there is, for engines without copies.
    public func read<Value: Sendable>(
        _ request: ReadRequest, _ measure: StatementObserver, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        request.isLong ? try await readAtLength(measure, body) : try await read(measure, body)
    }
}

/// Connections of a pool at one moment.
public struct PoolStatus: Sendable, Hashable {
    /// Connections at work.
    public var inUse: Int
    /// Connections open and free.
    public var idle: Int
    /// Callers waiting for one.
    public var waiting: Int
    /// The most connections the pool may open.
    public var capacity: Int

    /// A status.
    public init(inUse: Int, idle: Int, waiting: Int, capacity: Int) {
        self.inUse = inUse
        self.idle = idle
        self.waiting = waiting
        self.capacity = capacity
    }
}
