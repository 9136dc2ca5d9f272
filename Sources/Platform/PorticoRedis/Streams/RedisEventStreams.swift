import PorticoEvents
import PorticoJSON
import PorticoValues

/// Carries events between nodes as Redis Streams with consumer groups: one stream for each partition.
///
/// Redis may be killed and come back empty, or with what it had a while ago: the bridge notices and gives again what was
/// not acknowledged. Streams are trimmed to about `length` entries each, which must be more than the bridge's window. Needs
/// Redis 6.2 or later.
public struct RedisEventStreams: EventTransport {
    /// How many partitions there are. Keys change their partition with it: change it only when nothing is open.
    public let partitions: Int
    private let client: RedisClient
    private let prefix: String
    private let length: Int
    private let timeout: Span
    private let scripts = RedisStreamScripts()

    /// Streams on a client.
    /// - Parameters:
    ///   - prefix: what their keys begin with; one for each application that tells. No braces.
    ///   - length: entries a stream keeps, about.
    ///   - timeout: how long one step may take.
    public init(
        _ client: RedisClient, prefix: String, partitions: Int = 8, length: Int = 20_000, timeout: Span = .seconds(2)
    ) {
        self.client = client
        self.prefix = "{\(prefix):events}"
        self.partitions = max(1, partitions)
        self.length = max(1000, length)
        self.timeout = timeout
    }

    /// Appends events in order, each once.
    /// - Throws: ``RedisError``, ``EventTransportLoss``.
    public func append(
        _ events: [PublishedEvent], for groups: [String], following known: EventPosition
    ) async throws {
        var words = RedisWords(known.id, length, groups.count)
        for group in groups { words.append(group) }
        for published in events {
            let event = published.event
            words.append(partition(of: event.key))
            words.append(published.position.id)
            words.append(event.kind)
            words.append(event.key)
            words.append(event.payload.bytes)
            words.append(event.at.milliseconds)
        }
        let answer = try await client.run(scripts.append, keys: keys, arguments: words, timeout: timeout)
        guard answer.integer == 1 else { throw EventTransportLoss() }
    }

    /// The mark that was left last.
    /// - Throws: ``RedisError``.
    public func epoch() async throws -> String? {
        let command = RedisCommand("GET", "\(prefix):epoch")
        return try await client.send(command, timeout: timeout, isIdempotent: true).text
    }

    /// Leaves a mark, and removes all streams where they are not the outbox's.
    /// - Throws: ``RedisError``.
    public func begin(_ epoch: String, anew: Bool) async throws {
        _ = try await client.run(
            scripts.begin, keys: ["\(prefix):epoch"] + keys, arguments: RedisWords(epoch, anew ? 1 : 0),
            timeout: timeout)
    }

    /// How far everybody is.
    /// - Throws: ``RedisError``.
    public func standing(of groups: [String]) async throws -> EventTransportStanding {
        var words = RedisWords()
        for group in groups { words.append(group) }
        let answer = try await client.run(scripts.standing, keys: keys, arguments: words, timeout: timeout)
        guard let numbers = answer.elements?.compactMap(\.integer), numbers.count == 2 else {
            throw RedisError.unexpectedAnswer("a standing")
        }
        let first = numbers[1] == 0 ? nil : EventPosition(id: numbers[1])
        return EventTransportStanding(last: EventPosition(id: numbers[0]), firstOpen: first)
    }

    /// Takes or keeps a partition.
    /// - Throws: ``RedisError``.
    public func claim(_ partition: Int, group: String, consumer: String, lease: Span) async throws -> Bool {
        let words = RedisWords(partition, consumer, lease.milliseconds, partitions)
        let answer = try await client.run(
            scripts.claim, keys: ownership(group), arguments: words, timeout: timeout)
        return answer.integer == 1
    }

    /// Gives a partition back.
    /// - Throws: ``RedisError``.
    public func release(_ partition: Int, group: String, consumer: String) async throws {
        _ = try await client.run(
            scripts.release, keys: ownership(group), arguments: RedisWords(partition, consumer), timeout: timeout)
    }

    /// The next events of a partition.
    /// - Throws: ``RedisError``.
    public func receive(
        _ partition: Int, group: String, consumer: String, limit: Int
    ) async throws -> [ReceivedEvent] {
        let answer = try await client.run(
            scripts.receive, keys: [stream(partition)], arguments: RedisWords(group, consumer, max(1, limit)),
            timeout: timeout)
        guard let parts = answer.elements, let deliveries = parts.first?.integer else {
            throw RedisError.unexpectedAnswer("entries of a stream")
        }
        return try parts.dropFirst().map { entry in
            ReceivedEvent(try RedisEventStreams.event(entry), partition: partition, deliveries: Int(deliveries))
        }
    }

    /// Says that events need not come again.
    /// - Throws: ``RedisError``.
    public func acknowledge(_ events: [ReceivedEvent], group: String) async throws {
        for (partition, received) in Dictionary(grouping: events, by: \.partition) {
            var command = RedisCommand("XACK", stream(partition), group)
            for event in received { command.append("\(event.event.position.id)-0") }
            _ = try await client.send(command, timeout: timeout, isIdempotent: true)
        }
    }

    private var keys: [String] { ["\(prefix):last"] + (0..<partitions).map { stream($0) } }

    private func stream(_ partition: Int) -> String { "\(prefix):\(partitions):\(partition)" }

    private func ownership(_ group: String) -> [String] {
        ["\(prefix):\(partitions):owners:\(group)", "\(prefix):\(partitions):members:\(group)"]
    }

    /// An entry: its id, then fields with their values.
    private static func event(_ entry: RESPValue) throws -> PublishedEvent {
        guard let parts = entry.elements, parts.count == 2, let id = parts[0].text?.prefix(while: { $0 != "-" }),
            let position = EventPosition(id), let kind = parts[1]["k"]?.text, let key = parts[1]["y"]?.text,
            let payload = parts[1]["p"]?.bytes, let at = parts[1]["t"]?.integer
        else { throw RedisError.unexpectedAnswer("an event") }
        return PublishedEvent(
            position: position,
            event: Event(
                kind, key: key, payload: try JSONValue(parsing: payload), at: Instant(milliseconds: at)))
    }
}
