import CSQLite
import PorticoSQL
import PorticoValues
import Synchronization

/// What is known of the statement that a connection runs, for those on other threads who may have to end it.
///
/// `@unchecked Sendable`: SQLite lets any thread interrupt a handle that is open (https://www.sqlite.org/c3ref/interrupt.html);
/// the mutex sees to it that it is.
final class StatementWatch: @unchecked Sendable {
    private struct State {
        /// Statements that run: one, and those that it runs for its rows.
        var depth = 0
        /// Number of the outermost statement; it tells one from the next.
        var number: UInt64 = 0
        /// The statement that was seen last, and when it was first.
        var seen: (number: UInt64, since: Int64) = (0, 0)
        var isLimited: Bool
        /// Whether the statement has run for too long.
        var isLate = false
        /// Whether nobody waits for what is read.
        var isUnwanted = false
        var isClosed = false
    }

    private let handle: OpaquePointer
    private let isUsuallyLimited: Bool
    private let state: Mutex<State>

    init(_ handle: OpaquePointer, isLimited: Bool) {
        self.handle = handle
        isUsuallyLimited = isLimited
        state = Mutex(State(isLimited: isLimited))
    }

    // MARK: - The thread of the connection

    /// A statement begins.
    func begin() {
        state.withLock { state in
            state.depth += 1
            guard state.depth == 1 else { return }
            state.number &+= 1
            state.isLate = false
        }
    }

    /// It has ended.
    func end() {
        state.withLock { $0.depth -= 1 }
    }

    /// Whether the statement that runs was ended because it had run for too long.
    var isLate: Bool { state.withLock { $0.isLate } }

    /// Statements may run for as long as they need, until ``renew()``.
    func lift() {
        state.withLock { $0.isLimited = false }
    }

    /// The work of another caller begins.
    func renew() {
        state.withLock { state in
            state.isLimited = isUsuallyLimited
            state.isUnwanted = false
        }
    }

    /// The handle is going to be closed.
    func close() {
        state.withLock { $0.isClosed = true }
    }

    // MARK: - Other threads

    /// Ends the statement that runs, and each one that begins before ``renew()`` at the next ``look(at:limit:)``.
    func interrupt() {
        state.withLock { state in
            state.isUnwanted = true
            if state.depth > 0, !state.isClosed { sqlite3_interrupt(handle) }
        }
    }

    /// Ends the statement that runs when it has been running for `limit` nanoseconds since it was first seen here. SQLite forgets
    /// an interrupt that comes before the first step of a statement, so it is told again at each look.
    /// - Returns: false when the handle is closed and there is nothing to look at any more.
    func look(at now: Int64, limit: Int64) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            guard state.depth > 0 else { return true }
            if state.seen.number != state.number { state.seen = (state.number, now) }
            if state.isLimited, now - state.seen.since >= limit { state.isLate = true }
            if state.isLate || state.isUnwanted { sqlite3_interrupt(handle) }
            return true
        }
    }
}

/// Ends statements that run for too long: one thread that looks at all connections of an engine now and then, so that a
/// statement pays no more for it than two turns of a lock.
final class StatementKeeper: Sendable {
    private let limit: Int64
    private let watches = Mutex<[StatementWatch]>([])
    private let bell = ThreadLock()
    private let isClosed = Atomic(false)

    /// - Parameter limit: how long a statement may run.
    /// - Throws: ``SQLError`` `.unavailable` when there is no thread to be had.
    init(limit: Span) throws {
        self.limit = limit.milliseconds * 1_000_000
        try startThread("sqlite-keep") { [weak self, bell, pause] in
            bell.lock()
            defer { bell.unlock() }
            while self?.look() == true { bell.wait(until: monotonicNanoseconds() + pause) }
        }
    }

    /// Time between two looks, nanoseconds: a tenth of what is allowed, within bounds.
    private var pause: Int64 { min(max(limit / 10, 5_000_000), 500_000_000) }

    /// Looks at a connection from now on.
    func keep(_ connection: SQLiteConnection) -> SQLiteConnection {
        watches.withLock { $0.append(connection.watch) }
        return connection
    }

    /// Looks at nothing any more.
    func close() {
        isClosed.store(true, ordering: .releasing)
        bell.withLock { bell.broadcast() }
    }

    private func look() -> Bool {
        guard !isClosed.load(ordering: .acquiring) else { return false }
        let now = monotonicNanoseconds()
        watches.withLock { watches in watches.removeAll { !$0.look(at: now, limit: limit) } }
        return true
    }
}
