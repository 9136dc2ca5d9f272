import PorticoJSON
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoEvents

@Suite(.timeLimit(.minutes(5))) struct EventUpkeepTests {
    private static let many = 20_000

    /// So many events, a thousand in one statement.
    private func tell(_ count: Int, kind: String, _ town: Town) async throws {
        for start in stride(from: 0, to: count, by: 1000) {
            let events = (start..<min(count, start + 1000)).map {
                Event(kind, key: "k\($0 % 7)", payload: ["number": .integer(Int64($0))], at: town.clock.now())
            }
            try await town.database.write { [outbox = town.outbox] in try outbox.publish(events, in: $0) }
        }
    }

    private func count(_ table: SQL, _ town: Town) async throws -> Int {
        try await town.database.read {
            try $0.scalar("test.count", "SELECT count(*) FROM \(table)", as: Int.self) ?? 0
        }
    }

    private func upkeep(_ town: Town) -> EventUpkeep {
        EventUpkeep(
            database: town.database, outbox: town.outbox, clock: town.clock, logger: town.logger,
            metrics: EventMetrics(town.metrics, application: "test"), patience: EventPatience())
    }

    /// Looks until something is so; false when it has not become so in a long while.
    private func becomes(_ condition: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<3000 {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    @Test("is due each minute, and at once when the clock was set back")
    func due() {
        let last = Town.start
        #expect(!EventUpkeep.isDue(since: last, at: last + .seconds(59)))
        #expect(EventUpkeep.isDue(since: last, at: last + .minutes(1)))
        #expect(EventUpkeep.isDue(since: last, at: last - .days(1)))
    }

    @Test("a relay removes all that is old in one go, however much it is", arguments: TestEngine.available)
    func removesAll(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            try await tell(Self.many, kind: "thing.changed", town)
            let hasBegun = Mutex(false)
            let relay = town.relay(listeners: [{ _ in hasBegun.withLock { $0 = true } }])
            let running = Task { await relay.run() }
            #expect(try await becomes { hasBegun.withLock(\.self) })
            // One minute of upkeep: the clock does not move again.
            town.clock.advance(by: .minutes(21))
            let isEmpty = try await becomes { try await count("event_outbox", town) == 1 }
            running.cancel()
            await running.value
            #expect(isEmpty)
        }
    }

    @Test("what the log has kept long enough goes in one go, and what it keeps stays", arguments: TestEngine.available)
    func shortensLog(engine: TestEngine) async throws {
        let log = EventLogPolicy([.keep("scan.accepted", for: .days(1)), .forever("bag.*")])
        try await withTown(on: engine, log: log) { town in
            try await tell(12_000, kind: "scan.accepted", town)
            try await tell(6_000, kind: "bag.created", town)
            town.clock.advance(by: .minutes(21))
            try await upkeep(town).clean(at: town.clock.now())
            let (left, kept) = (try await count("event_outbox", town), try await count("event_log", town))
            #expect(left == 1 && kept == 17_999)
            town.clock.advance(by: .days(2))
            try await upkeep(town).clean(at: town.clock.now())
            let stays = try await count("event_log", town)
            #expect(stays == 5_999)
        }
    }

    @Test("answers of commands go after a week without anybody's asking", arguments: TestEngine.available)
    func forgetsAnswers(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            let old = town.clock.now()
            try await town.database.write { transaction in
                for number in 0..<6_000 {
                    try transaction.execute(
                        "test.answer",
                        """
                        INSERT INTO event_commands (name, key, fingerprint, answer, at)
                        VALUES ('restock', \("\(number)"), \([UInt8(1)]), '{}', \(old))
                        """)
                }
            }
            town.clock.advance(by: .days(8))
            try await upkeep(town).clean(at: town.clock.now())
            let left = try await count("event_commands", town)
            #expect(left == 0)
        }
    }

    @Test("stops between two batches when the node stops", arguments: TestEngine.available)
    func stops(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            try await tell(11_000, kind: "thing.changed", town)
            town.clock.advance(by: .minutes(21))
            let upkeep = upkeep(town)
            let isStopped = Task { () async -> Bool in
                withUnsafeCurrentTask { $0?.cancel() }
                do {
                    try await upkeep.clean(at: town.clock.now())
                    return false
                } catch {
                    return true
                }
            }
            #expect(await isStopped.value)
            let left = try await count("event_outbox", town)
            #expect(left >= 6_000)
        }
    }

    @Test("figures say who is behind, for how long, and who stands still", arguments: TestEngine.available)
    func figures(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            let scribe = Scribe(bad: [1, 2])
            let patience = EventPatience(tries: 1, mostParked: 2)
            try await town.tell(("a", 1), ("b", 2))
            try await town.relay(subscribers: [scribe], patience: patience).catchUp()
            try await town.tell("c", 3)
            town.clock.advance(by: .seconds(90))
            let standings = try await town.database.read { try EventStandings(mostParked: 2, in: $0) }
            let standing = try #require(standings.consumers.first)
            #expect(standings.consumers.count == 1 && standing.consumer == "scribe" && standing.behind == 1)
            #expect(standing.waitingSince == Town.start && standing.parked == [.dead: 2] && standing.isHalted)
            #expect(standings.outbox.rows == 3 && standings.outbox.oldest == Town.start)
            let figures = EventMetrics(town.metrics, application: "test")
            figures.show(standings, at: town.clock.now())
            let text = String(decoding: town.metrics.prometheusText(), as: UTF8.self)
            for line in [
                #"portico_events_lag_seconds{application="test",consumer="scribe"} 90"#,
                #"portico_events_halted{application="test",consumer="scribe"} 1"#,
                #"portico_events_parked{application="test",consumer="scribe",state="dead"} 2"#,
                #"portico_events_outbox_rows{application="test"} 3"#,
            ] { #expect(text.contains(line), "\(line)") }
            try await town.database.write { try town.outbox.forget("scribe", in: $0) }
            let gone = try await town.database.read { try EventStandings(in: $0) }
            figures.show(gone, at: town.clock.now())
            let after = String(decoding: town.metrics.prometheusText(), as: UTF8.self)
            #expect(after.contains(#"portico_events_halted{application="test",consumer="scribe"} 0"#))
        }
    }
}
