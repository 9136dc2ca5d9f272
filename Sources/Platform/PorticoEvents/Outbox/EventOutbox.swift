import PorticoJSON
import PorticoSQL
import PorticoValues
import Synchronization

/// The events of one application: written with the rows they tell of, read in the order in which they were written.
public final class EventOutbox: Sendable {
    /// How long events are kept for readers that come back: 20 minutes, more than the 15 a stream may be away.
    public static let retention = Span.minutes(20)
    /// Rows that one transaction of pruning looks at, so that it holds up no writer.
    static let pruneBatch = 5000

    /// Which events outlive the outbox.
    public let log: EventLogPolicy
    private let bell: EventBell
    private let progress = Mutex<EventPosition?>(nil)

    /// An outbox. The bell wakes the relay of this process; `log` says which events are kept for longer.
    public init(bell: EventBell = EventBell(), log: EventLogPolicy = .none) {
        self.bell = bell
        self.log = log
    }

    /// What wakes the relay.
    public var wakeUp: EventBell { bell }

    /// How far the relay of this process has delivered; nil before it has begun.
    public internal(set) var delivered: EventPosition? {
        get { progress.withLock(\.self) }
        set { progress.withLock { $0 = newValue } }
    }

    /// Writes an event in the caller's transaction. It is delivered after the commit, and not at all without one.
    public func publish(_ event: Event, in transaction: Transaction) throws {
        try publish([event], in: transaction)
    }

    /// Writes events, in this order, in the caller's transaction and with one statement.
    public func publish(_ events: [Event], in transaction: Transaction) throws {
        guard let first = events.first else { return }
        let rows = events.dropFirst().reduce(EventOutbox.values(first)) { $0 + ", " + EventOutbox.values($1) }
        try transaction.executeLater(
            "events.publish", "INSERT INTO event_outbox (kind, key, payload, at) VALUES \(rows)")
        let bell = bell
        transaction.afterCommit { bell.ring() }
    }

    private static func values(_ event: Event) -> SQL {
        "(\(event.kind), \(event.key), \(String(decoding: event.payload.bytes, as: UTF8.self)), \(event.at))"
    }

    /// Events after a position and not after `end`, in order, at most `limit`. Up to ``delivered`` none is ever missing;
    /// beyond it a running transaction may still add one.
    public func events(
        after position: EventPosition, through end: EventPosition, limit: Int, in session: some SQLSession
    ) throws -> [PublishedEvent] {
        try session.all(
            "events.after",
            """
            SELECT id, kind, key, payload, at FROM event_outbox
            WHERE id > \(position.id) AND id <= \(end.id) ORDER BY id LIMIT \(limit)
            """
        ) { try PublishedEvent($0) }
    }

    /// The first and the last event that are kept, or nil when none is.
    public func kept(in session: some SQLSession) throws -> ClosedRange<EventPosition>? {
        try session.first(
            "events.kept", "SELECT (SELECT min(id) FROM event_outbox), (SELECT max(id) FROM event_outbox)"
        ) { row in
            guard let first: Int64 = try row[0], let last: Int64 = try row[1] else { return nil }
            return EventPosition(id: first)...EventPosition(id: last)
        } ?? nil
    }

    /// Removes events older than ``retention`` that every consumer has seen, some thousand at most; those that the log
    /// keeps move there, and what the log has kept long enough goes. The newest stays, so that a client that has it can go
    /// on. The relay does it once a minute, as often as it takes.
    /// - Returns: number of events that left the outbox.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func prune(at now: Instant, in transaction: Transaction) throws -> Int {
        for rule in log.rules { try shortenLog(by: rule, at: now, in: transaction) }
        return try pruneRows(at: now, in: transaction)
    }

    /// Lets a batch of old events leave the outbox.
    /// - Returns: number of events; less than ``pruneBatch`` when that was all.
    func pruneRows(at now: Instant, in transaction: Transaction) throws -> Int {
        let old: SQL = """
            at < \(now - EventOutbox.retention) AND id IN (
                SELECT id FROM event_outbox
                WHERE id < (SELECT max(id) FROM event_outbox)
                    AND id <= coalesce((SELECT min(id) FROM event_positions), 9223372036854775807)
                ORDER BY id LIMIT \(EventOutbox.pruneBatch))
            """
        guard !log.isEmpty else {
            return try transaction.execute("events.prune", "DELETE FROM event_outbox WHERE \(old)")
        }
        return try move(old, in: transaction)
    }

    /// Moves rows into the log as far as it keeps them, and counts all that go. On PostgreSQL it is one statement: a row
    /// that is committed between two would be removed by the second without having been copied by the first.
    private func move(_ old: SQL, in transaction: Transaction) throws -> Int {
        let columns: SQL = "id, kind, key, payload, at"
        switch transaction.dialect {
        case .postgresql:
            return try transaction.scalar(
                "events.move",
                """
                WITH gone AS (DELETE FROM event_outbox WHERE \(old) RETURNING \(columns)),
                kept AS (
                    INSERT INTO event_log (\(columns)) SELECT \(columns) FROM gone WHERE \(log.condition)
                    ON CONFLICT DO NOTHING)
                SELECT count(*) FROM gone
                """, as: Int.self) ?? 0
        case .sqlite:
            try transaction.execute(
                "events.keep",
                """
                INSERT INTO event_log (\(columns))
                SELECT \(columns) FROM event_outbox WHERE \(old) AND (\(log.condition)) ON CONFLICT DO NOTHING
                """)
            return try transaction.execute("events.prune", "DELETE FROM event_outbox WHERE \(old)")
        }
    }

    /// Removes a batch of what a rule of the log does not keep any longer.
    /// - Returns: number of events; less than ``pruneBatch`` when that was all.
    @discardableResult
    func shortenLog(by rule: EventLogPolicy.Rule, at now: Instant, in transaction: Transaction) throws -> Int {
        guard let span = rule.span else { return 0 }
        return try transaction.execute(
            "events.shorten_log",
            """
            DELETE FROM event_log WHERE id IN (
                SELECT id FROM event_log WHERE at < \(now - span) AND \(rule.condition)
                ORDER BY at LIMIT \(EventOutbox.pruneBatch))
            """)
    }
}
