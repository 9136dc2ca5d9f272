import PorticoJSON
import PorticoValues

/// Something that happened, written in the transaction that made it happen.
public struct Event: Sendable, Hashable {
    /// What happened: `scan.accepted`.
    public let kind: String
    /// Whom it concerns. Events are delivered in the order in which they were written; whoever writes of one thing while it
    /// is locked thus tells of it in the order of commits.
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

/// Where an event stands among all: positions rise with time, and have gaps.
public struct EventPosition: Sendable, Hashable, Comparable {
    /// Id of the event, from 1.
    public let id: Int64

    /// Before everything.
    public static let start = EventPosition(id: 0)

    /// A position.
    public init(id: Int64) {
        self.id = id
    }

    /// A position from ``text``, or nil.
    public init?(_ text: some StringProtocol) {
        guard let id = Int64(text), id >= 0, text.utf8.first != 0x2B else { return nil }
        self.init(id: id)
    }

    /// Decimal digits, as clients of streams see it.
    public var text: String { String(id) }

    /// The earlier position comes first.
    public static func < (left: EventPosition, right: EventPosition) -> Bool { left.id < right.id }
}

/// An event whose transaction is committed.
public struct PublishedEvent: Sendable, Hashable {
    /// Where it stands.
    public let position: EventPosition
    /// What happened.
    public let event: Event

    /// An event at its place, as it was read or received.
    public init(position: EventPosition, event: Event) {
        self.position = position
        self.event = event
    }
}
