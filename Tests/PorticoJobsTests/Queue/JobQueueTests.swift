import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

@Suite(.timeLimit(.minutes(5))) struct JobQueueTests {
    private struct Planned: Error {}

    @Test("a job of a transaction that fails does not exist", arguments: TestEngine.available)
    func rollsBack(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            await #expect(throws: Planned.self) {
                try await shop.database.write { transaction in
                    try shop.queue.enqueue(Chore(1), in: transaction)
                    throw Planned()
                }
            }
            try await shop.worker().runUntilIdle()
            #expect(shop.done.isEmpty)
            #expect(try await shop.database.read { try shop.queue.overview(in: $0) }.isEmpty)
        }
    }

    @Test("a job runs once and keeps its result", arguments: TestEngine.available)
    func succeeds(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(7), JobOptions(owner: 12))
            let worker = shop.worker { chore, run in
                shop.note(chore.number)
                #expect(run.owner == 12 && run.attempt == 1 && run.id == ticket.id)
                return ["doubled": .integer(chore.number * 2)]
            }
            try await worker.runUntilIdle()
            try await worker.runUntilIdle()
            let record = try #require(try await shop.record(ticket))
            #expect(shop.done == [7])
            #expect(
                record.state == .succeeded && record.result == ["doubled": 14] && record.finishedAt == Workshop.start)
        }
    }

    @Test("a job for later waits for its time", arguments: TestEngine.available)
    func waitsForItsTime(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1), JobOptions(notBefore: Workshop.start + .minutes(5)))
            let worker = shop.worker()
            shop.clock.advance(by: .minutes(4))
            try await worker.runUntilIdle()
            #expect(shop.done.isEmpty)
            #expect(try await shop.record(ticket)?.state.published == "queued")
            shop.clock.advance(by: .minutes(1))
            try await worker.runUntilIdle()
            #expect(shop.done == [1])
        }
    }

    @Test("priority is a head start, so that nothing waits for ever", arguments: TestEngine.available)
    func ordersByHeadStart(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.enqueue(Chore(1), JobOptions(priority: .low))
            shop.clock.advance(by: .minutes(30))
            try await shop.enqueue(Chore(2))
            try await shop.enqueue(Chore(3), JobOptions(priority: .high))
            shop.clock.advance(by: .minutes(120))
            try await shop.enqueue(Chore(4), JobOptions(priority: .high))
            let single = JobWorker.Configuration(application: "test", defaultConcurrency: 1)
            try await shop.worker(single).runUntilIdle()
            #expect(shop.done == [3, 2, 1, 4] || shop.done == [3, 2, 4, 1])
        }
    }

    @Test("a job that counts as the same is found, not added", arguments: TestEngine.available)
    func findsTheSame(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let first = try await shop.enqueue(Chore(1, key: "a"))
            let second = try await shop.enqueue(Chore(2, key: "a"))
            let other = try await shop.enqueue(Chore(3, key: "b"))
            #expect(first.isNew && !second.isNew && second.id == first.id && other.isNew)
            try await shop.worker().runUntilIdle()
            #expect(try await shop.enqueue(Chore(4, key: "a")).isNew)
        }
    }

    @Test("uniqueness can end with the start", arguments: TestEngine.available)
    func endsUniquenessAtStart(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.enqueue(Chore(1, key: "a", endsAtStart: true))
            let worker = shop.worker { chore, _ in
                if chore.number == 1 {
                    let second = try await shop.enqueue(Chore(2, key: "a", endsAtStart: true))
                    #expect(second.isNew)
                }
                shop.note(chore.number)
                return nil
            }
            try await worker.runUntilIdle()
            #expect(shop.done == [1, 2])
        }
    }

    @Test("enqueuing at once from many tasks adds a unique job once", arguments: TestEngine.available)
    func isUniqueUnderRaces(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let added = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<24 {
                    group.addTask { try await shop.enqueue(Chore(Int64(number), key: "same")).isNew }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(added == 1)
        }
    }

    @Test("many jobs are loaded at once", arguments: TestEngine.available)
    func loadsMany(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let count = try await shop.database.write { transaction in
                try shop.queue.enqueue(all: (1...100).map { Chore($0) }, in: transaction)
            }
            try await shop.worker().runUntilIdle()
            #expect(count == 100 && shop.done.sorted() == Array(1...100))
        }
    }

    @Test("a job that waits is cancelled at once", arguments: TestEngine.available)
    func cancelsWaiting(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1, key: "a"))
            let record = try await shop.database.write { try shop.queue.cancel(ticket.id, in: $0) }
            try await shop.worker().runUntilIdle()
            #expect(record?.state == .cancelled && shop.done.isEmpty)
            #expect(try await shop.enqueue(Chore(2, key: "a")).isNew, "its key is free again")
            #expect(try await shop.database.write { try shop.queue.cancel(9_999, in: $0) } == nil)
        }
    }

    @Test("a paused queue starts nothing until it is resumed", arguments: TestEngine.available)
    func pauses(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.enqueue(Chore(1))
            try await shop.database.write { try shop.queue.pause("default", in: $0) }
            let worker = shop.worker()
            try await worker.runUntilIdle()
            let overview = try await shop.database.read { try shop.queue.overview(in: $0) }
            #expect(shop.done.isEmpty && overview.first?.isPaused == true && overview.first?.counts[.queued] == 1)
            #expect(overview.first?.oldestDue == Workshop.start)
            try await shop.database.write { try shop.queue.resume("default", in: $0) }
            try await worker.runUntilIdle()
            #expect(shop.done == [1])
        }
    }

    @Test("failed jobs are listed, replayed and discarded", arguments: TestEngine.available)
    func handlesDeadLetters(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let first = try await shop.enqueue(Chore(1))
            let second = try await shop.enqueue(Chore(2))
            try await shop.worker { _, _ in throw JobFailure.permanent("no_use", "No use.") }.runUntilIdle()
            let failed = try await shop.database.read { try shop.queue.jobs(in: .failed, queue: "default", in: $0) }
            #expect(failed.map(\.id) == [second.id, first.id])
            #expect(failed.first?.errors.first?.code == "no_use" && failed.first?.attempt == 1)
            #expect(try await shop.database.write { try shop.queue.discard(second.id, in: $0) })
            let replays = try await shop.database.write {
                try shop.queue.replay(JobSearch(state: .failed, queue: "default"), in: $0)
            }
            #expect(replays.replayed == 1)
            try await shop.worker().runUntilIdle()
            #expect(shop.done == [1])
            #expect(try await shop.record(first)?.state == .succeeded)
            #expect(try await !shop.database.write { try shop.queue.replay(first.id, in: $0) }, "it is done")
        }
    }
}
