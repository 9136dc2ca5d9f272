import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoEvents

@Suite(.timeLimit(.minutes(5))) struct EventSubscriberTests {
    @Test("handles every event it hears once, those of a key in order", arguments: TestEngine.available)
    func handles(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            for number in 1...60 { try await town.tell("key\(number % 7)", number) }
            try await town.tell("key1", 99, kind: "thing.ignored")
            let scribe = Scribe()
            let relay = town.relay(subscribers: [scribe])
            try await relay.catchUp()
            try await relay.catchUp()
            #expect(scribe.handled.sorted() == Array(1...60))
            for key in 0..<7 {
                let numbers = scribe.handled.filter { $0 % 7 == key }
                #expect(numbers == numbers.sorted())
            }
        }
    }

    @Test(
        "an event that fails is put aside, those of its key behind it, and others go on",
        arguments: TestEngine.available)
    func parks(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            try await town.tell(("a", 1), ("b", 2), ("a", 3), ("b", 4))
            let scribe = Scribe(bad: [1])
            let relay = town.relay(subscribers: [scribe])
            try await relay.catchUp()
            try await town.tell(("a", 5), ("b", 6))
            try await relay.catchUp()
            #expect(scribe.handled == [2, 4, 6])
            #expect(try await town.parked("scribe") == ["1 retrying 1", "3 behind 0", "5 behind 0"])
            scribe.heal()
            try await relay.catchUp()
            #expect(scribe.handled == [2, 4, 6])
            town.clock.advance(by: .seconds(2))
            try await relay.catchUp()
            #expect(scribe.handled == [2, 4, 6, 1, 3, 5] && scribe.tries(1) == 2)
            #expect(try await town.parked("scribe").isEmpty)
            try await town.tell("a", 7)
            try await relay.catchUp()
            #expect(scribe.handled.last == 7)
        }
    }

    @Test(
        "after the last try it is a dead letter with its reason, until somebody retries or discards it",
        arguments: TestEngine.available)
    func deadLetters(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            try await town.tell(("a", 1), ("a", 2), ("b", 3), ("b", 4))
            let scribe = Scribe(bad: [1, 3])
            let relay = town.relay(subscribers: [scribe])
            for _ in 0..<5 {
                try await relay.catchUp()
                town.clock.advance(by: .minutes(10))
            }
            #expect(scribe.tries(1) == 3 && scribe.handled.isEmpty)
            let dead = try await town.database.read { try town.parking.events(of: "scribe", state: .dead, in: $0) }
            #expect(dead.map(\.event.number) == [1, 3] && dead.allSatisfy { $0.reason == "planned" && $0.tries == 3 })
            let counts = try await town.database.read { try town.parking.counts(in: $0) }
            #expect(counts.map { "\($0.state) \($0.count)" } == ["behind 2", "dead 2"])
            scribe.heal()
            let now = town.clock.now()
            try await town.database.write { transaction in
                let isGone = try town.parking.discard("scribe", dead[0].event.position, at: now, in: transaction)
                #expect(isGone)
                #expect(try !town.parking.discard("scribe", dead[0].event.position, at: now, in: transaction))
                #expect(try town.parking.retry("scribe", dead[1].event.position, at: now, in: transaction) == 1)
            }
            try await relay.catchUp()
            #expect(scribe.handled.sorted() == [2, 3, 4])
            #expect(try await town.parked("scribe").isEmpty)
        }
    }

    @Test("one that fails at everything stops instead of putting everything aside", arguments: TestEngine.available)
    func halts(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            for number in 1...9 { try await town.tell("k\(number)", number) }
            let scribe = Scribe(bad: Set(1...9))
            let relay = town.relay(subscribers: [scribe], patience: EventPatience(tries: 2, mostParked: 4))
            await #expect(throws: EventConsumerHalted.self) { try await relay.catchUp() }
            #expect(try await town.parked("scribe").count <= 4)
            #expect(try await town.database.read { try EventCursor(consumer: "scribe").position(in: $0) } == .start)
            scribe.heal()
            town.clock.advance(by: .minutes(1))
            try await relay.catchUp()
            #expect(Set(scribe.handled) == Set(1...9))
        }
    }

    @Test("handles again what came after a position, and says when that is gone", arguments: TestEngine.available)
    func rewinds(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            try await town.tell(("a", 1), ("a", 2), ("a", 3))
            let scribe = Scribe()
            let relay = town.relay(subscribers: [scribe])
            try await relay.catchUp()
            let last = try await town.newest()
            try await town.database.write {
                try town.outbox.rewind("scribe", to: EventPosition(id: last.id - 1), in: $0)
            }
            try await relay.catchUp()
            #expect(scribe.handled == [1, 2, 3, 3])
            town.clock.advance(by: .hours(1))
            try await town.database.write { _ = try town.outbox.prune(at: town.clock.now(), in: $0) }
            await #expect(throws: EventsGone(first: last)) {
                try await town.database.write { try town.outbox.rewind("scribe", to: .start, in: $0) }
            }
        }
    }

    @Test("replays from the log what the outbox has let go of", arguments: TestEngine.available)
    func replays(engine: TestEngine) async throws {
        try await withTown(on: engine, log: EventLogPolicy([.forever("thing.*")])) { town in
            try await town.tell(("a", 1), ("a", 2))
            let scribe = Scribe()
            let relay = town.relay(subscribers: [scribe])
            try await relay.catchUp()
            town.clock.advance(by: .hours(1))
            try await town.tell("a", 3)
            try await relay.catchUp()
            try await town.database.write { _ = try town.outbox.prune(at: town.clock.now(), in: $0) }
            try await town.database.write { try town.outbox.rewind("scribe", to: .start, in: $0) }
            try await relay.catchUp()
            #expect(scribe.handled == [1, 2, 3, 1, 2, 3])
        }
    }

    @Test(
        "two nodes share one subscriber: nothing is lost, and nothing out of order within a key",
        arguments: TestEngine.available)
    func twoNodes(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            let scribe = Scribe()
            let nodes = [EventOutbox(), EventOutbox()].map { town.relay(subscribers: [scribe], outbox: $0) }
            let running = nodes.map { node in Task { await node.run() } }
            for number in 1...50 { try await town.tell("key\(number % 3)", number) }
            while scribe.handled.count < 50 { try await Task.sleep(for: .milliseconds(5)) }
            for task in running { task.cancel() }
            for task in running { await task.value }
            #expect(Set(scribe.handled) == Set(1...50))
            for key in 0..<3 {
                let numbers = scribe.handled.filter { $0 % 3 == key }
                #expect(numbers == numbers.sorted())
            }
        }
    }

    @Test("when its lease is taken over meanwhile it does not move on", arguments: TestEngine.available)
    func lostLease(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            try await town.tell("a", 1)
            let cursor = EventCursor(consumer: "scribe")
            let thief = Thief(town)
            await #expect(throws: EventLeaseLost.self) { try await town.relay(subscribers: [thief]).catchUp() }
            #expect(try await town.database.read { try cursor.position(in: $0) } == .start)
        }
    }

    @Test(
        "when another node has taken over while something was tried again, it does not handle what that one has",
        arguments: TestEngine.available)
    func takenOverWhileRetrying(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            try await town.tell("a", 1)
            try await town.relay(subscribers: [Scribe(bad: [1])]).catchUp()
            try await town.tell("b", 2)
            town.clock.advance(by: .seconds(2))
            let (slow, swift) = (Scribe(), Scribe())
            let other = town.relay(subscribers: [swift], outbox: EventOutbox())
            let dawdler = Dawdler(scribe: slow) { [clock = town.clock] in
                clock.advance(by: .minutes(1))
                try await other.catchUp()
            }
            try await town.relay(subscribers: [dawdler]).catchUp()
            #expect(swift.handled == [1, 2])
            #expect(slow.handled == [1])
            #expect(try await town.parked("scribe").isEmpty)
        }
    }

    /// Does something else first when it handles event 1.
    private struct Dawdler: EventSubscriber {
        let name = "scribe"
        let scribe: Scribe
        let meanwhile: @Sendable () async throws -> Void

        init(scribe: Scribe, meanwhile: @escaping @Sendable () async throws -> Void) {
            self.scribe = scribe
            self.meanwhile = meanwhile
        }

        func handle(_ event: PublishedEvent) async throws {
            if event.number == 1 { try await meanwhile() }
            try await scribe.handle(event)
        }
    }

    /// Takes its own lease away while it handles.
    private struct Thief: EventSubscriber {
        let name = "scribe"
        let town: Town

        init(_ town: Town) { self.town = town }

        func handle(_ event: PublishedEvent) async throws {
            try await town.database.write { transaction in
                try transaction.execute("test.steal", "UPDATE event_positions SET holder = 'other'")
            }
        }
    }
}
