import PorticoSQL

/// Rows derived from events. Applied in the transaction that advances its position, so that every event counts exactly once
/// whatever crashes in between.
public protocol EventProjection: Sendable {
    /// Stable name; its position is kept under it.
    var name: String { get }

    /// Applies events, in order. May run again with the same events when the transaction fails.
    func apply(_ events: [PublishedEvent], in transaction: Transaction) throws
}
