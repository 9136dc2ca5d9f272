import PorticoValues

/// Carries events from the application that tells of them to groups of nodes that do something about them: through this
/// process (``LocalEventTransport``), or through a broker.
///
/// An event's key decides which partition it goes to; a partition belongs to one consumer of a group at a time, and keeps
/// the order. What a consumer has received and not acknowledged is received again, by it or by its successor. Events are
/// known by their positions, so that appending one again changes nothing.
///
/// The transport need not survive anything: ``EventBridge`` sends again whatever a group has not acknowledged.
public protocol EventTransport: Sendable {
    /// How many partitions there are; the same on every node.
    var partitions: Int { get }

    /// Appends events in the order of their positions; those that are there already are left as they are.
    /// - Parameters:
    ///   - groups: who will receive them; groups begin with the first event they are named at.
    ///   - known: the last event that was appended before, as the caller knows.
    /// - Throws: ``EventTransportLoss`` when that one is not there any more; then nothing is appended.
    func append(_ events: [PublishedEvent], for groups: [String], following known: EventPosition) async throws

    /// The mark that ``begin(_:anew:)`` has left; nil when nobody has, or when it was lost.
    func epoch() async throws -> String?

    /// Leaves a mark.
    /// - Parameter anew: whether all events are forgotten with it, because they are not those of the outbox: positions count
    ///   anew, and groups begin with what is appended next.
    func begin(_ epoch: String, anew: Bool) async throws

    /// How far everybody is.
    func standing(of groups: [String]) async throws -> EventTransportStanding

    /// Takes a partition for a consumer, or keeps it. Partitions are shared out evenly among the consumers that ask.
    /// - Returns: whether the consumer has it now, until `lease` is over.
    func claim(_ partition: Int, group: String, consumer: String, lease: Span) async throws -> Bool

    /// Gives a partition back.
    func release(_ partition: Int, group: String, consumer: String) async throws

    /// The next events of a partition that the consumer has claimed. While something it or a predecessor received is not
    /// acknowledged, that is received again, one event at a time.
    func receive(_ partition: Int, group: String, consumer: String, limit: Int) async throws -> [ReceivedEvent]

    /// Says that events need not be received again.
    func acknowledge(_ events: [ReceivedEvent], group: String) async throws
}

extension EventTransport {
    /// The partition of a key: FNV-1a, the same in every process.
    public func partition(of key: String) -> Int {
        var hash: UInt32 = 2_166_136_261
        for byte in key.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return Int(hash % UInt32(max(1, partitions)))
    }
}

/// An event as a consumer gets it.
public struct ReceivedEvent: Sendable, Hashable {
    /// The event.
    public let event: PublishedEvent
    /// Where it came from.
    public let partition: Int
    /// How often it was received in the group, this time included.
    public let deliveries: Int

    /// An event that was received.
    public init(_ event: PublishedEvent, partition: Int, deliveries: Int) {
        self.event = event
        self.partition = partition
        self.deliveries = deliveries
    }
}

/// How far a transport and its groups are.
public struct EventTransportStanding: Sendable, Hashable {
    /// The last event that was appended; the start when there is none.
    public let last: EventPosition
    /// The first event that some group has not acknowledged; nil when all have everything.
    public let firstOpen: EventPosition?

    /// A standing.
    public init(last: EventPosition, firstOpen: EventPosition?) {
        self.last = last
        self.firstOpen = firstOpen
    }
}

/// Events that were appended are not there any more.
public struct EventTransportLoss: Error, Sendable, Hashable {
    /// A loss.
    public init() {}
}
