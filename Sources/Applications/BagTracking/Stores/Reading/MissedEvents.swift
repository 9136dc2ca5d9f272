import Portico

/// Events of some keys between two positions, found by ``BagSchema/eventsByKey`` without looking at those of others.
struct MissedEvents: Sendable {
    /// After this one,
    let after: EventPosition
    /// and up to this one.
    let through: EventPosition
    /// Whom they concern.
    let keys: [String]

    /// The fewest events of a key that are read at once.
    private static let least = 50

    /// How many there are; more than `most` are not counted to their end.
    /// - Throws: ``SQLError``.
    func count(atMost most: Int, in session: some SQLSession) throws -> Int {
        var count = 0
        for key in keys where count < most {
            count +=
                try session.scalar(
                    "live.count_missed",
                    """
                    SELECT count(*) FROM (
                        SELECT id FROM event_outbox
                        WHERE key = \(key) AND id > \(after.id) AND id <= \(through.id) LIMIT \(most)) AS missed
                    """, as: Int.self) ?? 0
        }
        return count
    }

    /// The first of them, in order.
    /// - Parameter size: roughly how many.
    /// - Returns: the events, and up to where none of these keys is missing.
    /// - Throws: ``SQLError``.
    func page(
        of size: Int, in session: some SQLSession
    ) throws -> (events: [PublishedEvent], through: EventPosition) {
        let limit = max(MissedEvents.least, size / max(keys.count, 1))
        var (events, reached) = ([PublishedEvent](), through)
        for key in keys {
            let own = try read(key, limit: limit, in: session)
            // Behind the last one of a key that has more, the page would have gaps.
            if own.count == limit, let last = own.last { reached = min(reached, last.position) }
            events += own
        }
        let whole = events.filter { $0.position <= reached }.sorted { $0.position < $1.position }
        return (whole, reached)
    }

    private func read(_ key: String, limit: Int, in session: some SQLSession) throws -> [PublishedEvent] {
        try session.all(
            "live.missed",
            """
            SELECT id, kind, key, payload, at FROM event_outbox
            WHERE key = \(key) AND id > \(after.id) AND id <= \(through.id) ORDER BY id LIMIT \(limit)
            """
        ) { row in
            let payload: String = try row[3]
            return PublishedEvent(
                position: EventPosition(id: try row[0]),
                event: Event(
                    try row[1], key: try row[2], payload: try JSONValue(parsing: Array(payload.utf8)), at: try row[4]))
        }
    }
}
