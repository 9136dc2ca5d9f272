import PorticoSQL

/// The mark that an outbox and a transport have in common, so that each can be told from what it was at another time.
///
/// Every life of a bridge gives both a new one. A database that was restored from a copy of before has an old mark, or none,
/// and the same ids mean other events from then on.
enum EventEpoch {
    /// The mark of the last life of a bridge; nil before the first, and when an operator has removed it.
    static func mark(of bridge: String, in session: some SQLSession) throws -> String? {
        try session.scalar("events.epoch", "SELECT mark FROM event_epoch WHERE bridge = \(bridge)", as: String.self)
    }

    /// Takes a mark on.
    static func take(_ mark: String, of bridge: String, in transaction: Transaction) throws {
        try transaction.execute(
            "events.take_epoch",
            """
            INSERT INTO event_epoch (bridge, mark) VALUES (\(bridge), \(mark))
            ON CONFLICT (bridge) DO UPDATE SET mark = excluded.mark
            """)
    }
}
