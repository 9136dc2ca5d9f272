import PorticoSQL
import PorticoValues

/// How one consumer of an application's events stands.
public struct EventConsumerStanding: Sendable, Hashable {
    /// Its name.
    public let consumer: String
    /// The last event it has passed; nil for one that has no position here, because a transport brings it its events.
    public let position: EventPosition?
    /// Events it has yet to pass, counted no further than ``EventStandings/reach``.
    public let behind: Int
    /// When the first of these happened; nil when it has passed all.
    public let waitingSince: Instant?
    /// Events it has put aside, by where they stand.
    public let parked: [ParkedEventState: Int]
    /// Whether it stands still, because it has put aside as many as it may and there is more to do.
    public let isHalted: Bool
    /// How far the building of its rows anew is; nil while they are not built.
    public let rebuild: RebuildProgress?

    /// Events it has put aside.
    public var parkedCount: Int { parked.values.reduce(0, +) }
}

/// How the outbox stands.
public struct OutboxStanding: Sendable, Hashable {
    /// Rows in it.
    public let rows: Int
    /// When its oldest event happened; nil when it is empty.
    public let oldest: Instant?
    /// Its newest event.
    public let newest: EventPosition
    /// Rows of the log, which keeps events for longer.
    public let logged: Int
}

/// How the events of an application stand: its outbox, and everybody who reads it.
public struct EventStandings: Sendable, Hashable {
    /// How far events that wait are counted.
    public static let reach = 100_000

    /// The outbox.
    public let outbox: OutboxStanding
    /// Everybody who has a position or has put something aside, by name.
    public let consumers: [EventConsumerStanding]

    /// Looks how things are at this moment.
    /// - Parameter mostParked: events a consumer may have put aside, as ``EventPatience`` of the relay says.
    /// - Throws: ``SQLError``.
    public init(mostParked: Int = EventPatience().mostParked, in session: some SQLSession) throws {
        outbox = try OutboxStanding(in: session)
        let positions = try EventStandings.positions(in: session)
        let parked = try EventStandings.parked(in: session)
        let builds = try EventStandings.builds(in: session)
        consumers = try Set(positions.keys).union(parked.keys).union(builds.keys).sorted().map { name in
            let position = positions[name]
            let waiting = try position.map { try EventStandings.waiting(after: $0, in: session) }
            let aside = parked[name] ?? [:]
            let behind = waiting?.count ?? 0
            let isFull = aside.values.reduce(0, +) >= mostParked
            return EventConsumerStanding(
                consumer: name, position: position, behind: behind, waitingSince: waiting?.since, parked: aside,
                isHalted: isFull && (behind > 0 || position == nil), rebuild: builds[name])
        }
    }

    private static func positions(in session: some SQLSession) throws -> [String: EventPosition] {
        let rows = try session.all("events.positions", "SELECT projection, id FROM event_positions") {
            (name: try String.read($0, 0), position: EventPosition(id: try $0[1]))
        }
        return Dictionary(rows.map { ($0.name, $0.position) }) { first, _ in first }
    }

    private static func parked(in session: some SQLSession) throws -> [String: [ParkedEventState: Int]] {
        let rows = try session.all(
            "events.count_parked",
            "SELECT consumer, state, count(*) FROM event_parked GROUP BY consumer, state ORDER BY consumer, state"
        ) { (consumer: try String.read($0, 0), state: try ParkedEventState.read($0, 1), count: try Int.read($0, 2)) }
        return rows.reduce(into: [:]) { $0[$1.consumer, default: [:]][$1.state] = $1.count }
    }

    private static func builds(in session: some SQLSession) throws -> [String: RebuildProgress] {
        let rows = try session.all(
            "events.builds", "SELECT projection, generation, done, total FROM event_builds"
        ) { row in
            (
                name: try String.read(row, 0),
                progress: RebuildProgress(
                    generation: try row[1], done: try row[2], total: try row[3], isFinished: false)
            )
        }
        return Dictionary(rows.map { ($0.name, $0.progress) }) { first, _ in first }
    }

    /// What lies after a position, in log and outbox.
    private static func waiting(
        after position: EventPosition, in session: some SQLSession
    ) throws -> (count: Int, since: Instant?) {
        let young = try session.scalar(
            "events.behind",
            "SELECT count(*) FROM (SELECT 1 FROM event_outbox WHERE id > \(position.id) LIMIT \(reach)) AS rest",
            as: Int.self)
        let old = try session.scalar(
            "events.behind_log",
            "SELECT count(*) FROM (SELECT 1 FROM event_log WHERE id > \(position.id) LIMIT \(reach)) AS rest",
            as: Int.self)
        let since =
            try session.scalar(
                "events.waits_in_log", "SELECT at FROM event_log WHERE id > \(position.id) ORDER BY id LIMIT 1",
                as: Instant.self)
            ?? session.scalar(
                "events.waits", "SELECT at FROM event_outbox WHERE id > \(position.id) ORDER BY id LIMIT 1",
                as: Instant.self)
        return (min(reach, (young ?? 0) + (old ?? 0)), since)
    }
}

extension OutboxStanding {
    fileprivate init(in session: some SQLSession) throws {
        rows = try session.scalar("events.rows", "SELECT count(*) FROM event_outbox", as: Int.self) ?? 0
        logged = try session.scalar("events.logged", "SELECT count(*) FROM event_log", as: Int.self) ?? 0
        oldest = try session.scalar(
            "events.oldest", "SELECT at FROM event_outbox ORDER BY id LIMIT 1", as: Instant.self)
        newest = try OutboxFrontier.newest(in: session)
    }
}
