import PorticoValues
import Synchronization

/// Carries events within one process. Complete but for what only a broker can do: its events end with the process, and
/// ``EventBridge`` sends them again to the next one.
public final class LocalEventTransport: EventTransport {
    fileprivate struct Group {
        /// Position of the last event that was received for the first time.
        var cursor = EventPosition.start
        /// What is not acknowledged, in order, with how often it was received.
        var open: [(event: PublishedEvent, deliveries: Int)] = []
    }

    fileprivate struct Lease {
        var consumer: String
        var until: Instant
    }

    fileprivate struct State {
        var streams: [[PublishedEvent]]
        var groups: [String: [Group]] = [:]
        var leases: [String: [Int: Lease]] = [:]
        var members: [String: [String: Instant]] = [:]
        var last = EventPosition.start
        var epoch: String?
    }

    /// How many partitions there are.
    public let partitions: Int
    private let clock: Clock
    private let state: Mutex<State>

    /// An empty transport.
    public init(partitions: Int = 8, clock: Clock) {
        self.partitions = max(1, partitions)
        self.clock = clock
        state = Mutex(State(streams: Array(repeating: [], count: max(1, partitions))))
    }

    /// Forgets everything, as a broker does that is killed.
    public func lose() {
        state.withLock { $0 = State(streams: Array(repeating: [], count: partitions)) }
    }

    /// Appends events in order, each once.
    /// - Throws: ``EventTransportLoss``.
    public func append(
        _ events: [PublishedEvent], for groups: [String], following known: EventPosition
    ) async throws {
        try state.withLock { state in
            guard state.last >= known else { throw EventTransportLoss() }
            for group in groups { _ = state.begin(group, partitions) }
            for event in events {
                let partition = partition(of: event.event.key)
                state.last = max(state.last, event.position)
                guard state.streams[partition].last.map({ $0.position < event.position }) ?? true else { continue }
                state.streams[partition].append(event)
            }
            state.forgetAcknowledged()
        }
    }

    /// The mark that was left last.
    public func epoch() async throws -> String? {
        state.withLock(\.epoch)
    }

    /// Leaves a mark, and forgets all events where they are not the outbox's.
    public func begin(_ epoch: String, anew: Bool) async throws {
        state.withLock { state in
            if anew {
                state.streams = Array(repeating: [], count: partitions)
                state.groups = [:]
                state.last = .start
            }
            state.epoch = epoch
        }
    }

    /// How far everybody is.
    public func standing(of groups: [String]) async throws -> EventTransportStanding {
        state.withLock { state in
            let firsts = groups.flatMap { name in
                let group = state.begin(name, partitions)
                return (0..<partitions).compactMap { index in
                    let next = state.streams[index].first { $0.position > group[index].cursor }?.position
                    return group[index].open.first?.event.position ?? next
                }
            }
            return EventTransportStanding(last: state.last, firstOpen: firsts.min())
        }
    }

    /// Takes or keeps a partition.
    public func claim(_ partition: Int, group: String, consumer: String, lease: Span) async throws -> Bool {
        let now = clock.now()
        return state.withLock { state in
            var members = state.members[group, default: [:]].filter { $0.value > now }
            members[consumer] = now + lease
            state.members[group] = members
            var leases = state.leases[group, default: [:]].filter { $0.value.until > now }
            let most = (partitions + members.count - 1) / members.count
            let owned = leases.values.count { $0.consumer == consumer }
            let isMine = leases[partition]?.consumer == consumer
            if isMine, owned > most { leases[partition] = nil }
            let isGiven = isMine ? owned <= most : leases[partition] == nil && owned < most
            if isGiven { leases[partition] = Lease(consumer: consumer, until: now + lease) }
            state.leases[group] = leases
            return isGiven
        }
    }

    /// Gives a partition back.
    public func release(_ partition: Int, group: String, consumer: String) async throws {
        state.withLock { state in
            state.members[group]?[consumer] = nil
            if state.leases[group]?[partition]?.consumer == consumer { state.leases[group]?[partition] = nil }
        }
    }

    /// The next events of a partition.
    public func receive(
        _ partition: Int, group name: String, consumer: String, limit: Int
    ) async throws -> [ReceivedEvent] {
        state.withLock { state in
            var groups = state.begin(name, partitions)
            defer { state.groups[name] = groups }
            if !groups[partition].open.isEmpty {
                groups[partition].open[0].deliveries += 1
                let first = groups[partition].open[0]
                return [ReceivedEvent(first.event, partition: partition, deliveries: first.deliveries)]
            }
            let cursor = groups[partition].cursor
            let news = state.streams[partition].drop { $0.position <= cursor }.prefix(limit)
            groups[partition].open = news.map { ($0, 1) }
            groups[partition].cursor = news.last?.position ?? cursor
            return news.map { ReceivedEvent($0, partition: partition, deliveries: 1) }
        }
    }

    /// Says that events need not come again.
    public func acknowledge(_ events: [ReceivedEvent], group: String) async throws {
        state.withLock { state in
            for received in events {
                state.groups[group]?[received.partition].open.removeAll {
                    $0.event.position == received.event.position
                }
            }
        }
    }
}

extension LocalEventTransport.State {
    fileprivate mutating func begin(_ name: String, _ partitions: Int) -> [LocalEventTransport.Group] {
        if let groups = groups[name] { return groups }
        let made = Array(repeating: LocalEventTransport.Group(), count: partitions)
        groups[name] = made
        return made
    }

    /// The last event of each stream stays, so that what comes again is known.
    fileprivate mutating func forgetAcknowledged() {
        for index in streams.indices {
            let done = groups.values.map { group in
                group[index].open.first.map { EventPosition(id: $0.event.position.id - 1) } ?? group[index].cursor
            }.min()
            guard let done, let last = streams[index].last else { continue }
            streams[index].removeAll { $0.position <= done && $0.position < last.position }
        }
    }
}
