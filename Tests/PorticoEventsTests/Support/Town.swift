import Logging
import PorticoEvents
import PorticoJSON
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Synchronization

/// A database with events, a clock that stands still, and what tests do with them.
final class Town: Sendable {
    static let start = Instant(seconds: 1_790_000_000)

    let database: Database
    let outbox: EventOutbox
    let clock = Clock(standingAt: Town.start)
    let metrics = MetricsRegistry()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(_ database: Database, log: EventLogPolicy = .none) {
        self.database = database
        outbox = EventOutbox(log: log)
    }

    var parking: EventParking { EventParking(outbox) }

    /// Tells of events, one transaction each: key and number.
    func tell(_ events: (key: String, number: Int)..., kind: String = "thing.changed") async throws {
        for event in events { try await tell(event.key, event.number, kind: kind) }
    }

    func tell(_ key: String, _ number: Int, kind: String = "thing.changed") async throws {
        try await database.write { [outbox, clock] in
            try outbox.publish(
                Event(kind, key: key, payload: ["number": .integer(Int64(number))], at: clock.now()), in: $0)
        }
    }

    /// A relay of this node, or of another one with an outbox of its own.
    func relay(
        projections: [any EventProjection] = [], subscribers: [any EventSubscriber] = [],
        listeners: [EventRelay.Listener] = [], patience: EventPatience = EventPatience(tries: 3),
        outbox other: EventOutbox? = nil
    ) -> EventRelay {
        EventRelay(
            database: database, outbox: other ?? outbox, clock: clock, logger: logger, metrics: metrics,
            application: "test",
            projections: projections, listeners: listeners, subscribers: subscribers, interval: .milliseconds(20),
            patience: patience)
    }

    func parked(_ consumer: String) async throws -> [String] {
        try await database.read { [parking] in
            try parking.events(of: consumer, in: $0).map { "\($0.event.number) \($0.state.rawValue) \($0.tries)" }
        }
    }

    func newest() async throws -> EventPosition {
        let kept = try await database.read { [outbox] in try outbox.kept(in: $0) }
        return kept?.upperBound ?? .start
    }
}

extension PublishedEvent {
    /// The number it was told with.
    var number: Int { Int(event.payload["number"]?.int64 ?? 0) }
}

/// Runs `body` in a town of its own.
func withTown(
    on engine: TestEngine, log: EventLogPolicy = .none, adding components: [SchemaComponent] = [],
    _ body: (Town) async throws -> Void
) async throws {
    try await withDatabase(on: engine, components: [EventSchema.component] + components) { database in
        try await body(Town(database, log: log))
    }
}

struct Planned: Error, CustomStringConvertible {
    let description = "planned"
}

/// Notes what it handles, and fails where it is told to.
final class Scribe: EventSubscriber {
    private struct State {
        var handled: [Int] = []
        var bad: Set<Int> = []
        var tries: [Int: Int] = [:]
    }

    let name: String
    private let state = Mutex(State())

    init(_ name: String = "scribe", bad: Set<Int> = []) {
        self.name = name
        state.withLock { $0.bad = bad }
    }

    /// Numbers of what was handled, in order.
    var handled: [Int] { state.withLock(\.handled) }

    func tries(_ number: Int) -> Int { state.withLock { $0.tries[number] ?? 0 } }

    func heal() { state.withLock { $0.bad = [] } }

    func handle(_ event: PublishedEvent) async throws {
        try state.withLock { state in
            state.tries[event.number, default: 0] += 1
            guard !state.bad.contains(event.number) else { throw Planned() }
            state.handled.append(event.number)
        }
    }

    func hears(_ kind: String) -> Bool { kind != "thing.ignored" }
}

/// Keeps the last number of each key, and their sum, by generation.
final class Ledger: RebuildableProjection {
    let name = "ledger"
    let kinds = ["thing.changed"]
    private let bad: Mutex<Set<Int>>
    /// What is added to each number.
    let bonus: Int

    init(bad: Set<Int> = [], bonus: Int = 0) {
        self.bad = Mutex(bad)
        self.bonus = bonus
    }

    func heal() { bad.withLock { $0 = [] } }

    static let schema = SchemaComponent(
        name: "ledger",
        migrations: [
            Migration(1, "ledger") { dialect in
                """
                CREATE TABLE ledger (
                    generation \(dialect.integer) NOT NULL, key \(dialect.text) NOT NULL, last \(dialect.integer) NOT NULL,
                    total \(dialect.integer) NOT NULL, PRIMARY KEY (generation, key)) \(dialect.strict)
                """
            }
        ])

    func apply(_ events: [PublishedEvent], to generation: Int64, in transaction: Transaction) throws {
        for event in events {
            if bad.withLock({ $0.contains(event.number) }) { throw Planned() }
            let number = event.number + bonus
            try transaction.execute(
                "ledger.add",
                """
                INSERT INTO ledger (generation, key, last, total)
                VALUES (\(generation), \(event.event.key), \(number), \(number))
                ON CONFLICT (generation, key) DO UPDATE SET last = excluded.last, total = ledger.total + excluded.total
                """)
        }
    }

    func clear(_ generation: Int64, limit: Int, in transaction: Transaction) throws -> Int {
        try transaction.execute(
            "ledger.clear",
            """
            DELETE FROM ledger WHERE generation = \(generation) AND key IN (
                SELECT key FROM ledger WHERE generation = \(generation) LIMIT \(limit))
            """)
    }

    /// `key=last/total` of each key, as readers see it.
    static func rows(_ database: Database) async throws -> [String] {
        try await database.read { reading in
            try reading.all(
                "ledger.rows",
                """
                SELECT key, last, total FROM ledger WHERE generation = \(EventGeneration.live(of: "ledger")) ORDER BY key
                """
            ) { "\(try $0[0] as String)=\(try $0[1] as Int)/\(try $0[2] as Int)" }
        }
    }
}
