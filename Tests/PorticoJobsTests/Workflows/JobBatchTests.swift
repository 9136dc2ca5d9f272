import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

@Suite("Batches", .timeLimit(.minutes(5))) struct JobBatchTests {
    private func batch(_ numbers: ClosedRange<Int64>) -> JobWorkflow {
        .batch(
            "test", numbers.map { Chore($0) }, onSuccess: Chore(101), onFailure: Chore(102), onEnd: Chore(103))
    }

    @Test("what follows success and end is done when all have succeeded", arguments: TestEngine.available)
    func succeeds(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(batch(1...20))
            try await shop.worker().runUntilIdle()
            #expect(shop.done.prefix(20).sorted() == Array(1...20))
            #expect(shop.done.dropFirst(20).sorted() == [101, 103])
            #expect(try await shop.states(ticket) == [.succeeded, .succeeded, .skipped, .succeeded])
        }
    }

    @Test(
        "what follows failure is done when all have ended, and success after a replay still",
        arguments: TestEngine.available)
    func fails(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(batch(1...5))
            try await shop.worker(failing: [2, 4]).runUntilIdle()
            #expect(shop.done.prefix(3).sorted() == [1, 3, 5] && shop.done.dropFirst(3).sorted() == [102, 103])
            let stopped = try await shop.workflow(ticket)
            #expect(stopped.state == .stopped && stopped.stoppedAt == ["jobs"])
            #expect(stopped.steps[0].total == 5 && stopped.steps[0].unsuccessful == 2)
            #expect(stopped.steps[0].members.prefix(2).map(\.state) == [.failed, .failed])

            let replays = try await shop.database.write {
                try shop.queue.replay(JobSearch(state: .failed), in: $0)
            }
            #expect(replays.replayed == 2)
            try await shop.worker().runUntilIdle()
            #expect(shop.done.suffix(1) == [101] && shop.done.count == 8, "nothing is done twice")
            #expect(try await shop.workflow(ticket).state == .succeeded)
        }
    }

    @Test(
        "a job adds more to its batch while it runs, and nothing follows before they have ended",
        arguments: TestEngine.available)
    func grows(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(batch(1...1))
            let worker = shop.worker { chore, run in
                if chore.number < 4 {
                    let more = [Chore(chore.number + 1), Chore(50, key: "same")]
                    try await shop.database.write { _ = try run.add(more, in: $0) }
                }
                if chore.number != 50 { shop.note(chore.number) }
                return nil
            }
            try await worker.runUntilIdle()
            #expect(shop.done.prefix(4) == [1, 2, 3, 4] && shop.done.dropFirst(4).sorted() == [101, 103])
            let step = try await shop.workflow(ticket).steps[0]
            #expect(step.open == 0 && step.total >= 5 && step.unsuccessful == 0)
        }
    }

    @Test("only a job of a batch adds to it, and not once somebody else has it", arguments: TestEngine.available)
    func refuses(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.enqueue(Chore(1))
            _ = try await shop.enqueue(.chain("test", ["one": Chore(2)]))
            let worker = shop.worker { chore, run in
                await #expect(throws: JobWorkflowError.noBatch) {
                    try await shop.database.write { try run.add([Chore(9)], in: $0) }
                }
                shop.note(chore.number)
                return nil
            }
            try await worker.runUntilIdle()
            #expect(shop.done.sorted() == [1, 2])

            let claim = JobClaim(holder: "test", lease: .minutes(1), now: Workshop.start)
            _ = try await shop.enqueue(.batch("test", [Chore(3)]))
            let lost = try await shop.database.write { transaction in
                try claim.take(1, of: "default", in: transaction).jobs
            }
            let job = try #require(lost.first)
            try await shop.database.write { try $0.execute("test.lose", "UPDATE jobs SET turns = turns + 1") }
            await #expect(throws: JobLost.self) {
                try await shop.database.write { transaction in
                    _ = try shop.queue.add([Chore(9)], JobOptions(), toBatchOf: job, in: transaction)
                }
            }
        }
    }

    @Test("a batch without jobs, or whose jobs are all there already, is at its end", arguments: TestEngine.available)
    func passesEmpty(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.enqueue(Chore(1, key: "a"))
            _ = try await shop.enqueue(.batch("test", [], onSuccess: Chore(2)))
            _ = try await shop.enqueue(.batch("test", [Chore(3, key: "a")], onSuccess: Chore(4)))
            try await shop.worker().runUntilIdle()
            #expect(shop.done.sorted() == [1, 2, 4])
        }
    }
}
