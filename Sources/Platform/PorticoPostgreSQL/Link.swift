import CLibPQ
import PorticoSQL
import PorticoValues

/// One libpq connection in pipeline mode, with the statements it has prepared.
///
/// `@unchecked Sendable`: it is made on one thread and handed to another once; whoever holds it is the only one to use
/// it.
final class Link: @unchecked Sendable {
    /// What one call of ``send(_:)`` put on the wire before the statement itself; each has a result of its own.
    struct Preamble {
        /// A statement that had to make room is being forgotten by the server.
        var forgets = false
        /// The statement is being prepared.
        var prepares: StatementKey?
    }

    let handle: OpaquePointer
    /// Ends what the connection runs.
    let canceller: StatementCanceller?
    /// What each transaction is told first; nil where the connection is the server's own, which is told once.
    ///
    /// With it the connection may be another one for each transaction, so nothing is prepared and nothing is listened to.
    var preface: SQL?
    private let expiresAt: Int64
    private var statements: PreparedStatements
    private var parameters = ParameterBuffer()

    /// Takes over a connection. It is closed when the link goes.
    init(_ handle: OpaquePointer, capacity: Int, expiresAt: Int64) {
        self.handle = handle
        canceller = StatementCanceller(handle)
        self.expiresAt = expiresAt
        self.statements = PreparedStatements(capacity: capacity)
        // Without a receiver libpq prints notices to standard error.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
    }

    deinit { PQfinish(handle) }

    /// Whether libpq knows that the connection is gone.
    var isLost: Bool { PQstatus(handle) == CONNECTION_BAD }

    /// Whether the connection is old enough to be replaced.
    var isExpired: Bool { monotonicNanoseconds() >= expiresAt }

    /// Puts a statement on the wire, prepared where that lasts. Nothing is waited for.
    /// - Throws: ``SQLError`` `.unavailable`.
    func send(_ sql: SQL) throws -> Preamble {
        var preamble = Preamble()
        guard preface == nil else {
            try sendOnce(sql)
            return preamble
        }
        parameters.fill(sql.parameters)
        let key = StatementKey(text: sql.text, types: parameters.types)
        let name = try statements.name(of: key) ?? prepare(key, &preamble)
        let status = parameters.withPointers { count, values, lengths, formats in
            PQsendQueryPrepared(handle, name, count, values, lengths, formats, 0)
        }
        try check(status)
        return preamble
    }

    /// Puts a statement on the wire that is not worth preparing.
    /// - Throws: ``SQLError`` `.unavailable`.
    func sendOnce(_ sql: SQL) throws {
        parameters.fill(sql.parameters)
        let types = parameters.types
        let status = parameters.withPointers { count, values, lengths, formats in
            PQsendQueryParams(handle, sql.text, count, types, values, lengths, formats, 0)
        }
        try check(status)
    }

    /// The name under which a statement is prepared, preparing it where it is not.
    func prepared(_ sql: SQL) throws -> (name: String, preamble: Preamble) {
        var preamble = Preamble()
        parameters.fill(sql.parameters)
        let key = StatementKey(text: sql.text, types: parameters.types)
        return (try statements.name(of: key) ?? prepare(key, &preamble), preamble)
    }

    /// Forgets a statement that the server did not prepare.
    func forget(_ key: StatementKey) {
        statements.remove(key)
    }

    /// Forgets a statement that the server can't run any more.
    func forget(_ sql: SQL) {
        parameters.fill(sql.parameters)
        statements.remove(StatementKey(text: sql.text, types: parameters.types))
    }

    /// Forgets all statements, because tables have changed under some of them.
    func forgetAll() {
        statements.removeAll()
    }

    /// Ends a unit of the pipeline and sends what is buffered.
    /// - Throws: ``SQLError`` `.unavailable`.
    func sync() throws {
        try check(PQpipelineSync(handle))
    }

    private func prepare(_ key: StatementKey, _ preamble: inout Preamble) throws -> String {
        let (name, evicted) = statements.insert(key)
        if let evicted {
            try check(PQsendQueryParams(handle, "DEALLOCATE \(evicted)", 0, nil, nil, nil, nil, 0))
            preamble.forgets = true
        }
        try check(PQsendPrepare(handle, name, key.text, Int32(key.types.count), key.types))
        preamble.prepares = key
        return name
    }

    private func check(_ status: Int32) throws {
        guard status == 1 else {
            throw isLost ? SQLError.lost : SQLError(.other, message: SQLError.firstLine(PQerrorMessage(handle)))
        }
    }
}
