import CLibPQ
import Glibc
import PorticoSQL

/// Statements on their way to the server, and the results that come back in the same order. Waits for them by blocking.
///
/// A statement is put on the wire at once and gets a ``Ticket``; only asking for a ticket's result waits, and one wait
/// brings everything that was sent before. After a failure the server skips what follows up to the next sync.
final class Pipeline {
    /// A statement that was sent, and what became of it.
    final class Ticket {
        let name: String?
        /// Set when this is the preparation of a statement.
        let prepares: StatementKey?
        fileprivate(set) var outcome: Result<ResultSet, SQLError>?

        init(name: String? = nil, prepares: StatementKey? = nil) {
            self.name = name
            self.prepares = prepares
        }
    }

    private enum Expectation {
        case ticket(Ticket)
        case sync
    }

    let link: Link
    /// Whether the connection is gone; then every ticket fails.
    private(set) var isLost = false
    /// The first failure since ``forgetFailure()``.
    private(set) var failure: SQLError?
    /// How often a thread has waited for the server.
    private(set) var waits = 0
    private var expected: [Expectation] = []
    private var head = 0
    private var unsynced = 0
    private var skipping: SQLError?

    init(_ link: Link) {
        self.link = link
    }

    /// Sends a statement, prepared.
    /// - Throws: ``SQLError`` `.unavailable`.
    func send(_ sql: SQL, name: String? = nil) throws -> Ticket {
        try guarded { try expect(link.send(sql), name) }
        return expect(Ticket(name: name))
    }

    /// Sends a statement that is not worth preparing.
    /// - Throws: ``SQLError`` `.unavailable`.
    func sendOnce(_ sql: SQL) throws -> Ticket {
        try guarded { try link.sendOnce(sql) }
        return expect(Ticket())
    }

    /// Has a statement prepared and gives its name on the server.
    func prepare(_ sql: SQL) throws -> String {
        try guarded {
            let (name, preamble) = try link.prepared(sql)
            expect(preamble, nil)
            return name
        }
    }

    /// Sends what is buffered; statements sent later don't suffer from a failure before.
    func sync() throws {
        guard unsynced > 0 else { return }
        try guarded { try link.sync() }
        unsynced = 0
        expected.append(.sync)
    }

    /// The result of a statement; waits where it is not there yet.
    /// - Throws: ``SQLError`` of this statement, or of the one before that kept the server from running it.
    func result(of ticket: Ticket) throws -> ResultSet {
        if ticket.outcome == nil {
            if unsynced > 0 { try sync() }
            waits += 1
            while ticket.outcome == nil { readNext() }
        }
        guard let outcome = ticket.outcome else { throw SQLError.lost }
        return try outcome.get()
    }

    /// Waits until nothing is under way.
    func settle() throws {
        if head < expected.count { waits += 1 }
        try drain()
    }

    private func drain() throws {
        if unsynced > 0 { try sync() }
        while head < expected.count { readNext() }
    }

    /// Whether the connection is there, as far as this side can see without asking the server.
    func isAlive() -> Bool {
        guard !isLost, (try? drain()) != nil else { return false }
        // A resting connection hears nothing but farewells, of which the end of the stream is the last.
        for _ in 0..<4 where isReadable() {
            if PQconsumeInput(link.handle) == 0 || link.isLost { isLost = true }
        }
        return !isLost
    }

    func forgetFailure() {
        failure = nil
    }

    /// Runs `body` outside of pipeline mode, in which libpq refuses `COPY` and scripts. Nothing may be under way.
    func outside<Value>(_ body: (OpaquePointer) throws -> Value) throws -> Value {
        try settle()
        guard !isLost, PQexitPipelineMode(link.handle) == 1 else { throw SQLError.lost }
        defer {
            if PQenterPipelineMode(link.handle) == 0 || link.isLost { isLost = true }
        }
        waits += 1
        do {
            return try body(link.handle)
        } catch let error as SQLError {
            failure = failure ?? error
            throw error
        }
    }

    @discardableResult
    private func expect(_ ticket: Ticket) -> Ticket {
        expected.append(.ticket(ticket))
        unsynced += 1
        return ticket
    }

    private func expect(_ preamble: Link.Preamble, _ name: String?) {
        if preamble.forgets { expect(Ticket()) }
        if let key = preamble.prepares { expect(Ticket(name: name, prepares: key)) }
    }

    private func guarded<Value>(_ body: () throws -> Value) throws -> Value {
        guard !isLost else { throw SQLError.lost }
        do {
            return try body()
        } catch {
            // Half a message may be on the wire.
            lose()
            throw error
        }
    }

    private func readNext() {
        guard head < expected.count, let pointer = PQgetResult(link.handle) else { return lose() }
        let result = ResultSet(pointer)
        switch (expected[head], result.status) {
        case (.sync, PGRES_PIPELINE_SYNC):
            skipping = nil
            advance()
        case (.ticket(let ticket), let status) where status != PGRES_PIPELINE_SYNC:
            close(ticket, with: outcome(result, of: ticket))
            advance()
            // A null ends each statement.
            if let extra = PQgetResult(link.handle) {
                PQclear(extra)
                lose()
            }
            if link.isLost || result.isFarewell { lose() }
        default: lose()
        }
    }

    private func outcome(_ result: ResultSet, of ticket: Ticket) -> Result<ResultSet, SQLError> {
        switch result.status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: return .success(result)
        case PGRES_PIPELINE_ABORTED: return .failure(skipping ?? .lost)
        case PGRES_FATAL_ERROR:
            // "The transaction is aborted" says less than what has aborted it.
            let state = result.field(.state) ?? ""
            var error = state == "25P02" ? failure ?? SQLError(result) : SQLError(result)
            if SQLError.isStaleStatement(state) { link.forgetAll() }
            if link.isLost, error.code != .unavailable { error = .lost }
            error.statement = error.statement ?? ticket.name
            failure = failure ?? error
            skipping = skipping ?? error
            return .failure(error)
        default: return .failure(SQLError(.other, message: "the statement can't be run this way"))
        }
    }

    private func close(_ ticket: Ticket, with outcome: Result<ResultSet, SQLError>) {
        ticket.outcome = outcome
        if case .failure = outcome, let key = ticket.prepares { link.forget(key) }
    }

    /// Forgets what was answered, with its rows: a long read always has the next statement under way.
    private func advance() {
        expected[head] = .sync
        head += 1
        if head == expected.count {
            expected.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 64, head * 2 > expected.count {
            expected.removeFirst(head)
            head = 0
        }
    }

    private func lose() {
        isLost = true
        unsynced = 0
        failure = failure ?? .lost
        for case .ticket(let ticket) in expected[head...] { ticket.outcome = ticket.outcome ?? .failure(.lost) }
        expected.removeAll()
        head = 0
    }

    private func isReadable() -> Bool {
        var descriptor = pollfd(fd: PQsocket(link.handle), events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) > 0
    }
}
