import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

/// What becomes of a schedule that an operator changes while it runs.
@Suite(.timeLimit(.minutes(5))) struct ReschedulingTests {
    private static let name = "test.hourly"

    private func schedule(_ cron: String = "0 * * * *", _ catchUp: Schedule.CatchUp = .once) throws -> Schedule {
        try Schedule(ReschedulingTests.name, cron, catchUp: catchUp) { Chore($0.milliseconds / 1000) }
    }

    private func terms(_ cron: String, _ zone: String = "UTC", _ catchUp: Schedule.CatchUp = .once) -> ScheduleTerms {
        ScheduleTerms(cron: cron, zone: zone, catchUp: catchUp)
    }

    /// Seconds of the whole hours and the minutes past them, of which the first hour comes after the workshop's start.
    private func at(_ hour: Int64, _ minute: Int64 = 0) -> Int64 {
        (Workshop.start.milliseconds / 3_600_000 + hour) * 3600 + minute * 60
    }

    private func change(_ shop: Workshop, _ terms: ScheduleTerms) async throws {
        let isThere = try await shop.database.write {
            try shop.queue.reschedule(ReschedulingTests.name, to: terms, in: $0)
        }
        #expect(isThere)
    }

    private func standing(_ shop: Workshop) async throws -> ScheduleStanding {
        try #require(await shop.database.read { try shop.queue.schedules(in: $0) }.first)
    }

    /// Moves the clock to a moment after the start.
    private func go(_ shop: Workshop, to seconds: Int64) {
        shop.clock.advance(by: Instant(seconds: seconds) - shop.clock.now())
    }

    @Test("a change is in force from now on, until somebody goes back", arguments: TestEngine.available)
    func changesAndGoesBack(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let worker = shop.worker(schedules: [try schedule()])
            try await worker.runUntilIdle()
            try await change(shop, terms("30 * * * *"))
            #expect(try await standing(shop).editedAt == Workshop.start)
            go(shop, to: at(1, 1))
            try await worker.runUntilIdle()
            let before = shop.done
            go(shop, to: at(2))
            try await worker.runUntilIdle()
            #expect(before.allSatisfy { $0 % 3600 == 1800 } && shop.done.last == at(1, 30))
            try await shop.database.write { try shop.queue.restoreSchedule(ReschedulingTests.name, in: $0) }
            let restored = try await standing(shop)
            #expect(restored.terms == restored.declared && restored.editedAt == nil && restored.editedOver == nil)
            go(shop, to: at(3))
            try await worker.runUntilIdle()
            #expect(shop.done.last == at(3))
        }
    }

    @Test("a deployment does not undo a change, and is told of", arguments: TestEngine.available)
    func outlivesDeployments(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.worker(schedules: [try schedule()]).runUntilIdle()
            try await change(shop, terms("30 * * * *", "+05:30", .skip))
            try await shop.worker(schedules: [try schedule()]).runUntilIdle()
            let before = try await standing(shop)
            #expect(!before.isOverridingNews)
            try await shop.worker(schedules: [try schedule("15 * * * *", .all(limit: 4))]).runUntilIdle()
            let after = try await standing(shop)
            #expect(after.terms == terms("30 * * * *", "+05:30", .skip) && after.nextAt == before.nextAt)
            #expect(after.declared == terms("15 * * * *", "UTC", .all(limit: 4)) && after.isOverridingNews)
            try await shop.database.write { try shop.queue.restoreSchedule(ReschedulingTests.name, in: $0) }
            #expect(try await standing(shop).terms == after.declared)
        }
    }

    /// A worker of a program from a day of 1970.
    private func worker(_ shop: Workshop, from day: Int64, _ schedules: Schedule...) -> JobWorker {
        var configuration = JobWorker.Configuration(application: "test")
        configuration.programAt = Instant(seconds: day * 86_400)
        return shop.worker(configuration, schedules: schedules)
    }

    @Test("an older program that starts beside a newer one has not the last word", arguments: TestEngine.available)
    func hearsTheNewest(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await worker(shop, from: 2, schedule("15 * * * *")).runUntilIdle()
            try await worker(shop, from: 1, schedule("0 * * * *")).runUntilIdle()
            #expect(try await standing(shop).terms == terms("15 * * * *"))
            try await change(shop, terms("30 * * * *"))
            try await worker(shop, from: 1, schedule("45 * * * *")).runUntilIdle()
            let changed = try await standing(shop)
            #expect(changed.terms == terms("30 * * * *") && changed.declared == terms("15 * * * *"))
            try await shop.database.write { try shop.queue.restoreSchedule(ReschedulingTests.name, in: $0) }
            #expect(try await standing(shop).terms == terms("15 * * * *"))
        }
    }

    @Test(
        "an older program adds what is missing, and has the word when the newer one is gone",
        arguments: TestEngine.available)
    func returnsToTheOlder(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let former = try Schedule("test.former", "0 0 * * *") { Chore(-$0.milliseconds / 1000) }
            try await worker(shop, from: 2, schedule("15 * * * *")).runUntilIdle()
            let older = try worker(shop, from: 1, schedule("20 * * * *"), former)
            try await older.runUntilIdle()
            let crons = try await shop.database.read { try shop.queue.schedules(in: $0).map(\.cron) }
            #expect(crons == ["0 0 * * *", "15 * * * *"])
            shop.clock.advance(by: JobWorkerStanding.patience)
            try await older.runUntilIdle()
            let after = try await shop.database.read { try shop.queue.schedules(in: $0).map(\.cron) }
            #expect(after == ["0 0 * * *", "20 * * * *"])
        }
    }

    @Test("to let a schedule go that is not held takes no time from it", arguments: TestEngine.available)
    func letsGo(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let worker = shop.worker(schedules: [try schedule()])
            try await worker.runUntilIdle()
            go(shop, to: at(1, 1))
            let isThere = try await shop.database.write {
                try shop.queue.resumeSchedule(ReschedulingTests.name, in: $0)
            }
            #expect(isThere)
            try await worker.runUntilIdle()
            #expect(shop.done == [at(1)])
        }
    }

    @Test("to say what the program says is to go back", arguments: TestEngine.available)
    func knowsTheDeclared(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.worker(schedules: [try schedule()]).runUntilIdle()
            try await change(shop, terms("30 * * * *"))
            try await change(shop, terms("0 * * * *"))
            #expect(try await standing(shop).editedAt == nil)
        }
    }

    @Test("a time that has come when the change does is run for, once", arguments: TestEngine.available)
    func keepsWhatIsOwed(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let worker = shop.worker(schedules: [try schedule()])
            try await worker.runUntilIdle()
            go(shop, to: at(1, 1))
            try await change(shop, terms("30 * * * *"))
            try await worker.runUntilIdle()
            #expect(shop.done == [at(1)])
            go(shop, to: at(1, 31))
            try await worker.runUntilIdle()
            #expect(shop.done == [at(1), at(1, 30)])
        }
    }

    @Test("a node that read the old times does not advance the schedule by them", arguments: TestEngine.available)
    func refusesOldTimes(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.worker(schedules: [try schedule()]).runUntilIdle()
            go(shop, to: at(1, 1))
            let keeper = ScheduleKeeper([try schedule()], queue: shop.queue)
            let (hourly, old) = (try schedule(), try await standing(shop))
            let due = try #require(old.nextAt)
            try await change(shop, terms("30 * * * *"))
            let fired = try await shop.database.write {
                try keeper.fire(hourly, old, from: due, at: shop.clock.now(), in: $0)
            }
            #expect(!fired)
            #expect(try await keeper.fire(in: shop.database) == [ReschedulingTests.name])
            #expect(try await standing(shop).nextAt == Instant(seconds: at(1, 30)))
            #expect(try await keeper.fire(in: shop.database).isEmpty)
        }
    }

    @Test("a node that read the old answer to missed times does not go by it", arguments: TestEngine.available)
    func refusesOldCatchUp(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let worker = shop.worker(schedules: [try schedule()])
            try await worker.runUntilIdle()
            go(shop, to: at(3, 1))
            let keeper = ScheduleKeeper([try schedule()], queue: shop.queue)
            let (hourly, old) = (try schedule(), try await standing(shop))
            let due = try #require(old.nextAt)
            try await change(shop, terms("0 * * * *", "UTC", .all(limit: 9)))
            let fired = try await shop.database.write {
                try keeper.fire(hourly, old, from: due, at: shop.clock.now(), in: $0)
            }
            #expect(!fired)
            try await worker.runUntilIdle()
            #expect(shop.done.sorted() == [at(1), at(2), at(3)])
        }
    }

    @Test("a zone that is not known here keeps no other schedule from firing", arguments: TestEngine.available)
    func keepsToItself(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let lost = try Schedule("test.lost", "0 * * * *") { Chore(-$0.milliseconds / 1000) }
            let worker = shop.worker(schedules: [lost, try schedule()])
            try await worker.runUntilIdle()
            try await shop.database.write {
                try $0.execute(
                    "test.zone", "UPDATE job_schedules SET zone = 'Mars/Olympus' WHERE name = 'test.lost'")
            }
            go(shop, to: at(1, 1))
            try await worker.runUntilIdle()
            #expect(shop.done == [at(1)])
        }
    }

    @Test("nodes that see a change at different times fire once for each time", arguments: TestEngine.available)
    func firesOnce(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let other = try await shop.test.openAgain()
            let workers = [
                shop.worker(schedules: [try schedule()]),
                shop.worker(on: other, queue: JobQueue(clock: shop.clock), schedules: [try schedule()]),
            ]
            for worker in workers { try await worker.runUntilIdle() }
            for hour in Int64(1)...6 {
                go(shop, to: at(hour, 1))
                let cron = hour % 2 == 0 ? "0 * * * *" : "0,30 * * * *"
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for worker in workers { group.addTask { try await worker.runUntilIdle() } }
                    group.addTask { try await change(shop, terms(cron, "UTC", .all(limit: 9))) }
                    try await group.waitForAll()
                }
                for worker in workers { try await worker.runUntilIdle() }
            }
            let half = shop.done.filter { $0 % 3600 != 0 }
            #expect(shop.done.filter { $0 % 3600 == 0 }.sorted() == (1...6).map { at($0) })
            #expect(half.sorted() == [at(1, 30), at(3, 30), at(5, 30)], "each half hour that was in force")
        }
    }

    @Test("a schedule that was run for ahead of this clock does not come again", arguments: TestEngine.available)
    func neverTwice(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.worker(schedules: [try schedule()]).runUntilIdle()
            let ahead = Clock(standingAt: Instant(seconds: at(1)))
            let keeper = ScheduleKeeper([try schedule()], queue: JobQueue(clock: ahead))
            #expect(try await keeper.fire(in: shop.database) == [ReschedulingTests.name])
            go(shop, to: at(1) - 1)
            try await change(shop, terms("0,30 * * * *"))
            #expect(try await standing(shop).nextAt == Instant(seconds: at(1, 30)))
        }
    }

    @Test("what is no schedule is refused with its reason, and nothing changes", arguments: TestEngine.available)
    func refuses(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.worker(schedules: [try schedule()]).runUntilIdle()
            let before = try await standing(shop)
            for wrong in [terms("61 * * * *"), terms("0 0 31 2 *"), terms("0 * * * *", "Mars/Olympus")] {
                await #expect(throws: ScheduleError.self) {
                    try await shop.database.write {
                        _ = try shop.queue.reschedule(ReschedulingTests.name, to: wrong, in: $0)
                    }
                }
            }
            #expect(try await standing(shop) == before)
            let isThere = try await shop.database.write {
                try shop.queue.reschedule("test.nothing", to: terms("0 0 * * *"), in: $0)
            }
            #expect(!isThere)
        }
    }

    @Test("the next times are told before anything is changed")
    func tellsTimes() throws {
        let start = try #require(Instant(rfc3339: "2026-11-23T12:00:00Z"))
        let times = try terms("30 2 * * *", "+05:30").times(3, after: start).map(\.rfc3339)
        #expect(times.map { $0.prefix(16) } == ["2026-11-23T21:00", "2026-11-24T21:00", "2026-11-25T21:00"])
        #expect(try terms("0 0 31 2 *").times(3, after: start).isEmpty)
    }
}
