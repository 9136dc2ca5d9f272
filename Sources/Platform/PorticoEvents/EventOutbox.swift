import PorticoJSON
import PorticoSQL
import PorticoValues

/// The events of one application: written with the rows they tell of, read in the order of commits.
public struct EventOutbox: Sendable {
    /// How long events are kept for readers that come back: 20 minutes, more than the 15 a stream may be away.
    public static let retention = Span.minutes(20)

    private let bell: EventBell

    /// An outbox. The bell wakes the relay of this process.
    public init(bell: EventBell = EventBell()) {
        self.bell = bell
    }

    /// What wakes the relay.
    public var wakeUp: EventBell { bell }

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

    /// Events after a position, in order, at most `limit`.
    public func events(
        after position: EventPosition, limit: Int, in session: some SQLSession
    ) throws -> [PublishedEvent] {
        try session.all(
            "events.after",
            """
            SELECT commit_order, id, kind, key, payload, at FROM event_outbox
            WHERE (commit_order, id) > (\(position.commitOrder), \(position.id)) \(EventOutbox.settled(session.dialect))
            ORDER BY commit_order, id LIMIT \(limit)
            """
        ) { row in
            let text: String = try row[4]
            return PublishedEvent(
                position: EventPosition(commitOrder: try row[0], id: try row[1]),
                event: Event(
                    try row[2], key: try row[3], payload: try JSONValue(parsing: Array(text.utf8)), at: try row[5]))
        }
    }

    /// The last position of all, for listeners that want only what comes.
    public func end(in session: some SQLSession) throws -> EventPosition {
        try session.first(
            "events.end",
            """
            SELECT commit_order, id FROM event_outbox WHERE 1 = 1 \(EventOutbox.settled(session.dialect))
            ORDER BY commit_order DESC, id DESC LIMIT 1
            """
        ) { EventPosition(commitOrder: try $0[0], id: try $0[1]) } ?? .start
    }

    /// The first position that is still kept, or nil when none is.
    public func beginning(in session: some SQLSession) throws -> EventPosition? {
        try session.first(
            "events.beginning", "SELECT commit_order, id FROM event_outbox ORDER BY commit_order, id LIMIT 1"
        ) { EventPosition(commitOrder: try $0[0], id: try $0[1]) }
    }

    /// Removes events older than ``retention`` that every projection has seen.
    /// - Returns: number of events removed.
    @discardableResult
    public func prune(at now: Instant, in transaction: Transaction) throws -> Int {
        try transaction.execute(
            "events.prune",
            """
            DELETE FROM event_outbox WHERE at < \(now - EventOutbox.retention) AND NOT EXISTS (
                SELECT 1 FROM event_positions
                WHERE (event_positions.commit_order, event_positions.id) < (event_outbox.commit_order, event_outbox.id))
            """)
    }

    /// Leaves out events that one still running transaction could come before.
    private static func settled(_ dialect: Dialect) -> SQL {
        switch dialect {
        case .sqlite: ""
        case .postgresql: "AND commit_order < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"
        }
    }
}
