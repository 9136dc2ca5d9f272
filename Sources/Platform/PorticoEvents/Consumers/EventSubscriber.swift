/// Does something about events, outside of their transaction: calls others, sends, computes.
///
/// Each event comes at least once, on one node; events of one key come one after another, in order, those of different
/// keys side by side. An event whose handling fails is put aside and tried again, with those of its key behind it
/// (``EventParking``).
public protocol EventSubscriber: Sendable {
    /// Stable name; its position is kept under it.
    var name: String { get }
    /// Whether it wants events of a kind.
    func hears(_ kind: String) -> Bool
    /// Handles one event. Knows repetitions by the event's position.
    func handle(_ event: PublishedEvent) async throws
}

extension EventSubscriber {
    /// All kinds.
    public func hears(_ kind: String) -> Bool { true }
}
