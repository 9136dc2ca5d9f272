import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoEvents

@Suite(.timeLimit(.minutes(5))) struct EventBridgeTests {
    private func bridge(_ town: Town, _ transport: LocalEventTransport, window: Int = 10_000) -> EventBridge {
        EventBridge(
            "test", database: town.database, outbox: town.outbox, transport: transport, groups: ["scribe"],
            clock: town.clock, logger: town.logger, metrics: town.metrics, window: window)
    }

    private func worker(
        _ scribe: any EventSubscriber, _ town: Town, _ transport: LocalEventTransport,
        _ change: (inout EventTransportWorker.Configuration) -> Void = { _ in }
    ) -> EventTransportWorker {
        var configuration = EventTransportWorker.Configuration()
        change(&configuration)
        return EventTransportWorker(
            scribe, transport: transport, database: town.database, outbox: town.outbox, clock: town.clock,
            logger: town.logger, metrics: town.metrics, configuration: configuration)
    }

    private func position(_ town: Town) async throws -> EventPosition {
        try await town.database.read { try EventCursor(consumer: "bridge/test").position(in: $0) } ?? .start
    }

    /// Steps until everything that is told has been given.
    private func give(_ bridge: EventBridge, _ progress: inout EventBridge.Progress, _ town: Town) async throws {
        let newest = try await town.newest()
        while (progress.given ?? .start) < newest { _ = try await bridge.step(&progress) }
        _ = try await bridge.step(&progress)
    }

    @Test("its position is what all groups have acknowledged", arguments: TestEngine.available)
    func acknowledged(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            let transport = LocalEventTransport(partitions: 2, clock: town.clock)
            let (bridge, scribe) = (bridge(town, transport), Scribe())
            var progress = EventBridge.Progress()
            try await town.tell(("a", 1), ("b", 2), ("c", 3))
            try await give(bridge, &progress, town)
            let newest = try await town.newest()
            #expect(try await position(town) < newest)
            _ = try await worker(scribe, town, transport).turn()
            #expect(Set(scribe.handled) == [1, 2, 3])
            _ = try await bridge.step(&progress)
            #expect(try await position(town) == newest)
        }
    }

    @Test(
        "what was lost before it was acknowledged is given again, what was acknowledged is not",
        arguments: TestEngine.available)
    func loss(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            let transport = LocalEventTransport(partitions: 2, clock: town.clock)
            let (bridge, scribe) = (bridge(town, transport), Scribe())
            let worker = worker(scribe, town, transport)
            var progress = EventBridge.Progress()
            try await town.tell(("a", 1), ("b", 2))
            try await give(bridge, &progress, town)
            _ = try await worker.turn()
            _ = try await bridge.step(&progress)
            try await town.tell(("a", 3), ("b", 4))
            try await give(bridge, &progress, town)
            transport.lose()
            _ = try await bridge.step(&progress)
            try await give(bridge, &progress, town)
            _ = try await worker.turn()
            #expect(scribe.handled.sorted() == [1, 2, 3, 4])
        }
    }

    @Test("a second bridge waits, and goes on when the first is gone", arguments: TestEngine.available)
    func twoBridges(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            let transport = LocalEventTransport(partitions: 2, clock: town.clock)
            let (first, second) = (bridge(town, transport), bridge(town, transport))
            var (one, two) = (EventBridge.Progress(), EventBridge.Progress())
            try await town.tell("a", 1)
            try await give(first, &one, town)
            #expect(try await second.step(&two) && two.given == nil)
            town.clock.advance(by: .seconds(16))
            try await give(second, &two, town)
            #expect(two.given == one.given)
        }
    }

    @Test("gives no more than fits into its window", arguments: TestEngine.available)
    func window(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            let transport = LocalEventTransport(partitions: 1, clock: town.clock)
            let (bridge, scribe) = (bridge(town, transport, window: 200), Scribe())
            try await town.database.write { transaction in
                for number in 1...450 {
                    try town.outbox.publish(
                        Event("thing.changed", key: "a", payload: ["number": .integer(Int64(number))], at: Town.start),
                        in: transaction)
                }
            }
            var progress = EventBridge.Progress()
            while (progress.given ?? .start).id < 200 { _ = try await bridge.step(&progress) }
            for _ in 0..<3 { _ = try await bridge.step(&progress) }
            #expect(progress.given == EventPosition(id: 200))
            let worker = worker(scribe, town, transport)
            while scribe.handled.count < 450 {
                _ = try await worker.turn()
                _ = try await bridge.step(&progress)
            }
            #expect(scribe.handled == Array(1...450))
        }
    }

    @Test(
        "what a worker can't handle is put aside with its key, and the partition goes on",
        arguments: TestEngine.available)
    func faults(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            let transport = LocalEventTransport(partitions: 1, clock: town.clock)
            let (bridge, scribe) = (bridge(town, transport), Scribe(bad: [1]))
            let worker = worker(scribe, town, transport)
            var progress = EventBridge.Progress()
            try await town.tell(("a", 1), ("b", 2), ("a", 3))
            try await give(bridge, &progress, town)
            _ = try await worker.turn()
            #expect(scribe.handled == [2])
            #expect(try await town.parked("scribe") == ["1 retrying 1", "3 behind 0"])
            scribe.heal()
            town.clock.advance(by: .seconds(2))
            _ = try await worker.turn()
            #expect(scribe.handled == [2, 1, 3])
        }
    }

    @Test(
        "an event that is received again and again without an end becomes a dead letter",
        arguments: TestEngine.available)
    func lethal(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            let transport = LocalEventTransport(partitions: 1, clock: town.clock)
            let (bridge, scribe) = (bridge(town, transport), Scribe())
            var progress = EventBridge.Progress()
            try await town.tell(("a", 1), ("b", 2))
            try await give(bridge, &progress, town)
            for _ in 0..<3 {
                #expect(try await transport.claim(0, group: "scribe", consumer: "dying", lease: .seconds(5)))
                _ = try await transport.receive(0, group: "scribe", consumer: "dying", limit: 10)
                town.clock.advance(by: .seconds(5))
            }
            let worker = worker(scribe, town, transport) { $0.mostDeliveries = 3 }
            _ = try await worker.turn()
            #expect(scribe.handled == [2])
            #expect(try await town.parked("scribe") == ["1 dead 1"])
        }
    }
}
