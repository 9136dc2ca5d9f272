import PorticoSQL

/// A projection that can be built anew from the log while the present rows go on being read and written.
///
/// Its rows carry the number of a generation, which is part of their key; readers ask for the one in force:
///
/// ```swift
/// SELECT n FROM day_counts WHERE generation = \(EventGeneration.live(of: "day_counts")) AND day = \(day)
/// ```
public protocol RebuildableProjection: EventProjection {
    /// The kinds of events it reads. All of them must be kept for ever by the log.
    var kinds: [String] { get }
    /// Applies events to the rows of a generation, in order.
    func apply(_ events: [PublishedEvent], to generation: Int64, in transaction: Transaction) throws
    /// Removes rows of a generation, at most `limit`.
    /// - Returns: number of rows removed.
    func clear(_ generation: Int64, limit: Int, in transaction: Transaction) throws -> Int
}

extension RebuildableProjection {
    /// Applies events to the generation in force.
    public func apply(_ events: [PublishedEvent], in transaction: Transaction) throws {
        try apply(events, to: EventGeneration.number(of: name, in: transaction), in: transaction)
    }
}

/// Which rows of a projection are in force.
public enum EventGeneration {
    /// The number as a part of a statement.
    public static func live(of projection: String) -> SQL {
        "coalesce((SELECT generation FROM event_positions WHERE projection = \(projection)), 1)"
    }

    /// The number.
    /// - Throws: ``SQLError``.
    public static func number(of projection: String, in session: some SQLSession) throws -> Int64 {
        try session.scalar(
            "events.generation", "SELECT generation FROM event_positions WHERE projection = \(projection)",
            as: Int64.self) ?? 1
    }
}
