// example
import PorticoEvents
import PorticoJSON
import PorticoSQL
// end of example
import PorticoTesting
// example
import PorticoValues
// end of example
import Synchronization
import Testing

@Suite("The README's event", .timeLimit(.minutes(5))) struct ExampleTests {
    // example
    /// Thanks everybody who gave something, once the gift is kept.
    struct Thanks: EventSubscriber {
        let name = "thanks"
        let write: @Sendable (String) async throws -> Void

        func hears(_ kind: String) -> Bool { kind == "gift.received" }
        func handle(_ event: PublishedEvent) async throws { try await write(event.event.key) }
    }

    func receive(_ giver: String, _ database: Database, _ outbox: EventOutbox, at now: Instant) async throws {
        try await database.write { transaction in
            try transaction.execute("gifts.insert", "INSERT INTO gifts (giver) VALUES (\(giver))")
            try outbox.publish(Event("gift.received", key: giver, payload: [:], at: now), in: transaction)
        }
    }
    // end of example

    private final class Letters: Sendable {
        let addressed = Mutex<[String]>([])
    }

    @Test("is handled after the commit that makes it true, and once", arguments: TestEngine.available)
    func example(engine: TestEngine) async throws {
        let gifts = SchemaComponent(
            name: "gifts",
            migrations: [Migration(1, "gifts") { "CREATE TABLE gifts (giver \($0.text) NOT NULL) \($0.strict)" }])
        try await withTown(on: engine, adding: [gifts]) { town in
            let (database, outbox, clock) = (town.database, town.outbox, town.clock)
            let (logger, metrics) = (town.logger, town.metrics)
            let letters = Letters()
            try await receive("asha", database, outbox, at: clock.now())
            let thanks = Thanks { giver in letters.addressed.withLock { $0.append(giver) } }
            // example
            let relay = EventRelay(
                database: database, outbox: outbox, clock: clock, logger: logger, metrics: metrics,
                application: "gifts", projections: [], listeners: [], subscribers: [thanks])
            try await relay.catchUp()  // in a program: await relay.run(), until its task is cancelled
            // end of example
            try await relay.catchUp()
            #expect(letters.addressed.withLock { $0 } == ["asha"])
        }
    }
}
