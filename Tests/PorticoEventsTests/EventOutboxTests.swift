import PorticoEvents
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@Suite(.timeLimit(.minutes(1))) struct EventOutboxTests {
    private let outbox = EventOutbox()

    private func event(_ number: Int, at seconds: Int64 = 1000) -> Event {
        Event("thing.happened", key: "k", payload: ["number": .integer(Int64(number))], at: Instant(seconds: seconds))
    }

    private func numbers(_ events: [PublishedEvent]) -> [Int64] {
        events.compactMap { if case .integer(let number) = $0.event.payload["number"] { number } else { nil } }
    }

    /// The first `count` events, once nothing that still runs on the server could come before them.
    private func settled(_ count: Int, in database: Database) async throws -> [PublishedEvent] {
        while true {
            let events = try await database.read { try outbox.events(after: .start, limit: count + 10, in: $0) }
            if events.count >= count { return events }
            await EventBell().wait(atMost: .milliseconds(10))
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
            let events = try await settled(1, in: database)
            #expect(numbers(events) == [1])
            #expect(events[0].event == event(1))
        }
    }

    @Test(
        "reading goes on after a position and skips nothing under concurrent writers", arguments: TestEngine.available)
    func order(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [EventSchema.component]) { database in
            let writers = Task {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<200 {
                        group.addTask { try await database.write { try outbox.publish(event(number), in: $0) } }
                    }
                    try await group.waitForAll()
                }
            }
            var seen: [Int64] = []
            var position = EventPosition.start
            while seen.count < 200 {
                let from = position
                let batch = try await database.read { try outbox.events(after: from, limit: 17, in: $0) }
                #expect(batch.map(\.position) == batch.map(\.position).sorted())
                seen += numbers(batch)
                position = batch.last?.position ?? position
            }
            try await writers.value
            #expect(Set(seen).count == 200)
        }
    }

    @Test("pruning keeps what is young and what a projection has yet to see", arguments: TestEngine.available)
    func prune(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [EventSchema.component]) { database in
            for number in 1...4 {
                try await database.write { try outbox.publish(event(number, at: number < 4 ? 1000 : 5000), in: $0) }
            }
            let third = try await settled(4, in: database)[1].position
            try await database.write { transaction in
                try transaction.execute(
                    "test.position",
                    """
                    INSERT INTO event_positions (projection, commit_order, id)
                    VALUES ('p', \(third.commitOrder), \(third.id))
                    """)
                try outbox.prune(at: Instant(seconds: 5000), in: transaction)
            }
            #expect(numbers(try await settled(2, in: database)) == [3, 4])
        }
    }

    @Test(
        "positions are read as they were written, and nothing else is",
        arguments: ["", "1", "1-", "a-b", "-1-2", "1-2-3"])
    func positions(text: String) {
        #expect(EventPosition(text) == nil)
        let position = EventPosition(commitOrder: 12, id: 34)
        #expect(EventPosition(position.text) == position)
    }
}
