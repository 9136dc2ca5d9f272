import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoEvents

@Suite(.timeLimit(.minutes(5))) struct ProjectionFaultTests {
    @Test(
        "an event that can't be applied is put aside with those of its key, and others count",
        arguments: TestEngine.available)
    func parks(engine: TestEngine) async throws {
        try await withTown(on: engine, adding: [Ledger.schema]) { town in
            try await town.tell(("a", 1), ("b", 2), ("a", 3), ("b", 4))
            let ledger = Ledger(bad: [1])
            let relay = town.relay(projections: [ledger])
            try await relay.catchUp()
            #expect(try await Ledger.rows(town.database) == ["b=4/6"])
            #expect(try await town.parked("ledger") == ["1 retrying 1", "3 behind 0"])
            ledger.heal()
            town.clock.advance(by: .seconds(2))
            try await town.tell("a", 5)
            try await relay.catchUp()
            #expect(try await Ledger.rows(town.database) == ["a=5/9", "b=4/6"])
            #expect(try await town.parked("ledger").isEmpty)
        }
    }

    @Test(
        "it becomes a dead letter after its tries, and counts once when it is retried", arguments: TestEngine.available)
    func deadLetter(engine: TestEngine) async throws {
        try await withTown(on: engine, adding: [Ledger.schema]) { town in
            try await town.tell("a", 1)
            let ledger = Ledger(bad: [1])
            let relay = town.relay(projections: [ledger])
            for _ in 0..<5 {
                try await relay.catchUp()
                town.clock.advance(by: .minutes(10))
            }
            #expect(try await town.parked("ledger") == ["1 dead 3"])
            ledger.heal()
            try await town.database.write { _ = try town.parking.retry("ledger", at: town.clock.now(), in: $0) }
            try await relay.catchUp()
            try await relay.catchUp()
            #expect(try await Ledger.rows(town.database) == ["a=1/1"])
        }
    }

    @Test("one projection that fails does not keep events from another", arguments: TestEngine.available)
    func apart(engine: TestEngine) async throws {
        struct Broken: EventProjection {
            let name = "broken"
            func apply(_ events: [PublishedEvent], in transaction: Transaction) throws { throw Planned() }
        }
        try await withTown(on: engine, adding: [Ledger.schema]) { town in
            let relay = town.relay(projections: [Broken(), Ledger()])
            let running = Task { await relay.run() }
            try await town.tell(("a", 1), ("b", 2))
            while try await Ledger.rows(town.database).count < 2 { try await Task.sleep(for: .milliseconds(5)) }
            running.cancel()
            await running.value
            #expect(try await town.parked("broken").count == 2)
        }
    }
}
