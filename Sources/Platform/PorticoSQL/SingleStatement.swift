import PorticoTelemetry
import PorticoValues

/// An engine that can run a single reading statement without keeping a connection from others meanwhile.
public protocol SingleStatementEngine: DatabaseEngine {
    /// Runs one statement that reads, on a snapshot of its own, and returns when all of its rows are here.
    /// - Throws: ``SQLError``; `.readOnly` for a statement that changes something.
    func fetch(_ sql: SQL) async throws -> any RowSet

    /// The plan of a statement, as text lines, for the slow log.
    func plan(of sql: SQL) async throws -> [String]
}

/// All rows of one statement, apart from the connection they came over.
public protocol RowSet: Sendable {
    /// Number of rows.
    var count: Int { get }

    /// Gives the first `limit` rows to `body`, in order.
    func forEach(limit: Int, _ body: (Row) throws -> Void) throws
}

/// A statement that runs alone. Where the engine allows, many of them share a connection and no thread waits for them,
/// which makes them cheaper than a closure; elsewhere each is a ``read(_:)`` of its own.
extension Database {
    /// All rows of a single statement. `read` runs on the caller's task or a thread of the database; it must be quick.
    /// - Throws: ``SQLError``, or what `read` throws.
    public func fetchAll<Value: Sendable>(
        _ name: String, _ sql: SQL, _ read: @escaping @Sendable (Row) throws -> Value
    ) async throws -> [Value] {
        guard let engine = engine as? any SingleStatementEngine else {
            return try await self.read { try $0.all(name, sql, read) }
        }
        let rows = try await fetch(name, sql, from: engine)
        var values: [Value] = []
        values.reserveCapacity(rows.count)
        try rows.forEach(limit: .max) { values.append(try read($0)) }
        return values
    }

    /// The first row of a single statement, or nil. `read` runs as in ``fetchAll(_:_:_:)``.
    /// - Throws: ``SQLError``, or what `read` throws.
    public func fetchFirst<Value: Sendable>(
        _ name: String, _ sql: SQL, _ read: @escaping @Sendable (Row) throws -> Value
    ) async throws -> Value? {
        guard let engine = engine as? any SingleStatementEngine else {
            return try await self.read { try $0.first(name, sql, read) }
        }
        var value: Value?
        try await fetch(name, sql, from: engine).forEach(limit: 1) { value = try read($0) }
        return value
    }

    private func fetch(
        _ name: String, _ sql: SQL, from engine: any SingleStatementEngine
    ) async throws -> any RowSet {
        let observer = observer
        let started = monotonicNanoseconds()
        do {
            for value in sql.parameters { try value.refuseUnstorable() }
            let rows = try await engine.fetch(sql)
            let elapsed = monotonicNanoseconds() - started
            observer.record(name, nanoseconds: elapsed, rows: rows.count)
            if observer.isSlow(elapsed) {
                observer.recordSlow(name, nanoseconds: elapsed, plan: (try? await engine.plan(of: sql)) ?? [])
            }
            return rows
        } catch var error as SQLError {
            observer.recordFailure(name, nanoseconds: monotonicNanoseconds() - started, error.code)
            error.statement = error.statement ?? name
            throw error
        }
    }
}
