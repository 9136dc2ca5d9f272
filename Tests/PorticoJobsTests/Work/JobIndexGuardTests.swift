import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

@Suite(.timeLimit(.minutes(5))) struct JobIndexGuardTests {
    private func worker(_ shop: Workshop, _ care: JobIndexGuard) throws -> JobWorker {
        var book = JobBook()
        let schedule = try care.register(in: &book)
        return shop.worker(schedules: [schedule], adding: book)
    }

    @Test("an index is too large where what it holds can't need its room", arguments: TestEngine.available)
    func judges(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let care = JobIndexGuard(database: shop.database, leastBytes: 1_000_000, bytesPerEntry: 400)
            func isBloated(_ bytes: Int64, _ entries: Int64?) -> Bool {
                care.isBloated(TableRoom.Index(name: "i", bytes: bytes, entries: entries))
            }
            #expect(isBloated(1_000_000, 2499) && isBloated(1_000_000, 0))
            #expect(!isBloated(1_000_000, 2500) && !isBloated(999_999, 0))
            #expect(!isBloated(1_000_000_000, nil), "nobody has counted yet")
        }
    }

    @Test("a young queue is left as it is", arguments: TestEngine.available)
    func leaves(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let care = JobIndexGuard(database: shop.database)
            let room = try await care.room()
            #expect((room == nil) == (engine == .sqlite))
            let record = try await worker(shop, care).perform(CareForJobIndexes())
            #expect(record?.state == .succeeded && record?.result?["rebuilt"] == .array([]))
        }
    }

    @Test(
        "what has grown too large is built anew while the queue works, or it is said why not",
        arguments: TestEngine.available)
    func rebuilds(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            guard engine == .postgresql else { return }
            try await shop.database.write {
                _ = try shop.queue.enqueue(all: (1...500).map { Chore($0) }, in: $0)
            }
            try await shop.database.write { try $0.execute("test.analyze", "ANALYZE jobs") }
            let room = try #require(await JobIndexGuard(database: shop.database).room())
            let largest = try #require(room.indexes.first)
            let care = JobIndexGuard(database: shop.database, leastBytes: largest.bytes, bytesPerEntry: 1)
            #expect(care.isBloated(largest))
            let result = try await worker(shop, care).perform(CareForJobIndexes())?.result
            if result?["impossible"] == nil {
                #expect(result?["rebuilt"]?.elements?.contains(.string(largest.name)) == true)
            }
            try await shop.worker().runUntilIdle()
            #expect(shop.done.count == 500, "nothing of the queue was lost")
        }
    }

    @Test("it comes once a day, for all nodes together", arguments: TestEngine.available)
    func comesDaily(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let care = JobIndexGuard(database: shop.database)
            let workers = [try worker(shop, care), try worker(shop, care)]
            for worker in workers { try await worker.runUntilIdle() }
            let due = try #require(await shop.database.read { try shop.queue.schedules(in: $0) }.first?.nextAt)
            shop.clock.advance(by: due - shop.clock.now())
            for worker in workers { try await worker.runUntilIdle() }
            let done = try await shop.database.read { try shop.queue.jobs(JobSearch(state: .succeeded), in: $0) }
            #expect(done.map(\.name) == ["jobs.care"])
        }
    }

    @Test("the room is told as metrics where the engine knows it", arguments: TestEngine.available)
    func tells(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.worker().runUntilIdle()
            let isTold = shop.figures.contains("portico_jobs_index_bytes{application=\"test\",index=\"jobs_ready\"}")
            #expect(isTold == (engine == .postgresql))
        }
    }
}
