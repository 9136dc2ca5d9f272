import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

@Suite(.timeLimit(.minutes(5))) struct ScheduleTests {
    /// Half a minute after a whole hour.
    private static let begin = Workshop.start

    private func hourly(_ catchUp: Schedule.CatchUp = .once) throws -> Schedule {
        try Schedule("test.hourly", "0 * * * *", catchUp: catchUp) { Chore($0.milliseconds / 1000) }
    }

    /// The whole hours of which the first comes after the workshop's start, in seconds.
    private func hour(_ number: Int64) -> Int64 {
        (Workshop.start.milliseconds / 3_600_000 + number) * 3600
    }

    @Test("a schedule starts with the time after its first sight, and fires at each", arguments: TestEngine.available)
    func fires(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let worker = shop.worker(schedules: [try hourly()])
            try await worker.runUntilIdle()
            #expect(shop.done.isEmpty)
            for _ in 0..<2 {
                shop.clock.advance(by: .hours(1))
                try await worker.runUntilIdle()
            }
            #expect(shop.done == [hour(1), hour(2)])
        }
    }

    @Test("nodes fire a schedule once together", arguments: TestEngine.available)
    func firesOnce(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let other = try await shop.test.openAgain()
            let workers = [
                shop.worker(schedules: [try hourly()]),
                shop.worker(on: other, queue: JobQueue(clock: shop.clock), schedules: [try hourly()]),
                shop.worker(queue: JobQueue(clock: shop.clock), schedules: [try hourly()]),
            ]
            for worker in workers { try await worker.runUntilIdle() }
            for _ in 0..<5 {
                shop.clock.advance(by: .hours(1))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for worker in workers { group.addTask { try await worker.runUntilIdle() } }
                    try await group.waitForAll()
                }
            }
            #expect(shop.done == (1...5).map { hour($0) })
        }
    }

    @Test("missed times are caught up on as declared", arguments: TestEngine.available)
    func catchesUp(engine: TestEngine) async throws {
        let expected: [(Schedule.CatchUp, [Int64])] = [
            (.skip, []), (.once, [10]), (.all(limit: 3), [8, 9, 10]), (.all(limit: 99), Array(1...10)),
        ]
        for (catchUp, hours) in expected {
            try await withWorkshop(on: engine) { shop in
                let worker = shop.worker(schedules: [try hourly(catchUp)])
                try await worker.runUntilIdle()
                shop.clock.advance(by: .hours(10))
                let sinceHour = Workshop.start.milliseconds % 3_600_000
                #expect(sinceHour > 60_000, "the workshop opens well past the hour")
                try await worker.runUntilIdle()
                #expect(shop.done.sorted() == hours.map { hour($0) })
            }
        }
    }

    @Test("a changed declaration counts from now on", arguments: TestEngine.available)
    func changes(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.worker(schedules: [try hourly()]).runUntilIdle()
            shop.clock.advance(by: .hours(1))
            let halfPast = try Schedule("test.hourly", "30 * * * *") { Chore($0.milliseconds / 1000) }
            let worker = shop.worker(schedules: [halfPast])
            try await worker.runUntilIdle()
            #expect(shop.done.isEmpty)
            shop.clock.advance(by: .hours(1))
            try await worker.runUntilIdle()
            #expect(shop.done.count == 1 && shop.done.allSatisfy { $0 % 3600 == 1800 })
        }
    }

    @Test("a schedule that is held misses its times for good", arguments: TestEngine.available)
    func holds(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let worker = shop.worker(schedules: [try hourly(.all(limit: 9))])
            try await worker.runUntilIdle()
            try await shop.database.write { try shop.queue.pauseSchedule("test.hourly", in: $0) }
            shop.clock.advance(by: .hours(3))
            try await worker.runUntilIdle()
            try await shop.database.write { try shop.queue.resumeSchedule("test.hourly", in: $0) }
            try await worker.runUntilIdle()
            #expect(shop.done.isEmpty)
            shop.clock.advance(by: .hours(1))
            try await worker.runUntilIdle()
            #expect(shop.done == [hour(4)])
        }
    }

    @Test("over the change to summer time each day has one run", arguments: TestEngine.available)
    func knowsSummerTime(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let berlin = try JobZone.named("Europe/Berlin")
            let nightly = try Schedule("test.nightly", "30 2 * * *", zone: berlin) { Chore($0.milliseconds / 1000) }
            let first = try #require(Instant(rfc3339: "2027-03-26T12:00:00Z"))
            shop.clock.advance(by: first - shop.clock.now())
            let worker = shop.worker(schedules: [nightly])
            try await worker.runUntilIdle()
            for _ in 0..<16 {
                shop.clock.advance(by: .hours(6))
                try await worker.runUntilIdle()
            }
            #expect(
                shop.done.map { Instant(seconds: $0).rfc3339.prefix(16) }
                    == ["2027-03-27T01:30", "2027-03-28T01:00", "2027-03-29T00:30", "2027-03-30T00:30"])
        }
    }
}
