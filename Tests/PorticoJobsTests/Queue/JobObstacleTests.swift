import PorticoJobs
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@Suite("Why a job does not run", .timeLimit(.minutes(5))) struct JobObstacleTests {
    private func obstacles(to ticket: JobTicket, _ shop: Workshop) async throws -> [JobObstacle] {
        try await obstacles(to: ticket.id, shop)
    }

    private func obstacles(to id: Int64, _ shop: Workshop) async throws -> [JobObstacle] {
        try await shop.database.read { [queue = shop.queue] reading in
            guard let job = try queue.record(id, in: reading) else { return [] }
            return try queue.obstacles(to: job, in: reading)
        }
    }

    private func pause(_ shop: Workshop) async throws {
        try await shop.database.write { [queue = shop.queue] in try queue.pause("default", in: $0) }
    }

    @Test("nobody works, or nobody who works knows it, or its queue is paused", arguments: TestEngine.available)
    func nobody(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1))
            #expect(try await obstacles(to: ticket, shop) == [.nobody])
            try await pause(shop)
            #expect(try await obstacles(to: ticket, shop) == [.paused, .nobody])
            try await shop.worker().runUntilIdle()
            #expect(try await obstacles(to: ticket, shop) == [.paused])
            let other = try await shop.database.write { [queue = shop.queue] in try queue.enqueue(Summary(), in: $0) }
            #expect(
                try await obstacles(to: other, shop) == [
                    .paused, .unknown(name: "test.summary", version: 1), .behind(1),
                ])
            // Whoever says nothing for a while is thought to be gone.
            shop.clock.advance(by: JobWorkerStanding.patience)
            #expect(try await obstacles(to: ticket, shop) == [.paused, .nobody])
        }
    }

    @Test("its time has not come, for the first time or for the next", arguments: TestEngine.available)
    func later(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let later = try await shop.enqueue(Chore(1), JobOptions(notBefore: Workshop.start + .hours(1)))
            let failing = try await shop.enqueue(Chore(2))
            try await shop.worker { _, _ in throw JobFailure.temporary("closed", "It was closed.") }.runUntilIdle()
            #expect(try await obstacles(to: later, shop) == [.notBefore(Workshop.start + .hours(1))])
            let next = try #require(try await shop.record(failing)?.runAt)
            #expect(try await obstacles(to: failing, shop) == [.nextTry(next)])
        }
    }

    @Test("others have its places: of its limit, its queue, or of those who work", arguments: TestEngine.available)
    func places(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            var configuration = JobWorker.Configuration(application: "test", defaultConcurrency: 2)
            configuration.node = "here:1"
            let (begun, gate) = (Gate(), Gate())
            let worker = shop.worker(configuration) { chore, _ in
                if chore.number == 2 { begun.open() }
                await gate.wait()
                return nil
            }
            let first = try await shop.enqueue(Chore(1, shared: "tenant"))
            let second = try await shop.enqueue(Chore(3, shared: "tenant"))
            let third = try await shop.enqueue(Chore(2))
            let work = Task { try await worker.runUntilIdle() }
            await begun.wait()
            let last = try await shop.enqueue(Chore(4))
            #expect(
                try await obstacles(to: second, shop) == [.limit(key: "tenant", atMost: 1, running: [first.id])])
            #expect(try await obstacles(to: last, shop) == [.busy(running: 2, places: 2)])
            try await shop.database.write { [queue = shop.queue] in
                try queue.scale("default", atMost: 1, perNode: nil, in: $0)
            }
            #expect(try await obstacles(to: last, shop) == [.full(atMost: 1), .busy(running: 2, places: 2)])
            #expect(try await obstacles(to: third, shop).isEmpty, "it runs")
            gate.open()
            try await work.value
        }
    }

    @Test("a group has not ended", arguments: TestEngine.available)
    func group(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let group = try await shop.database.write { [queue = shop.queue] in
                try queue.enqueueGroup([Chore(1), Chore(2)], then: Summary(), in: $0)
            }
            let following = try #require(group.continuation)
            let members = group.jobs.map(\.id)
            #expect(try await obstacles(to: following, shop) == [.group(id: group.id, open: 2, members: members)])
        }
    }

    @Test("a worker that ends in good order is forgotten at once", arguments: TestEngine.available)
    func farewell(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let worker = shop.worker()
            let work = Task { await worker.run() }
            func workers() async throws -> [JobWorkerStanding] {
                try await shop.database.read { [queue = shop.queue] in try queue.workers(in: $0) }
            }
            while try await workers().isEmpty { await Task.yield() }
            #expect(try await workers().first?.places == ["default": 8])
            #expect(try await workers().first?.kinds == ["test.chore": 1])
            work.cancel()
            await work.value
            #expect(try await workers().isEmpty)
        }
    }
}
