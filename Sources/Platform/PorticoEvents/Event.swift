import PorticoJSON
import PorticoValues

/// Something that happened, written in the transaction that made it happen.
public struct Event: Sendable, Hashable {
    /// What happened: `scan.accepted`.
    public let kind: String
    /// Events of one key are delivered in the order of their commits.
    public let key: String
    /// What it says.
    public let payload: JSONValue
    /// When it happened.
    public let at: Instant

    /// An event.
    public init(_ kind: String, key: String, payload: JSONValue, at: Instant) {
        self.kind = kind
        self.key = key
        self.payload = payload
        self.at = at
    }
}

/// Where an event stands among all: first by the order of commits, then by id.
public struct EventPosition: Sendable, Hashable, Comparable {
    /// Order of the commit.
    public let commitOrder: Int64
    /// Id within it.
    public let id: Int64

    /// Before everything.
    public static let start = EventPosition(commitOrder: 0, id: 0)

    /// A position.
    public init(commitOrder: Int64, id: Int64) {
        self.commitOrder = commitOrder
        self.id = id
    }

    /// A position from ``text``, or nil.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let order = Int64(parts[0]), let id = Int64(parts[1]), order >= 0, id >= 0 else {
            return nil
        }
        self.init(commitOrder: order, id: id)
    }

    /// `order-id`, as clients of streams see it.
    public var text: String { "\(commitOrder)-\(id)" }

    /// The earlier position comes first.
    public static func < (left: EventPosition, right: EventPosition) -> Bool {
        (left.commitOrder, left.id) < (right.commitOrder, right.id)
    }
}

/// An event whose transaction is committed.
public struct PublishedEvent: Sendable, Hashable {
    /// Where it stands.
    public let position: EventPosition
    /// What happened.
    public let event: Event
}
