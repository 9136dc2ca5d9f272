import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoSQL

@Suite("The use of pools")
struct PoolUseTests {
    private static let second: Int64 = 1_000_000_000

    @Test("counts how many connections are at work over time")
    func average() {
        var use = PoolUse(capacity: 4, isWatched: true, at: 0)
        use.begin(at: 0)
        use.begin(at: 5 * Self.second)
        use.end(at: 10 * Self.second)
        use.join(at: 12 * Self.second)
        use.end(at: 15 * Self.second)
        let load = use.load(at: 20 * Self.second)
        #expect(load.nanoseconds == 20 * Self.second)
        #expect(load.count == 3)
        #expect(load.busyNanoseconds == 20 * Self.second)
        #expect(load.inUse == 1)
        #expect(load.busiestInUse == 1.5)
        #expect(load.perSecond == 0.15)
        // Little's law: what comes a second times how long it holds a connection is what is at work.
        let product = load.perSecond * Double(load.holdNanoseconds) / Double(Self.second)
        #expect(abs(product - load.inUse) < 0.001)
    }

    @Test("knows nothing before the first step is over, and nothing of long ago")
    func bounds() {
        var use = PoolUse(capacity: 1, isWatched: true, at: 0)
        use.begin(at: 0)
        #expect(use.load(at: 9 * Self.second).nanoseconds == 0)
        use.end(at: 30 * Self.second)
        #expect(use.load(at: 300 * Self.second).busyNanoseconds == 30 * Self.second)
        #expect(use.load(at: 310 * Self.second).busyNanoseconds == 20 * Self.second)
        let later = use.load(at: 1_000_000 * Self.second)
        #expect(later.busyNanoseconds == 0 && later.count == 0 && later.nanoseconds == 300 * Self.second)
        use.begin(at: 1_000_000 * Self.second)
        #expect(use.load(at: 2_000_000 * Self.second).inUse == 1)
    }

    @Test("ignores a clock reading that comes late")
    func lateReading() {
        var use = PoolUse(capacity: 1, isWatched: false, at: 100)
        use.begin(at: 50)
        use.end(at: 40)
        #expect(use.load(at: 10 * Self.second + 100).busyNanoseconds == 0)
    }

    /// Keeps `share` of 100 connections at work for a step.
    private func step(_ use: inout PoolUse, _ number: Int64, _ share: Int) -> PoolLevel? {
        let begin = number * PoolUse.step
        for _ in 0..<share { use.begin(at: begin) }
        for _ in 0..<share { use.end(at: begin + PoolUse.step - 1) }
        use.advance(to: begin + PoolUse.step)
        return use.takeNews()
    }

    @Test("tells each level once, when it is passed upward")
    func levels() {
        var use = PoolUse(capacity: 100, isWatched: true, at: 0)
        let shares = [10, 72, 75, 71, 65, 90, 88, 97, 100, 86, 99]
        let told = shares.enumerated().map { step(&use, Int64($0.offset), $0.element) }
        #expect(told == [nil, .busy, nil, nil, nil, .high, nil, .full, nil, nil, nil])
        #expect(use.load(at: 11 * PoolUse.step).level == .full)
    }

    @Test("leaves a level after a minute well below it, and tells it again after that")
    func hysteresis() {
        var use = PoolUse(capacity: 100, isWatched: true, at: 0)
        var number: Int64 = 0
        func next(_ share: Int) -> PoolLevel? {
            defer { number += 1 }
            return step(&use, number, share)
        }
        #expect(next(73) == .busy)
        // Near the level it stays in force, for however long.
        for _ in 0..<20 { #expect(next(64) == nil) }
        #expect(next(71) == nil)
        // Well below, but not for a minute.
        for _ in 0..<(PoolLevelWatch.patience - 1) { #expect(next(20) == nil) }
        #expect(next(71) == nil)
        for _ in 0..<PoolLevelWatch.patience { #expect(next(20) == nil) }
        #expect(use.load(at: number * PoolUse.step).level == .calm)
        #expect(next(71) == .busy)
    }

    @Test("says nothing where nobody watches")
    func unwatched() {
        var use = PoolUse(capacity: 100, isWatched: false, at: 0)
        #expect(step(&use, 0, 100) == nil)
        #expect(use.load(at: PoolUse.step).level == nil)
    }

    @Test("every pool of an engine tells how it stands and how long work waited", arguments: TestEngine.available)
    func standings(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insertThing("a") }
            _ = try await database.read { try $0.thingCount() }
            let standings = database.engine.standings
            #expect(Set(standings.map(\.name)).count == standings.count)
            #expect(standings.reduce(0) { $0 + $1.status.capacity } == database.engine.pool.capacity)
            #expect(standings.reduce(0) { $0 + $1.waits.count } >= 2)
            let writing = try #require(standings.first { ["write", "session"].contains($0.name) })
            #expect(writing.waits.count > 0)
            #expect(writing.load != nil)
            // The embedded writer is one connection that is meant to be at work.
            #expect((writing.load?.level == nil) == (engine == .sqlite))
        }
    }

    @Test("a pool that has done nothing yet has no load")
    func fresh() {
        let pool = WorkerPool<Int>(name: "test", base: 1, capacity: 3) { 1 }
        #expect(pool.load == PoolLoad(nanoseconds: 0, count: 0, busyNanoseconds: 0, busiestInUse: 0))
        pool.close()
    }
}
