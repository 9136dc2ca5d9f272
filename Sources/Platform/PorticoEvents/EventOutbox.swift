import PorticoJSON
import PorticoSQL
import PorticoValues
import Synchronization

/// The events of one application: written with the rows they tell of, read in the order in which they were written.
public final class EventOutbox: Sendable {
    /// How long events are kept for readers that come back: 20 minutes, more than the 15 a stream may be away.
    public static let retention = Span.minutes(20)
    /// Rows that one transaction of pruning looks at, so that it holds up no writer.
    private static let pruneBatch = 5000

    private let bell: EventBell
    private let progress = Mutex<EventPosition?>(nil)

    /// An outbox. The bell wakes the relay of this process.
    public init(bell: EventBell = EventBell()) {
        self.bell = bell
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
        try transaction.executeLater(
            "events.publish",
            """
            INSERT INTO event_outbox (kind, key, payload, at)
            VALUES (\(event.kind), \(event.key), \(String(decoding: event.payload.bytes, as: UTF8.self)), \(event.at))
            """)
        let bell = bell
        transaction.afterCommit { bell.ring() }
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
        ) { row in
            let text: String = try row[3]
            return PublishedEvent(
                position: EventPosition(id: try row[0]),
                event: Event(
                    try row[1], key: try row[2], payload: try JSONValue(parsing: Array(text.utf8)), at: try row[4]))
        }
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

    /// Removes events older than ``retention`` that every projection has seen, some thousand at most. The newest stays, so
    /// that a client that has it can go on.
    /// - Returns: number of events removed.
    @discardableResult
    public func prune(at now: Instant, in transaction: Transaction) throws -> Int {
        try transaction.execute(
            "events.prune",
            """
            DELETE FROM event_outbox WHERE at < \(now - EventOutbox.retention) AND id IN (
                SELECT id FROM event_outbox
                WHERE id < (SELECT max(id) FROM event_outbox)
                    AND id <= coalesce((SELECT min(id) FROM event_positions), 9223372036854775807)
                ORDER BY id LIMIT \(EventOutbox.pruneBatch))
            """)
    }
}
