import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoEvents

@Suite(.timeLimit(.minutes(5))) struct ProjectionRebuildTests {
    private let log = EventLogPolicy([.forever("thing.*")])

    /// A town where some events have moved into the log and some are young.
    private func withHistory(on engine: TestEngine, _ body: (Town) async throws -> Void) async throws {
        try await withTown(on: engine, log: log, adding: [Ledger.schema]) { town in
            for number in 1...20 { try await town.tell("k\(number % 2)", number) }
            try await town.relay(projections: [Ledger()]).catchUp()
            town.clock.advance(by: .hours(1))
            for number in 21...30 { try await town.tell("k\(number % 2)", number) }
            try await town.relay(projections: [Ledger()]).catchUp()
            try await town.database.write { _ = try town.outbox.prune(at: town.clock.now(), in: $0) }
            try await body(town)
        }
    }

    private func rebuild(_ ledger: Ledger, _ town: Town, batch: Int = 7) -> ProjectionRebuild {
        ProjectionRebuild(ledger, database: town.database, outbox: town.outbox, clock: town.clock, batch: batch)
    }

    @Test("builds beside, tells how far it is, swaps, and removes the old rows", arguments: TestEngine.available)
    func rebuilds(engine: TestEngine) async throws {
        try await withHistory(on: engine) { town in
            #expect(try await Ledger.rows(town.database) == ["k0=30/240", "k1=29/225"])
            let seen = Mutex<[RebuildProgress]>([])
            let done = try await rebuild(Ledger(bonus: 1), town).run { progress in
                let rows = try await Ledger.rows(town.database)
                #expect(progress.isFinished || rows == ["k0=30/240", "k1=29/225"])
                seen.withLock { $0.append(progress) }
            }
            #expect(done.isFinished && done.done == 30 && done.total == 30 && done.generation == 2)
            #expect(seen.withLock { $0.map(\.done) }.prefix(4) == [7, 14, 21, 28])
            #expect(try await Ledger.rows(town.database) == ["k0=31/255", "k1=30/240"])
            let rows = try await town.database.read {
                try $0.scalar("test.rows", "SELECT count(*) FROM ledger", as: Int.self)
            }
            #expect(rows == 2)
            try await town.tell("k0", 100)
            try await town.relay(projections: [Ledger(bonus: 1)]).catchUp()
            #expect(try await Ledger.rows(town.database) == ["k0=101/356", "k1=30/240"])
        }
    }

    @Test(
        "events go on being delivered while it builds, and none is missing afterwards", arguments: TestEngine.available)
    func meanwhile(engine: TestEngine) async throws {
        try await withHistory(on: engine) { town in
            let count = Mutex(0)
            try await rebuild(Ledger(), town, batch: 4).run { progress in
                guard !progress.isFinished, count.withLock({ $0 < 6 }) else { return }
                let number = count.withLock { value in
                    value += 1
                    return value
                }
                try await town.tell("late", number)
                try await town.relay(projections: [Ledger()]).catchUp()
                #expect(try await Ledger.rows(town.database).contains("late=\(number)/\((1...number).reduce(0, +))"))
            }
            #expect(try await Ledger.rows(town.database) == ["k0=30/240", "k1=29/225", "late=6/21"])
        }
    }

    @Test("goes on where it was interrupted, and lets nobody else in meanwhile", arguments: TestEngine.available)
    func resumes(engine: TestEngine) async throws {
        try await withHistory(on: engine) { town in
            let first = rebuild(Ledger(), town)
            await #expect(throws: Planned.self) { try await first.run { if $0.done >= 14 { throw Planned() } } }
            await #expect(throws: RebuildError.underWay) { try await rebuild(Ledger(), town).run() }
            town.clock.advance(by: .minutes(3))
            let seen = Mutex<[Int]>([])
            try await rebuild(Ledger(), town).run { progress in seen.withLock { $0.append(progress.done) } }
            #expect(seen.withLock { $0.first } == 21)
            #expect(try await Ledger.rows(town.database) == ["k0=30/240", "k1=29/225"])
        }
    }

    @Test(
        "takes up what had been put aside, and ends without a swap when an event can't be applied",
        arguments: TestEngine.available)
    func parked(engine: TestEngine) async throws {
        try await withTown(on: engine, log: log, adding: [Ledger.schema]) { town in
            try await town.tell(("a", 1), ("a", 2), ("b", 3))
            try await town.relay(projections: [Ledger(bad: [1])]).catchUp()
            #expect(try await Ledger.rows(town.database) == ["b=3/3"])
            await #expect(throws: Planned.self) { try await rebuild(Ledger(bad: [2]), town).run() }
            #expect(try await Ledger.rows(town.database) == ["b=3/3"])
            town.clock.advance(by: .minutes(3))
            try await rebuild(Ledger(), town).run()
            #expect(try await Ledger.rows(town.database) == ["a=2/3", "b=3/3"])
            #expect(try await town.parked("ledger").isEmpty)
        }
    }

    @Test("refuses when the log does not keep what the projection reads", arguments: TestEngine.available)
    func refuses(engine: TestEngine) async throws {
        try await withTown(on: engine, log: EventLogPolicy([.keep("thing.*", for: .days(1))]), adding: [Ledger.schema])
        {
            town in
            await #expect(throws: RebuildError.notKept(kind: "thing.changed")) {
                try await rebuild(Ledger(), town).run()
            }
        }
    }
}
