import PorticoEvents
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

/// What is told of jobs that somebody follows.
@Suite(.timeLimit(.minutes(5))) struct JobChangeTests {
    private static let followed = JobOptions(owner: 7)

    /// A workshop whose queue tells.
    private func withTellingShop(
        on engine: TestEngine, _ body: (Workshop, JobQueue) async throws -> Void
    ) async throws {
        let components = [EventSchema.component, JobSchema.component]
        try await withTestDatabase(on: engine, components: components) { test in
            let shop = Workshop(test)
            try await body(shop, JobQueue(clock: shop.clock, outbox: EventOutbox()))
        }
    }

    private func enqueue(
        _ queue: JobQueue, _ shop: Workshop, _ options: JobOptions = JobChangeTests.followed
    ) async throws -> Int64 {
        try await shop.database.write { try queue.enqueue(Chore(1), options, in: $0).id }
    }

    /// What was told, in order: state, done and total.
    private func told(_ shop: Workshop, of id: Int64) async throws -> [String] {
        let events = try await shop.database.read { reading in
            try EventOutbox().events(after: .start, through: EventPosition(id: .max), limit: 100, in: reading)
        }
        return events.map(\.event).filter { $0.kind == JobChange.kind && $0.key == JobChange.key(id) }.map { event in
            let progress = event.payload["progress"]
            let total = progress?["total"]?.int64.map { "\($0)" } ?? "?"
            return "\(event.payload["state"]?.string ?? "") \(progress?["done"]?.int64 ?? -1)/\(total)"
        }
    }

    @Test("its beginning, its progress and its end are told", arguments: TestEngine.available)
    func succeeds(engine: TestEngine) async throws {
        try await withTellingShop(on: engine) { shop, queue in
            let id = try await enqueue(queue, shop)
            let worker = shop.worker(queue: queue) { _, run in
                try await run.progress(1, of: 10)
                shop.pass(.milliseconds(250))
                try await run.progress(6, of: 10)
                try await run.progress(10, of: 10)
                return nil
            }
            try await worker.runUntilIdle()
            #expect(try await told(shop, of: id) == ["running 0/?", "running 1/10", "running 6/10", "succeeded 10/10"])
        }
    }

    @Test("a job that waits and is cancelled, and one that is tried again, are told", arguments: TestEngine.available)
    func cancelled(engine: TestEngine) async throws {
        try await withTellingShop(on: engine) { shop, queue in
            let id = try await enqueue(queue, shop)
            _ = try await shop.database.write { try queue.cancel(id, in: $0) }
            _ = try await shop.database.write { try queue.cancel(id, in: $0) }
            #expect(try await told(shop, of: id) == ["cancelled 0/?"])
            _ = try await shop.database.write { try queue.replay(id, in: $0) }
            #expect(try await told(shop, of: id).last == "queued 0/?")
        }
    }

    @Test("a failure, and a job whose worker is gone for good, are told", arguments: TestEngine.available)
    func fails(engine: TestEngine) async throws {
        try await withTellingShop(on: engine) { shop, queue in
            let broken = try await enqueue(queue, shop)
            let worker = shop.worker(queue: queue) { _, _ in throw JobFailure.permanent("broken", "It is broken.") }
            try await worker.runUntilIdle()
            #expect(try await told(shop, of: broken).last == "failed 0/?")

            let lost = try await enqueue(queue, shop)
            for _ in 0..<3 {
                let claim = JobClaim(holder: "lost node", lease: .seconds(30), now: shop.clock.now())
                _ = try await shop.database.write { try claim.take(1, of: "default", in: $0).jobs }
                shop.clock.advance(by: .seconds(31))
                _ = try await shop.database.write { try queue.rescue(in: $0) }
                _ = try await shop.database.write { try queue.promote(in: $0) }
            }
            #expect(try await told(shop, of: lost) == ["queued 0/?", "queued 0/?", "failed 0/?"])
        }
    }

    @Test("steps of a workflow that are cancelled with it, or left out, are told", arguments: TestEngine.available)
    func stepsThatNeverBegin(engine: TestEngine) async throws {
        try await withTellingShop(on: engine) { shop, queue in
            let chain = JobWorkflow.chain("test", ["one": Chore(1), "two": Chore(2)])
            let cancelled = try await shop.database.write { transaction in
                let ticket = try queue.enqueue(chain, JobChangeTests.followed, in: transaction)
                _ = try queue.cancelWorkflow(ticket.id, in: transaction)
                return ticket
            }
            #expect(cancelled.jobs.count == 2)
            for id in cancelled.jobs.values { #expect(try await told(shop, of: id) == ["cancelled 0/?"]) }
            var fork = JobWorkflow("test")
            fork.add("one", Chore(1))
            fork.add("never", Chore(2), after: [.failed("one")])
            let workflow = fork
            let left = try await shop.database.write { try queue.enqueue(workflow, JobChangeTests.followed, in: $0) }
            try await shop.worker(queue: queue).runUntilIdle()
            let never = try #require(left.jobs["never"])
            #expect(try await told(shop, of: never) == ["cancelled 0/?"])
        }
    }

    @Test("what is rolled back, and a job that nobody follows, tell nothing", arguments: TestEngine.available)
    func silent(engine: TestEngine) async throws {
        struct Regret: Error {}
        try await withTellingShop(on: engine) { shop, queue in
            let own = try await enqueue(queue, shop, JobOptions())
            try await shop.worker(queue: queue).runUntilIdle()
            #expect(try await told(shop, of: own).isEmpty)
            let id = try await enqueue(queue, shop)
            await #expect(throws: Regret.self) {
                try await shop.database.write { transaction in
                    _ = try queue.cancel(id, in: transaction)
                    throw Regret()
                }
            }
            #expect(try await told(shop, of: id).isEmpty)
        }
    }
}
