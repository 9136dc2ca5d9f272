import PorticoSQL

/// How far the outbox can be read without skipping what a running transaction is about to add.
///
/// SQLite has one writer, so everything that can be seen is settled. On PostgreSQL rows become visible in another order than
/// their ids. So the newest visible id is noted together with a transaction number taken after it: whoever holds a lower id
/// took it before, and its transaction's number before that. As soon as all transactions with lower numbers have ended,
/// everything up to the noted id is there, or never will be.
struct OutboxFrontier: Sendable {
    /// Nothing will appear at or before this position that is not there now.
    private(set) var settled = EventPosition.start
    /// The newest event that was visible at the first look; nil before that.
    private(set) var begun: EventPosition?
    private var noted: (position: EventPosition, transaction: Int64)?

    /// Whether events are visible that must wait for a running transaction.
    var isHeldBack: Bool { noted != nil }

    /// Looks how far things have come.
    mutating func advance(_ database: Database) async throws {
        guard database.dialect == .postgresql else {
            settled = try await database.read { try OutboxFrontier.newest(in: $0) }
            begun = begun ?? settled
            return
        }
        let (newest, oldestRunning) = try await database.read { reading in
            (try OutboxFrontier.newest(in: reading), try OutboxFrontier.oldestRunning(in: reading))
        }
        begun = begun ?? newest
        settle(oldestRunning)
        guard noted == nil, newest > settled else { return }
        noted = try await database.write { transaction in
            let position = try OutboxFrontier.newest(in: transaction)
            return (position: position, transaction: try OutboxFrontier.number(of: transaction))
        }
        settle(try await database.read { try OutboxFrontier.oldestRunning(in: $0) })
    }

    private mutating func settle(_ oldestRunning: Int64) {
        guard let noted, oldestRunning >= noted.transaction else { return }
        settled = noted.position
        self.noted = nil
    }

    static func newest(in session: some SQLSession) throws -> EventPosition {
        let id = try session.scalar("events.newest", "SELECT max(id) FROM event_outbox", as: Int64?.self)
        return EventPosition(id: (id ?? nil) ?? 0)
    }

    private static func number(of transaction: Transaction) throws -> Int64 {
        try transaction.scalar("events.own_number", "SELECT pg_current_xact_id()::text::bigint", as: Int64.self) ?? 0
    }

    private static func oldestRunning(in session: some SQLSession) throws -> Int64 {
        try session.scalar(
            "events.oldest_running", "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint", as: Int64.self)
            ?? 0
    }
}
