import CLibPQ
import PorticoSQL

/// A connection for transactions and reads. It belongs to the thread that opened it.
///
/// `BEGIN` travels with the first statement, deferred statements with the next one or with `COMMIT`; the end of a read
/// is sent and not waited for.
final class PostgreSQLConnection: DeferringConnection {
    /// The ways to begin.
    enum Mode {
        case reading, writing

        fileprivate var begin: SQL {
            switch self {
            case .reading: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            case .writing: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
            }
        }
    }

    private enum Phase {
        case resting
        /// Nothing was sent yet.
        case beginning(Mode)
        case open
    }

    /// The most deferred statements before their results are looked at.
    private static let deferredLimit = 100

    private(set) var pipeline: Pipeline
    let settings: ConnectionSettings
    private var phase = Phase.resting
    /// Whether the transaction is a read, which has no savepoints that take settings back.
    private var isReading = false
    /// Whether the transaction's statements may run only for so long.
    private(set) var hasTimeLimit = true
    /// Whether the server plans for any values from here on.
    private var isPlanningOnce = false
    /// Deferred statements whose results nobody has looked at.
    var deferred = 0
    /// Cursors made so far; the number makes their names.
    var cursors = 0
    private var earlierWaits = 0
    private var isRetired = false

    /// Opens a connection.
    /// - Throws: ``SQLError`` `.unavailable`.
    init(_ settings: ConnectionSettings) throws {
        self.settings = settings
        self.pipeline = Pipeline(try settings.connect(.session))
    }

    /// Whether the pool may use this connection again.
    var isUsable: Bool { !isRetired && !pipeline.isLost && !pipeline.link.isExpired }

    /// How often this connection's thread has waited for the server.
    var waits: Int { earlierWaits + pipeline.waits }

    /// The first failure of the transaction.
    var failure: SQLError? { pipeline.failure }

    /// Lets the pool use this connection no more.
    func retire() {
        isRetired = true
    }

    // MARK: - Transactions

    /// Makes ready for a transaction; connects again when the server has hung up since the last one.
    /// - Throws: ``SQLError`` `.unavailable`.
    func begin(_ mode: Mode) throws {
        if !pipeline.isAlive() {
            earlierWaits += pipeline.waits
            pipeline = Pipeline(try settings.connect(.session))
        }
        pipeline.forgetFailure()
        phase = .beginning(mode)
        isReading = mode == .reading
        hasTimeLimit = true
        isPlanningOnce = false
        deferred = 0
    }

    /// Commits, together with what was deferred, and waits until it is durable.
    /// - Throws: ``SQLError``; then nothing is changed, except with `.commitUnknown`.
    func commit(_ observer: StatementObserver) throws {
        guard case .open = phase else {
            phase = .resting
            return
        }
        let ticket = try pipeline.send("COMMIT")
        // Where the commit is in the log is asked in the same trip.
        let place = settings.isFollowed ? try pipeline.send(ServerFacts.nextWrite) : nil
        do {
            try pipeline.sync()
            let result = try pipeline.result(of: ticket)
            phase = .resting
            guard result.tag == "COMMIT" else {
                throw failure ?? SQLError(.other, message: "the transaction was rolled back")
            }
            if let place { observer.session?.committed(before: position(place)) }
        } catch let error as SQLError {
            guard pipeline.isLost || error.code == .unavailable else { throw error }
            throw SQLError(
                .commitUnknown,
                message: "the connection was lost during the commit; whether it took effect is unknown")
        }
    }

    /// Where the server will write next; nil when it does not say, which undoes no commit.
    private func position(_ ticket: Pipeline.Ticket) -> LogPosition? {
        guard let result = try? pipeline.result(of: ticket) else { return nil }
        return try? ServerFacts.position(in: result)
    }

    /// Ends the transaction without its changes. Sent, not waited for.
    func abandon() {
        end("ROLLBACK")
    }

    /// Ends a read. Sent, not waited for.
    func endReading() {
        end("COMMIT")
    }

    private func end(_ word: SQL) {
        defer { phase = .resting }
        guard case .open = phase, !pipeline.isLost else { return }
        do {
            try pipeline.sync()
            // What failed may have ended the transaction, and a pooler lends the connection to somebody else then.
            if pipeline.link.preface != nil, !isReading || failure != nil { try pipeline.settle() }
            _ = try pipeline.send(word)
            try pipeline.sync()
        } catch {
            // The pipeline has noted the loss, and the server ends what it no longer hears of.
            return
        }
    }

    // MARK: - Statements

    func run(_ sql: SQL, isLarge: Bool, _ row: (Row) throws -> Void) throws -> Int {
        if isLarge, LargeResult.isPossible(for: sql) {
            try runLarge(sql, row)
            return 0
        }
        let ticket = try send(sql)
        let result = try pipeline.result(of: ticket)
        deferred = 0
        try result.forEach(limit: .max, row)
        return result.changedRows
    }

    func liftTimeLimit() throws {
        _ = try run("SET LOCAL statement_timeout = 0", isLarge: false) { _ in }
        hasTimeLimit = false
    }

    func runLater(_ name: String, _ sql: SQL) throws {
        let ticket = try send(sql, name: name)
        deferred += 1
        guard deferred >= Self.deferredLimit else { return }
        deferred = 0
        _ = try pipeline.result(of: ticket)
    }

    func runScript(_ text: String) throws {
        try open()
        try pipeline.settle()
        if let failure { throw failure }
        try pipeline.outside { handle in
            guard let pointer = PQexec(handle, text) else { throw SQLError.lost }
            let result = ResultSet(pointer)
            guard result.status == PGRES_COMMAND_OK || result.status == PGRES_TUPLES_OK else { throw SQLError(result) }
        }
    }

    /// Sends a statement, with `BEGIN` ahead of the first.
    private func send(_ sql: SQL, name: String? = nil) throws -> Pipeline.Ticket {
        try open()
        if isReading, sql.isPlannedOnce != isPlanningOnce {
            _ = try pipeline.send(sql.isPlannedOnce ? Self.planOnce : Self.planAsUsual)
            isPlanningOnce = sql.isPlannedOnce
        }
        return try pipeline.send(sql, name: name)
    }

    private static let planOnce: SQL = "SET LOCAL plan_cache_mode = force_generic_plan"
    private static let planAsUsual: SQL = "SET LOCAL plan_cache_mode = auto"

    /// Puts `BEGIN` on the wire where nothing was sent yet.
    func open() throws {
        guard case .beginning(let mode) = phase else { return }
        _ = try pipeline.send(mode.begin)
        if let preface = pipeline.link.preface { _ = try pipeline.send(preface) }
        phase = .open
    }
}
