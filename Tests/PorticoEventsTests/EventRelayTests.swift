import Dispatch
import Logging
import PorticoEvents
import PorticoJSON
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

/// Counts events by kind in a table.
private final class CountingProjection: EventProjection {
    let name = "counting"
    private let failsOnce: Mutex<Bool>

    init(failsOnce: Bool = false) {
        self.failsOnce = Mutex(failsOnce)
    }

    static let schema = SchemaComponent(
        name: "counting",
        migrations: [
            Migration(1, "counts") { dialect in
                "CREATE TABLE counts (kind \(dialect.text) PRIMARY KEY, n \(dialect.integer) NOT NULL) \(dialect.strict)"
            }
        ])

    func apply(_ events: [PublishedEvent], in transaction: Transaction) throws {
        for event in events {
            try transaction.execute(
                "counts.add",
                """
                INSERT INTO counts (kind, n) VALUES (\(event.event.kind), 1)
                ON CONFLICT (kind) DO UPDATE SET n = counts.n + 1
                """)
        }
        let fails = failsOnce.withLock { flag in
            defer { flag = false }
            return flag
        }
        if fails { throw SQLError(.other, message: "planned") }
    }
}

private final class Collected: Sendable {
    let events = Mutex<[PublishedEvent]>([])
}

@Suite(.timeLimit(.minutes(10))) struct EventRelayTests {
    private let components = [EventSchema.component, CountingProjection.schema]

    private func relay(
        _ database: Database, _ outbox: EventOutbox, projection: CountingProjection? = nil,
        listener: EventRelay.Listener? = nil
    ) -> EventRelay {
        EventRelay(
            database: database, outbox: outbox, clock: Clock(standingAt: Instant(seconds: 1000)),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
            application: "test", projections: projection.map { [$0] } ?? [], listeners: listener.map { [$0] } ?? [])
    }

    private func publish(_ count: Int, _ outbox: EventOutbox, _ database: Database) async throws {
        for _ in 0..<count {
            try await database.write {
                try outbox.publish(Event("a", key: "k", payload: .object([]), at: Instant(seconds: 1000)), in: $0)
            }
        }
    }

    /// Runs relays side by side until so many events are counted: events wait for whatever else runs on the server.
    private func catchUp(_ relays: [EventRelay], until expected: Int, _ database: Database) async throws {
        while try await count(database) < expected {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for relay in relays { group.addTask { try await relay.catchUp() } }
                try await group.waitForAll()
            }
        }
    }

    private func count(_ database: Database) async throws -> Int {
        try await database.read { try $0.scalar("test.count", "SELECT n FROM counts", as: Int.self) } ?? 0
    }

    @Test(
        "a projection counts every event exactly once, also when a batch fails in between",
        arguments: TestEngine.available)
    func exactlyOnce(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: components) { database in
            let outbox = EventOutbox()
            let relay = relay(database, outbox, projection: CountingProjection(failsOnce: true))
            try await publish(7, outbox, database)
            try await catchUp([relay], until: 7, database)
            try await relay.catchUp()
            #expect(try await count(database) == 7)
        }
    }

    @Test("two relays on one database apply each event once", arguments: TestEngine.available)
    func twoNodes(engine: TestEngine) async throws {
        try await withTestDatabase(on: engine, components: components) { made in
            let other = try await made.openAgain()
            let outbox = EventOutbox()
            try await publish(40, outbox, made.database)
            let first = relay(made.database, outbox, projection: CountingProjection())
            let second = relay(other, outbox, projection: CountingProjection())
            try await catchUp([first, second], until: 40, made.database)
            #expect(try await count(made.database) == 40)
        }
    }

    @Test("a listener gets what is committed after the start, in order", arguments: TestEngine.available)
    func listener(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: components) { database in
            let outbox = EventOutbox()
            let collected = Collected()
            let done = EventBell()
            let relay = relay(database, outbox) { events in
                let count = collected.events.withLock {
                    $0 += events
                    return $0.count
                }
                if count >= 5 { done.ring() }
            }
            try await publish(3, outbox, database)
            let before = try #require(try await database.read { try outbox.kept(in: $0) }).upperBound
            let running = Task { await relay.run() }
            while collected.events.withLock({ $0.count }) < 5 {
                try await publish(1, outbox, database)
                await done.wait(atMost: .milliseconds(20))
            }
            running.cancel()
            await running.value
            let positions = collected.events.withLock { $0.map(\.position) }
            #expect(positions == positions.sorted())
            #expect(positions.allSatisfy { $0 > before })
        }
    }

    @Test(
        "a listener gets what is committed after the start also when a transaction of before holds it back",
        arguments: TestEngine.available.filter { $0 == .postgresql })
    func heldBackAtStart(engine: TestEngine) async throws {
        let queries = QueryLog(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withDatabase(on: engine, components: components, queries: queries) { database in
            let outbox = EventOutbox()
            try await publish(1, outbox, database)
            let before = try #require(try await database.read { try outbox.kept(in: $0) }).upperBound
            let collected = Collected()
            let told = EventBell()
            let relay = relay(database, outbox) { events in
                collected.events.withLock { $0 += events }
                if !events.isEmpty { told.ring() }
            }
            let hasBegun = EventBell()
            let mayEnd = DispatchSemaphore(value: 0)
            let holding = Task {
                try await database.write { transaction in
                    _ = try transaction.scalar("test.number", "SELECT pg_current_xact_id()::text", as: String.self)
                    hasBegun.ring()
                    mayEnd.wait()
                }
            }
            await hasBegun.wait(atMost: .minutes(1))
            let running = Task { await relay.run() }
            while !queries.statistics.snapshot().contains(where: { $0.name == "events.oldest_running" }) {
                await Task.yield()
            }
            try await publish(3, outbox, database)
            let end = try #require(try await database.read { try outbox.kept(in: $0) }).upperBound
            let new = try await database.read { try outbox.events(after: before, through: end, limit: 10, in: $0) }
            #expect(new.count == 3 && outbox.delivered == nil)
            mayEnd.signal()
            try await holding.value
            // Whether or not it is told: what is committed from now on is.
            while collected.events.withLock({ $0.isEmpty }) {
                try await publish(1, outbox, database)
                await told.wait(atMost: .milliseconds(20))
            }
            running.cancel()
            await running.value
            #expect(collected.events.withLock { $0.first } == new.first)
        }
    }
}
