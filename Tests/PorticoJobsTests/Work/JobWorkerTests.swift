import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoJobs

@Suite(.timeLimit(.minutes(5))) struct JobWorkerTests {
    private struct Planned: Error {}

    @Test("thirty workers do a thousand jobs once each while more come in", arguments: TestEngine.available)
    func sharesWork(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { transaction in
                try shop.queue.enqueue(all: (1...800).map { Chore($0) }, in: transaction)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<30 {
                    group.addTask { try await shop.worker(queue: JobQueue(clock: shop.clock)).runUntilIdle() }
                }
                for start in [801, 851, 901, 951] {
                    group.addTask {
                        for number in start..<(start + 50) { try await shop.enqueue(Chore(Int64(number))) }
                    }
                }
                try await group.waitForAll()
            }
            try await shop.worker().runUntilIdle()
            #expect(shop.done.sorted() == Array(1...1000))
        }
    }

    @Test("a worker does eight jobs of a queue at once, unless it is told otherwise", arguments: TestEngine.available)
    func fillsPlaces(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { transaction in
                try shop.queue.enqueue(all: (1...9).map { Chore($0) }, in: transaction)
            }
            let (full, go) = (Gate(), Gate())
            let worker = shop.worker { chore, _ in
                shop.note(chore.number)
                if shop.done.count == 8 { full.open() }
                await go.wait()
                return nil
            }
            async let work: Void = worker.runUntilIdle()
            await full.wait()
            #expect(worker.running == 8 && shop.done.count == 8)
            go.open()
            try await work
            #expect(shop.done.sorted() == Array(1...9))
        }
    }

    @Test("two engines on one database share the work", arguments: TestEngine.available)
    func sharesWorkBetweenNodes(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let second = try await shop.test.openAgain()
            try await shop.database.write { transaction in
                try shop.queue.enqueue(all: (1...200).map { Chore($0) }, in: transaction)
            }
            async let here: Void = shop.worker().runUntilIdle()
            async let there: Void = shop.worker(on: second, queue: JobQueue(clock: shop.clock)).runUntilIdle()
            _ = try await (here, there)
            #expect(shop.done.sorted() == Array(1...200))
        }
    }

    @Test("a failed run is tried again, later each time, and then is a dead letter", arguments: TestEngine.available)
    func retries(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1))
            let worker = shop.worker { chore, run in
                shop.note(Int64(run.attempt))
                throw Planned()
            }
            try await worker.runUntilIdle()
            let first = try #require(try await shop.record(ticket))
            #expect(first.state == .scheduled && shop.done == [1])
            #expect((Workshop.start + .seconds(10)...Workshop.start + .seconds(12)).contains(first.runAt))
            shop.clock.advance(by: .milliseconds(9999))
            try await worker.runUntilIdle()
            #expect(shop.done == [1])
            shop.clock.advance(by: .seconds(3))
            let second = shop.clock.now()
            try await worker.runUntilIdle()
            let again = try #require(try await shop.record(ticket))
            #expect(shop.done == [1, 2])
            #expect((second + .seconds(20)...second + .seconds(24)).contains(again.runAt))
            shop.clock.advance(by: .seconds(24))
            try await worker.runUntilIdle()
            let last = try #require(try await shop.record(ticket))
            #expect(shop.done == [1, 2, 3] && last.state == .failed && last.errors.count == 3)
            #expect(last.errors.map(\.code) == ["internal", "internal", "internal"])
            #expect(shop.figures.contains("portico_jobs_retries_total{application=\"test\",queue=\"default\"} 2"))
            #expect(shop.figures.contains("portico_jobs_dead_total{application=\"test\",queue=\"default\"} 1"))
        }
    }

    @Test("a handler may ask for more patience", arguments: TestEngine.available)
    func waitsLonger(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1))
            try await shop.worker { _, _ in
                throw JobFailure.temporary("busy", "Busy.", after: .minutes(9))
            }.runUntilIdle()
            let record = try #require(try await shop.record(ticket))
            #expect(record.runAt == Workshop.start + .minutes(9) && record.attempt == 1)
        }
    }

    @Test("a postponed run does not count", arguments: TestEngine.available)
    func postpones(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1))
            let worker = shop.worker { _, _ in throw JobFailure.postponed(by: .seconds(30), "not_yet", "Not yet.") }
            for _ in 0..<5 {
                try await worker.runUntilIdle()
                shop.clock.advance(by: .seconds(30))
            }
            let record = try #require(try await shop.record(ticket))
            #expect(record.attempt == 0 && record.state == .scheduled && record.errors.count == 5)
        }
    }

    @Test("a payload that can't be read is a dead letter at once", arguments: TestEngine.available)
    func refusesPayload(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1))
            try await shop.database.write {
                try $0.execute("test.spoil", "UPDATE jobs SET payload = '{}' WHERE id = \(ticket.id)")
            }
            try await shop.worker().runUntilIdle()
            let record = try #require(try await shop.record(ticket))
            #expect(record.state == .failed && record.errors.first?.code == "bad_payload")
        }
    }

    @Test("a job nobody here knows is left for a newer node", arguments: TestEngine.available)
    func leavesUnknown(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.database.write { try shop.queue.enqueue(Summary(), in: $0) }
            try await shop.worker().runUntilIdle()
            let record = try #require(try await shop.record(ticket))
            #expect(record.state == .scheduled && record.attempt == 0)
        }
    }

    @Test("jobs that share a limit run one after the other, and all run", arguments: TestEngine.available)
    func keepsLimits(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            for number in 1...12 { try await shop.enqueue(Chore(Int64(number), shared: number % 2 == 0 ? "a" : "b")) }
            try await shop.enqueue(Chore(13))
            let atOnce = Mutex<(now: [Bool: Int], most: Int)>(([:], 0))
            let work: @Sendable (Chore, JobRun) async throws -> JSONValue? = { chore, _ in
                guard chore.number < 13 else { return nil }
                let isEven = chore.number % 2 == 0
                atOnce.withLock { state in
                    state.now[isEven, default: 0] += 1
                    state.most = max(state.most, state.now[isEven] ?? 0)
                }
                for _ in 0..<5 { await Task.yield() }
                atOnce.withLock { $0.now[isEven, default: 0] -= 1 }
                shop.note(chore.number)
                return nil
            }
            async let one: Void = shop.worker(doing: work).runUntilIdle()
            async let two: Void = shop.worker(queue: JobQueue(clock: shop.clock), doing: work).runUntilIdle()
            _ = try await (one, two)
            try await shop.worker(doing: work).runUntilIdle()
            #expect(shop.done.sorted() == Array(1...12) && atOnce.withLock(\.most) == 1)
        }
    }

    @Test("a job that waits for a limit nobody holds is found", arguments: TestEngine.available)
    func findsForgotten(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.enqueue(Chore(1, shared: "a"))
            try await shop.database.write { try $0.execute("test.block", "UPDATE jobs SET state = 'blocked'") }
            try await shop.worker().runUntilIdle()
            #expect(shop.done == [1])
        }
    }

    @Test("progress is written a few times a second, and the last word always", arguments: TestEngine.available)
    func tellsProgress(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1))
            let worker = shop.worker { _, run in
                try await run.progress(1, of: 10)
                try await run.progress(2, of: 10)
                let early = try #require(try await shop.record(ticket))
                #expect(early.done == 1 && early.total == 10, "the second came too soon after the first")
                shop.pass(.milliseconds(250))
                try await run.progress(3, of: 10)
                let later = try #require(try await shop.record(ticket))
                #expect(later.done == 3)
                try await run.progress(10, of: 10)
                return nil
            }
            try await worker.runUntilIdle()
            let record = try #require(try await shop.record(ticket))
            #expect(record.state == .succeeded && record.done == 10 && record.total == 10)
        }
    }

    @Test("the running worker hears of new jobs and ends when it is told to", arguments: TestEngine.available)
    func runsAndEnds(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let done = Gate()
            let worker = shop.worker { chore, _ in
                shop.note(chore.number)
                done.open()
                return nil
            }
            let running = Task { await worker.run() }
            let ticket = try await shop.enqueue(Chore(1))
            await done.wait()
            running.cancel()
            await running.value
            #expect(try await shop.record(ticket)?.state == .succeeded && worker.running == 0)
        }
    }

    @Test("ended jobs are kept for a while, failed ones longer", arguments: TestEngine.available)
    func purges(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let good = try await shop.enqueue(Chore(1))
            let bad = try await shop.enqueue(Chore(2))
            let worker = shop.worker { chore, _ in
                if chore.number == 2 { throw JobFailure.permanent("no_use", "No use.") }
                return nil
            }
            try await worker.runUntilIdle()
            shop.clock.advance(by: .days(8))
            try await worker.runUntilIdle()
            let kept = try await (shop.record(good), shop.record(bad))
            #expect(kept.0 == nil && kept.1 != nil)
            shop.clock.advance(by: .days(23))
            try await worker.runUntilIdle()
            #expect(try await shop.record(bad) == nil)
        }
    }
}
