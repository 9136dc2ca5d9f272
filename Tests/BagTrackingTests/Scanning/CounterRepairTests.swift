import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Counters that an operator compares and sets right (rule R38).
@Suite struct CounterRepairTests {
    private func counters() throws -> KeptCounters {
        try #require(BagTrackingApplication().counters)
    }

    /// Two bags more than there are, and a bill that nobody wrote.
    private func spoil(_ hall: PackingHall) async throws {
        try await hall.database.write { transaction in
            var changes = CounterChanges()
            changes.add(.children(.linked), in: "lucknow", by: 2)
            changes.add(.bills("open"), in: "jaipur")
            try changes.write(in: transaction)
        }
    }

    @Test("R38 comparing shows every counter beside its rows and changes nothing", arguments: TestEngine.available)
    func compares(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let counters = try counters()
            try await hall.fill("SB00001", with: 3)
            let sound = try await hall.database.read { try counters.compare($0) }
            #expect(sound.contains(KeptCounters.Line("lucknow, child.linked", kept: 3, counted: 3)))
            #expect(!sound.isEmpty && sound.allSatisfy(\.isRight))
            try await spoil(hall)
            for _ in 1...2 {
                let found = try await hall.database.read { try counters.compare($0) }
                #expect(
                    found.filter { !$0.isRight } == [
                        KeptCounters.Line("jaipur, bill.open", kept: 1, counted: 0),
                        KeptCounters.Line("lucknow, child.linked", kept: 5, counted: 3),
                    ])
            }
        }
    }

    @Test("R38 rebuilding sets right what differs, under newer versions", arguments: TestEngine.available)
    func rebuilds(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let (counters, stats) = (try counters(), StatsReader(clock: hall.clock))
            try await hall.fill("SB00001", with: 3)
            try await spoil(hall)
            let wrong = try await stats.figures(area: "lucknow", in: hall.database).stats
            #expect(wrong.children(.linked) == 5)
            let found = try await hall.database.write { try counters.rebuild($0) }
            #expect(found.filter { !$0.isRight }.map(\.name) == ["jaipur, bill.open", "lucknow, child.linked"])
            try await hall.expectCountsAreRight()
            // What a node keeps of the old figures is outdated by it.
            let right = try await stats.figures(area: "lucknow", in: hall.database).stats
            #expect(right.children(.linked) == 3)
        }
    }

    @Test("R38 where nothing differs a rebuild changes nothing", arguments: TestEngine.available)
    func idle(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let counters = try counters()
            try await hall.fill("SB00001", with: 2)
            let before = try await hall.database.read { try CounterStore.version(area: nil, in: $0) }
            let found = try await hall.database.write { try counters.rebuild($0) }
            #expect(!found.contains { !$0.isRight })
            let after = try await hall.database.read { try CounterStore.version(area: nil, in: $0) }
            #expect(after == before)
            #expect(try await hall.number("SELECT count(*) FROM jobs") == 0)
        }
    }

    @Test("R38 scans go on beside a rebuild, and none of them is lost", arguments: TestEngine.available)
    func besideScans(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let counters = try counters()
            for sack in 1...4 { try await hall.scanParent("SB0000\(sack)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for sack in 1...4 {
                    group.addTask {
                        for bag in 1...10 {
                            try await hall.scanChild(String(1_000_000 + sack * 100 + bag), into: "SB0000\(sack)")
                        }
                    }
                }
                group.addTask {
                    for _ in 1...5 {
                        try await spoil(hall)
                        _ = try await hall.database.write { try counters.rebuild($0) }
                    }
                }
                try await group.waitForAll()
            }
            try await hall.expectCountsAreRight()
            #expect(try await hall.counter(.children(.linked), in: "lucknow") == 40)
        }
    }

    @Test("R38 a rebuild ends the alarm on every node", arguments: TestEngine.available)
    func endsAlarm(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let (counters, one, other) = (try counters(), hall.work(), hall.work())
            try await hall.scanParent("SB00001")
            try await spoil(hall)
            try await hall.database.write { _ = try hall.services.jobs.enqueue(CheckCounters(), in: $0) }
            try await hall.runJobs(one)
            try await other.learn()
            #expect(one.watch.drift == 3 && other.watch.drift == 3)
            // The rebuild orders a check of its own, which whichever node does.
            hall.clock.advance(by: .hours(1))
            _ = try await hall.database.write { try counters.rebuild($0) }
            wait(hall, until: hall.clock.now())
            try await hall.runJobs(one)
            try await other.learn()
            #expect(one.watch.drift == 0)
            #expect(other.watch.drift == 0)
        }
    }

    /// The rebuild dates its job by the clock of the process; here the clock of the hall shows another day.
    private func wait(_ hall: PackingHall, until moment: Instant) {
        let present = Clock().now()
        if present > moment { hall.clock.advance(by: (present + .seconds(1)) - moment) }
    }

    @Test("a finding that is older than what is known changes nothing")
    func older() {
        let watch = CounterWatch(metrics: MetricsRegistry())
        watch.note(lastCheck: CounterFinding(drift: 0, at: Instant(seconds: 200)))
        watch.note(lastCheck: CounterFinding(drift: 7, at: Instant(seconds: 100)))
        watch.note(lastCheck: nil)
        #expect(watch.drift == 0)
        watch.note(lastCheck: CounterFinding(drift: 2, at: Instant(seconds: 300)))
        #expect(watch.drift == 2)
    }
}
