import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoJobs

@Suite(.timeLimit(.minutes(5))) struct JobRateTests {
    /// A call to somebody who takes only so many.
    private struct Call: Job {
        static let name = "test.call"
        let number: Int64
        var partner = "bank"
        var atMost = 3

        init(_ number: Int64, partner: String = "bank", atMost: Int = 3) {
            self.number = number
            self.partner = partner
            self.atMost = atMost
        }

        init(payload: JSONValue) throws {
            self.init(try payload.integer("number"), partner: try payload.text("partner"))
        }

        var payload: JSONValue { ["number": .integer(number), "partner": .string(partner)] }
        var rate: JobRate? { JobRate("call \(partner)", atMost: atMost, per: .seconds(10)) }
    }

    private func calls(_ shop: Workshop) -> JobBook {
        book(Call.self) { call, _ in shop.note(call.number) }
    }

    @Test(
        "no more begin within the time than the rate allows, and the rest holds up nobody",
        arguments: TestEngine.available)
    func keepsRate(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { transaction in
                try shop.queue.enqueue(all: (1...8).map { Call($0) }, in: transaction)
                try shop.queue.enqueue(all: (101...102).map { Call($0, partner: "post") }, in: transaction)
                try shop.queue.enqueue(Chore(200), in: transaction)
            }
            let worker = shop.worker(adding: calls(shop))
            try await worker.runUntilIdle()
            #expect(shop.done.sorted() == [1, 2, 3, 101, 102, 200])
            let overview = try await shop.database.read { try shop.queue.overview(in: $0) }
            #expect(overview.first?.counts[.throttled] == 5)
            shop.clock.advance(by: .milliseconds(9999))
            try await worker.runUntilIdle()
            #expect(shop.done.count == 6)
            shop.clock.advance(by: .milliseconds(1))
            try await worker.runUntilIdle()
            #expect(shop.done.suffix(3).sorted() == [4, 5, 6])
            shop.clock.advance(by: .seconds(10))
            try await worker.runUntilIdle()
            #expect(shop.done.suffix(2).sorted() == [7, 8])
        }
    }

    @Test("a stretch of the rate's length never sees more, wherever it starts", arguments: TestEngine.available)
    func slides(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let worker = shop.worker(adding: calls(shop))
            func add(_ number: Int64) async throws {
                try await shop.database.write { _ = try shop.queue.enqueue(Call(number), in: $0) }
                try await worker.runUntilIdle()
            }
            try await add(1)
            shop.clock.advance(by: .seconds(9))
            for number in 2...5 { try await add(Int64(number)) }
            #expect(shop.done == [1, 2, 3])
            shop.clock.advance(by: .seconds(1))
            try await worker.runUntilIdle()
            #expect(shop.done == [1, 2, 3, 4], "only the first has stopped to count")
            shop.clock.advance(by: .seconds(9))
            try await worker.runUntilIdle()
            #expect(shop.done == [1, 2, 3, 4, 5])
        }
    }

    @Test("eight workers on two nodes together keep a rate and start every job once", arguments: TestEngine.available)
    func keepsRateTogether(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let second = try await shop.test.openAgain()
            try await shop.database.write { transaction in
                try shop.queue.enqueue(all: (1...60).map { Call($0, atMost: 7) }, in: transaction)
            }
            for round in 1...9 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for node in 0..<8 {
                        let database = node % 2 == 0 ? shop.database : second
                        group.addTask {
                            let queue = JobQueue(clock: shop.clock)
                            try await shop.worker(on: database, queue: queue, adding: calls(shop)).runUntilIdle()
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(shop.done.count == min(60, 7 * round))
                shop.clock.advance(by: .seconds(10))
            }
            #expect(shop.done.sorted() == Array(1...60))
        }
    }

    @Test(
        "what counts is forgotten when it counts no more, and a rate nobody opened is found again",
        arguments: TestEngine.available)
    func forgets(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { transaction in
                try shop.queue.enqueue(all: (1...4).map { Call($0) }, in: transaction)
            }
            let worker = shop.worker(adding: calls(shop))
            try await worker.runUntilIdle()
            try await shop.database.write { try $0.execute("test.lose", "DELETE FROM job_rates") }
            shop.clock.advance(by: .seconds(10))
            try await worker.runUntilIdle()
            #expect(shop.done.count == 3)
            try await shop.database.write { try shop.queue.unblockForgotten(in: $0) }
            try await worker.runUntilIdle()
            #expect(shop.done.count == 4)
            shop.clock.advance(by: .minutes(2))
            _ = try await shop.database.write { try shop.queue.purge(JobRetention(), in: $0) }
            let left = try await shop.database.read {
                try $0.scalar("test.starts", "SELECT count(*) FROM job_starts", as: Int.self)
            }
            #expect(left == 0)
        }
    }

    @Test("a limit with room is found, however many are full", arguments: TestEngine.available)
    func findsRoom(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let chores = (100...200).flatMap { key in (1...2).map { Chore($0, shared: "key \(key)") } }
            let claim = JobClaim(holder: "one", lease: .seconds(30), now: shop.clock.now())
            let running = try await shop.database.write { transaction in
                try shop.queue.enqueue(all: chores, in: transaction)
                return try claim.take(300, of: "default", in: transaction).jobs.count
            }
            #expect(running == 101)
            // As when what would have gone next was just being cancelled.
            try await shop.database.write { transaction in
                try transaction.execute(
                    "test.end",
                    """
                    UPDATE jobs SET state = 'succeeded', finished_at = \(shop.clock.now())
                    WHERE state = 'running' AND limit_key = 'key 200'
                    """)
                try shop.queue.unblockForgotten(in: transaction)
            }
            let freed = try await shop.database.read { try shop.queue.jobs(in: .queued, in: $0) }
            #expect(freed.map(\.limitKey) == ["key 200"])
        }
    }

    @Test(
        "a job may have a limit and a rate: what the limit holds back uses up nothing", arguments: TestEngine.available)
    func combines(engine: TestEngine) async throws {
        struct Both: Job {
            static let name = "test.both"
            let payload: JSONValue
            init(payload: JSONValue) { self.payload = payload }
            var limit: JobLimit? { JobLimit("both", atMost: 2) }
            var rate: JobRate? { JobRate("both", atMost: 5, per: .minutes(1)) }
        }
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { transaction in
                try shop.queue.enqueue(all: (1...9).map { Both(payload: ["n": .integer($0)]) }, in: transaction)
            }
            let crowd = Mutex((now: 0, most: 0))
            let worker = shop.worker(
                adding: book(Both.self) { _, _ in
                    crowd.withLock { $0 = (now: $0.now + 1, most: max($0.most, $0.now + 1)) }
                    shop.note(1)
                    crowd.withLock { $0.now -= 1 }
                })
            try await worker.runUntilIdle()
            #expect(shop.done.count == 5 && crowd.withLock(\.most) <= 2)
            shop.clock.advance(by: .minutes(1))
            try await worker.runUntilIdle()
            #expect(shop.done.count == 9)
        }
    }
}
