import PorticoTelemetry
import PorticoValues

/// A database an application works with, on either engine.
///
/// ```swift
/// let count = try await database.read { try $0.scalar("bags.count", "SELECT count(*) FROM bags", as: Int.self) }
/// try await database.write { transaction in
///     try transaction.execute("areas.insert", "INSERT INTO areas (code, name) VALUES (\(code), \(name))")
/// }
/// ```
public struct Database: Sendable {
    /// What runs the statements.
    public let engine: any DatabaseEngine
    /// What is known of every statement that ran.
    public let queries: QueryLog

    /// A database over an engine that reports to a query log.
    public init(engine: any DatabaseEngine, queries: QueryLog) {
        self.engine = engine
        self.queries = queries
    }

    /// The SQL the engine speaks.
    public var dialect: Dialect { engine.dialect }

    /// Runs `body` on one consistent snapshot. One call a request is the habit: a call costs more than most statements.
    /// - Throws: ``SQLError``, or what `body` throws.
    public func read<Value: Sendable>(_ body: @escaping @Sendable (Reading) throws -> Value) async throws -> Value {
        try await engine.read(observer, body)
    }

    /// Runs `body` on one consistent snapshot that is as new as `intent` wants, which a copy of the database may have.
    ///
    /// `body` may run again, on the primary, when a copy fails under it: it must touch nothing but the database.
    /// - Throws: ``SQLError``, or what `body` throws.
    public func read<Value: Sendable>(
        _ intent: ReadIntent, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        try await engine.read(ReadRequest(Database.effective(intent)), observer, body)
    }

    /// Like ``read(_:)``, for a `body` that may take long: exports, reports, streams.
    /// - Throws: ``SQLError``, or what `body` throws.
    public func readAtLength<Value: Sendable>(
        _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        try await engine.readAtLength(observer, body)
    }

    /// The same with a snapshot that is as new as `intent` wants. `body` may run again, as in ``read(_:_:)``.
    /// - Throws: ``SQLError``, or what `body` throws.
    public func readAtLength<Value: Sendable>(
        _ intent: ReadIntent, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        try await engine.read(ReadRequest(Database.effective(intent), isLong: true), observer, body)
    }

    /// Runs `body` in one transaction and returns when its commit is durable.
    ///
    /// `body` may run again when another transaction gets in between: it must touch nothing but the database.
    /// - Throws: ``SQLError``, or what `body` throws; then nothing is changed.
    @discardableResult
    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await engine.write(observer, body)
    }

    /// What one caller may see late must not be kept for others.
    static func effective(_ intent: ReadIntent) -> ReadIntent {
        intent == .mayLag && MakingForOthers.isUnderWay ? .present : intent
    }

    var observer: StatementObserver {
        StatementObserver(
            log: queries, dialect: dialect, request: RequestMeasure.current, session: ReadSession.current)
    }
}
