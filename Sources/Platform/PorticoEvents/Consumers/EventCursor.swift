import PorticoSQL
import PorticoValues

/// How far a consumer is, and which node works for it.
struct EventCursor: Sendable {
    let consumer: String

    /// The position, or nil before the consumer was ever there.
    func position(in session: some SQLSession) throws -> EventPosition? {
        try session.first("events.position", "SELECT id FROM event_positions WHERE projection = \(consumer)") {
            EventPosition(id: try $0[0])
        }
    }

    /// The position, with its row locked until the transaction ends.
    func lock(in transaction: Transaction) throws -> EventPosition {
        try transaction.first(
            "events.claim",
            """
            INSERT INTO event_positions (projection, id) VALUES (\(consumer), 0)
            ON CONFLICT (projection) DO UPDATE SET projection = excluded.projection RETURNING id
            """
        ) { EventPosition(id: try $0[0]) } ?? .start
    }

    /// Moves on. The caller has locked the row.
    func advance(to position: EventPosition, in transaction: Transaction) throws {
        try transaction.execute(
            "events.advance", "UPDATE event_positions SET id = \(position.id) WHERE projection = \(consumer)")
    }

    /// Takes or keeps the lease.
    /// - Returns: the position; nil when another node has the lease.
    func lease(
        holder: String, for span: Span, at now: Instant, in transaction: Transaction
    ) throws -> EventPosition? {
        _ = try lock(in: transaction)
        return try transaction.first(
            "events.lease",
            """
            UPDATE event_positions SET holder = \(holder), lease_until = \(now + span)
            WHERE projection = \(consumer) AND (holder IS NULL OR holder = \(holder) OR lease_until <= \(now))
            RETURNING id
            """
        ) { EventPosition(id: try $0[0]) }
    }

    /// Moves on from `position` if the lease is still the holder's and nobody has moved it meanwhile.
    func advance(
        from position: EventPosition, to end: EventPosition, holder: String, in transaction: Transaction
    ) throws {
        let changed = try transaction.execute(
            "events.advance_leased",
            """
            UPDATE event_positions SET id = \(end.id)
            WHERE projection = \(consumer) AND holder = \(holder) AND id = \(position.id)
            """)
        guard changed == 1 else { throw EventLeaseLost(consumer: consumer) }
    }

    /// Gives the lease back.
    func release(holder: String, in transaction: Transaction) throws {
        try transaction.execute(
            "events.release",
            """
            UPDATE event_positions SET holder = NULL, lease_until = NULL
            WHERE projection = \(consumer) AND holder = \(holder)
            """)
    }
}

/// Another node works for the consumer by now, or an operator has moved it. What was handled is handled again there.
struct EventLeaseLost: Error, Sendable, CustomStringConvertible {
    let consumer: String
    var description: String { "another node has taken \(consumer) over" }
}

extension EventOutbox {
    /// Lets a subscriber handle again what came after a position, as far as it is kept.
    /// - Throws: ``EventsGone`` when events after it are gone already and no log keeps any; ``SQLError``.
    public func rewind(_ consumer: String, to position: EventPosition, in transaction: Transaction) throws {
        let first = try kept(in: transaction)?.lowerBound
        if log.isEmpty, let first, position.id + 1 < first.id { throw EventsGone(first: first) }
        let cursor = EventCursor(consumer: consumer)
        _ = try cursor.lock(in: transaction)
        // Without the lease, whoever works on the events of before can't move on.
        try transaction.execute(
            "events.rewind",
            """
            UPDATE event_positions SET id = \(position.id), holder = NULL, lease_until = NULL
            WHERE projection = \(consumer)
            """)
        transaction.afterCommit { [wakeUp] in wakeUp.ring() }
    }

    /// Forgets a consumer that there is no more, so that the outbox does not keep events for it.
    /// - Throws: ``SQLError``.
    public func forget(_ consumer: String, in transaction: Transaction) throws {
        try transaction.execute("events.forget", "DELETE FROM event_positions WHERE projection = \(consumer)")
        try transaction.execute("events.forget_parked", "DELETE FROM event_parked WHERE consumer = \(consumer)")
    }
}

/// Events that are asked for are not kept any more.
public struct EventsGone: Error, Sendable, Hashable {
    /// The first that is.
    public let first: EventPosition
}
