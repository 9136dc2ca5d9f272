import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoEvents

@Suite(.timeLimit(.minutes(10))) struct EventOutboxTests {
    private let outbox = EventOutbox()

    private func event(_ number: Int, at seconds: Int64 = 1000) -> Event {
        Event("thing.happened", key: "k", payload: ["number": .integer(Int64(number))], at: Instant(seconds: seconds))
    }

    private func numbers(_ events: [PublishedEvent]) -> [Int64] {
        events.compactMap { if case .integer(let number) = $0.event.payload["number"] { number } else { nil } }
    }

    private func all(in database: Database) async throws -> [PublishedEvent] {
        try await database.read {
            try outbox.events(after: .start, through: EventPosition(id: .max), limit: 1000, in: $0)
        }
    }

    @Test("an event is there after the commit and not without one", arguments: TestEngine.available)
    func commitAndRollback(engine: TestEngine) async throws {
        struct Stop: Error {}
        try await withDatabase(on: engine, components: [EventSchema.component]) { database in
            try await database.write { try outbox.publish(event(1), in: $0) }
            await #expect(throws: Stop.self) {
                try await database.write { transaction in
                    try outbox.publish(event(2), in: transaction)
                    throw Stop()
                }
            }
            let events = try await all(in: database)
            #expect(numbers(events) == [1])
            #expect(events[0].event == event(1))
        }
    }

    @Test(
        "reading up to the frontier skips nothing under concurrent writers, in the order of the locks they held",
        arguments: TestEngine.available)
    func order(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [EventSchema.component, Self.sacks]) { database in
            let writers = Task {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<200 { group.addTask { try await fill(database) } }
                    try await group.waitForAll()
                }
            }
            var seen: [Int64] = []
            var position = EventPosition.start
            var frontier = OutboxFrontier()
            while seen.count < 200 {
                try await frontier.advance(database)
                let (from, end) = (position, frontier.settled)
                let batch = try await database.read { try outbox.events(after: from, through: end, limit: 17, in: $0) }
                #expect(batch.map(\.position) == batch.map(\.position).sorted())
                seen += numbers(batch)
                position = batch.last?.position ?? position
            }
            try await writers.value
            #expect(seen == Array(1...200))
        }
    }

    private static let sacks = SchemaComponent(
        name: "sacks",
        migrations: [
            Migration(1, "one sack") { dialect in
                """
                CREATE TABLE sacks (id \(dialect.integer) NOT NULL PRIMARY KEY, n \(dialect.integer) NOT NULL)
                    \(dialect.strict);
                CREATE TABLE visits (n \(dialect.integer) NOT NULL) \(dialect.strict);
                INSERT INTO sacks (id, n) VALUES (1, 0)
                """
            }
        ])

    /// Counts a sack up and tells the count. The transaction has its number before it waits for the sack.
    private func fill(_ database: Database) async throws {
        try await database.write { transaction in
            try transaction.execute("test.visit", "INSERT INTO visits (n) VALUES (1)")
            try transaction.execute("test.fill", "UPDATE sacks SET n = n + 1 WHERE id = 1")
            let count = try transaction.scalar("test.count", "SELECT n FROM sacks WHERE id = 1", as: Int.self)
            try outbox.publish(event(count ?? 0), in: transaction)
        }
    }

    @Test(
        "pruning keeps what is young, what a projection has yet to see, and the newest", arguments: TestEngine.available
    )
    func prune(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [EventSchema.component]) { database in
            for number in 1...4 {
                try await database.write { try outbox.publish(event(number, at: number < 4 ? 1000 : 5000), in: $0) }
            }
            let second = try await all(in: database)[1].position
            try await database.write { transaction in
                try transaction.execute(
                    "test.position", "INSERT INTO event_positions (projection, id) VALUES ('p', \(second.id))")
                try outbox.prune(at: Instant(seconds: 5000), in: transaction)
            }
            #expect(numbers(try await all(in: database)) == [3, 4])
            try await database.write { transaction in
                try transaction.execute("test.forget", "DELETE FROM event_positions")
                try outbox.prune(at: Instant(seconds: 50_000), in: transaction)
            }
            #expect(numbers(try await all(in: database)) == [4])
        }
    }

    @Test("ids go on rising when everything is gone", arguments: TestEngine.available)
    func rising(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [EventSchema.component]) { database in
            try await database.write { try outbox.publish(event(1), in: $0) }
            let last = try #require(try await all(in: database).last?.position)
            try await database.write { transaction in
                try transaction.execute("test.empty", "DELETE FROM event_outbox")
                try outbox.publish(event(2), in: transaction)
            }
            #expect(try #require(try await all(in: database).first?.position) > last)
        }
    }

    @Test(
        "positions are read as they were written, and nothing else is", arguments: ["", "1-", "a", "-1", "1-2", "+1"])
    func positions(text: String) {
        #expect(EventPosition(text) == nil)
        let position = EventPosition(id: 34)
        #expect(EventPosition(position.text) == position)
    }
}
