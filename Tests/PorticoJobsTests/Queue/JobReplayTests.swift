import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

@Suite("Trying jobs again", .timeLimit(.minutes(5))) struct JobReplayTests {
    private static let noUse = JobFailure.permanent("no_use", "No use.")

    /// A worker whose chores fail while their number is among `broken`, and that notes 100 for a summary.
    private func worker(_ shop: Workshop, failing broken: Set<Int64> = []) -> JobWorker {
        shop.worker(adding: book(Summary.self) { _, _ in shop.note(100) }) { chore, _ in
            if broken.contains(chore.number) { throw JobReplayTests.noUse }
            shop.note(chore.number)
            return nil
        }
    }

    private func state(_ id: Int64?, _ shop: Workshop) async throws -> JobState? {
        guard let id else { return nil }
        return try await shop.database.read { try shop.queue.record(id, in: $0)?.state }
    }

    private func replay(_ id: Int64, _ shop: Workshop) async throws -> Bool {
        try await shop.database.write { try shop.queue.replay(id, in: $0) }
    }

    // MARK: - Groups

    @Test(
        "what follows a group goes on when its failed members have succeeded at last",
        arguments: TestEngine.available)
    func continuesGroup(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let group = try await shop.database.write {
                try shop.queue.enqueueGroup([Chore(1), Chore(2), Chore(3)], then: Summary(), in: $0)
            }
            try await worker(shop, failing: [2, 3]).runUntilIdle()
            #expect(try await state(group.continuation, shop) == .cancelled && shop.done == [1])

            #expect(try await replay(group.jobs[1].id, shop))
            #expect(try await state(group.continuation, shop) == .waiting)
            try await worker(shop).runUntilIdle()
            #expect(try await state(group.continuation, shop) == .cancelled, "one of them is still failed")

            #expect(try await replay(group.jobs[2].id, shop))
            try await worker(shop).runUntilIdle()
            #expect(try await state(group.continuation, shop) == .succeeded && shop.done == [1, 2, 3, 100])
        }
    }

    @Test("what somebody cancelled does not come back with its group", arguments: TestEngine.available)
    func heedsCancellation(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let group = try await shop.database.write {
                try shop.queue.enqueueGroup([Chore(1)], then: Summary(), in: $0)
            }
            let following = try #require(group.continuation)
            try await shop.database.write { _ = try shop.queue.cancel(following, in: $0) }
            try await worker(shop, failing: [1]).runUntilIdle()
            #expect(try await replay(group.jobs[0].id, shop))
            try await worker(shop).runUntilIdle()
            #expect(try await state(following, shop) == .cancelled && shop.done == [1])
        }
    }

    @Test(
        "what was cancelled with its group is kept as long as the member that failed",
        arguments: TestEngine.available)
    func keepsContinuation(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let group = try await shop.database.write {
                try shop.queue.enqueueGroup([Chore(1)], then: Summary(), in: $0)
            }
            try await worker(shop, failing: [1]).runUntilIdle()
            shop.clock.advance(by: .days(20))
            try await worker(shop).runUntilIdle()
            #expect(try await replay(group.jobs[0].id, shop))
            try await worker(shop).runUntilIdle()
            #expect(shop.done == [1, 100])
            shop.clock.advance(by: .days(20))
            try await worker(shop).runUntilIdle()
            #expect(try await state(group.continuation, shop) == nil)
        }
    }

    // MARK: - Keys

    @Test("a job that is tried again is the only one with its key again", arguments: TestEngine.available)
    func takesKeyBack(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let first = try await shop.enqueue(Chore(1, key: "a"))
            try await worker(shop, failing: [1]).runUntilIdle()
            #expect(try await replay(first.id, shop))
            let second = try await shop.enqueue(Chore(2, key: "a"))
            #expect(!second.isNew && second.id == first.id)
            try await worker(shop).runUntilIdle()
            #expect(shop.done == [1])
            #expect(try await shop.enqueue(Chore(3, key: "a")).isNew, "it has ended")
        }
    }

    @Test("a job is not tried again beside another that counts as the same", arguments: TestEngine.available)
    func refusesSecond(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let first = try await shop.enqueue(Chore(1, key: "a"))
            try await worker(shop, failing: [1]).runUntilIdle()
            let second = try await shop.enqueue(Chore(2, key: "a"))
            #expect(second.isNew)
            await #expect(throws: JobReplayError.taken(by: second.id)) { _ = try await replay(first.id, shop) }
            #expect(try await state(first.id, shop) == .failed, "nothing is changed")
            try await worker(shop).runUntilIdle()
            #expect(try await replay(first.id, shop), "the other one has ended")
        }
    }

    @Test("many at once leave out what another is there for, and tell how many", arguments: TestEngine.available)
    func skips(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.enqueue(Chore(1, key: "a"))
            try await worker(shop, failing: [1]).runUntilIdle()
            try await shop.enqueue(Chore(2, key: "a"))
            try await worker(shop, failing: [2]).runUntilIdle()
            try await shop.enqueue(Chore(3, key: "b"))
            try await shop.enqueue(Chore(4))
            try await worker(shop, failing: [3, 4]).runUntilIdle()
            try await shop.enqueue(Chore(5, key: "b"))
            // Of the two with the first key one goes; the one with the second key waits for nobody.
            let replays = try await shop.database.write {
                try shop.queue.replay(JobSearch(state: .failed), in: $0)
            }
            #expect(replays.replayed == 2 && replays.skipped == 2)
            try await worker(shop).runUntilIdle()
            #expect(Set(shop.done) == [2, 4, 5])
            let rest = try await shop.database.write {
                try shop.queue.replay(JobSearch(state: .failed, queue: "default"), in: $0)
            }
            #expect(rest.replayed == 2 && rest.skipped == 0)
        }
    }

    @Test("a key that ends with the start is taken back until then", arguments: TestEngine.available)
    func whileWaiting(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let first = try await shop.enqueue(Chore(1, key: "a", endsAtStart: true))
            try await shop.database.write { _ = try shop.queue.cancel(first.id, in: $0) }
            #expect(try await replay(first.id, shop))
            #expect(try await !shop.enqueue(Chore(2, key: "a", endsAtStart: true)).isNew)
            try await worker(shop).runUntilIdle()
            #expect(shop.done == [1])
        }
    }

    @Test("of a replay and a new job with the same key one wins", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let second = try await shop.test.openAgain()
            for round in 1...20 {
                let key = "key \(round)"
                let old = try await shop.enqueue(Chore(Int64(round), key: key))
                try await worker(shop, failing: [Int64(round)]).runUntilIdle()
                async let replayed = try? shop.database.write { try shop.queue.replay(old.id, in: $0) }
                async let new = second.write { try shop.queue.enqueue(Chore(0, key: key), in: $0) }
                let (isReplayed, ticket) = try await (replayed ?? false, new)
                #expect(isReplayed != ticket.isNew, "round \(round)")
                try await worker(shop).runUntilIdle()
            }
            #expect(shop.done.count == 20)
        }
    }
}
