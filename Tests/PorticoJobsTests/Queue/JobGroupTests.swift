import PorticoJSON
import PorticoSQL
import PorticoTesting
import Synchronization
import Testing

@testable import PorticoJobs

@Suite(.timeLimit(.minutes(5))) struct JobGroupTests {
    @Test("the continuation runs when all members have ended, and sees their results", arguments: TestEngine.available)
    func continues(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let sum = Mutex<Int64>(0)
            let group = try await shop.database.write { transaction in
                try shop.queue.enqueueGroup((1...5).map { Chore($0) }, then: Summary(), in: transaction)
            }
            let summary = book(Summary.self) { _, run in
                let group = try #require(run.followsGroup)
                let members = try await shop.database.read { try shop.queue.members(ofGroup: group, in: $0) }
                #expect(members.allSatisfy { $0.state == .succeeded })
                sum.withLock { $0 = members.reduce(0) { $0 + ($1.result?.int64 ?? 0) } }
            }
            let worker = shop.worker(adding: summary) { chore, _ in .integer(chore.number * 10) }
            try await worker.runUntilIdle()
            #expect(group.jobs.count == 5 && sum.withLock(\.self) == 150)
        }
    }

    @Test(
        "a member that fails cancels the continuation, unless it follows in any case", arguments: TestEngine.available,
        JobGroupCondition.allCases)
    func heedsFailure(engine: TestEngine, condition: JobGroupCondition) async throws {
        try await withWorkshop(on: engine) { shop in
            let group = try await shop.database.write { transaction in
                try shop.queue.enqueueGroup([Chore(1), Chore(2)], then: Summary(), when: condition, in: transaction)
            }
            let worker = shop.worker(adding: book(Summary.self) { _, _ in shop.note(0) }) { chore, _ in
                if chore.number == 2 { throw JobFailure.permanent("no_use", "No use.") }
                return nil
            }
            try await worker.runUntilIdle()
            let id = try #require(group.continuation)
            let state = try await shop.database.read { try shop.queue.record(id, in: $0)?.state }
            #expect(state == (condition == .allEnded ? .succeeded : .cancelled))
            #expect(shop.done == (condition == .allEnded ? [0] : []))
        }
    }

    @Test("a group without members is at its end", arguments: TestEngine.available)
    func continuesAfterNothing(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { try shop.queue.enqueueGroup([], then: Summary(), in: $0) }
            try await shop.worker(adding: book(Summary.self) { _, _ in shop.note(0) }).runUntilIdle()
            #expect(shop.done == [0])
        }
    }

    @Test("a member that is cancelled counts as ended", arguments: TestEngine.available)
    func countsCancelled(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let group = try await shop.database.write { transaction in
                try shop.queue.enqueueGroup([Chore(1)], then: Summary(), when: .allEnded, in: transaction)
            }
            try await shop.database.write { try shop.queue.cancel(group.jobs[0].id, in: $0) }
            try await shop.worker(adding: book(Summary.self) { _, _ in shop.note(0) }).runUntilIdle()
            #expect(shop.done == [0])
        }
    }
}
