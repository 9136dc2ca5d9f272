import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoJobs

/// What happens to jobs whose run does not come to its end by itself.
@Suite(.timeLimit(.minutes(5))) struct JobInterruptionTests {
    private func claim(_ shop: Workshop) async throws -> ClaimedJob {
        let claim = JobClaim(holder: "lost node", lease: .seconds(30), now: shop.clock.now())
        let jobs = try await shop.database.write { try claim.take(1, of: "default", in: $0).jobs }
        return try #require(jobs.first)
    }

    @Test(
        "a job of a worker that is gone is rescued when the lease is over, and counted", arguments: TestEngine.available
    )
    func rescues(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1))
            let lost = try await claim(shop)
            let worker = shop.worker()
            shop.clock.advance(by: .seconds(29))
            try await worker.runUntilIdle()
            #expect(shop.done.isEmpty)
            shop.clock.advance(by: .seconds(2))
            try await worker.runUntilIdle()
            let record = try #require(try await shop.record(ticket))
            #expect(shop.done == [1] && record.state == .succeeded && record.rescues == 1 && record.attempt == 2)
            #expect(record.errors.first?.code == "worker_lost")
            let late = try await shop.database.write { try shop.queue.end(lost, .cancelled, progress: nil, in: $0) }
            #expect(!late, "whoever had it before can change nothing")
        }
    }

    @Test("a job that takes its worker down every time is given up", arguments: TestEngine.available)
    func givesUpOnPoison(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1))
            for _ in 0..<3 {
                _ = try await claim(shop)
                shop.clock.advance(by: .seconds(31))
                _ = try await shop.database.write { try shop.queue.rescue(in: $0) }
                _ = try await shop.database.write { try shop.queue.promote(in: $0) }
            }
            let record = try #require(try await shop.record(ticket))
            #expect(record.state == .failed && record.rescues == 3)
        }
    }

    @Test("work and end are one transaction, which nobody who lost the job can commit", arguments: TestEngine.available)
    func finishesWithItsWork(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1))
            let worker = shop.worker { chore, run in
                if run.attempt == 1 {
                    // The lease runs out and another node takes the job before this one is done.
                    shop.clock.advance(by: .seconds(31))
                    _ = try await shop.database.write { try shop.queue.rescue(in: $0) }
                }
                try await shop.database.write { transaction in
                    try shop.queue.pause("effect of run \(run.attempt)", in: transaction)
                    try shop.queue.enqueue(Chore(chore.number + 1, key: "follow"), in: transaction)
                    try run.finish(["by": .integer(Int64(run.attempt))], in: transaction)
                }
                throw JobFailure.permanent("late", "What comes after the end does not count.")
            }
            try await shop.database.write { try shop.queue.pause("nothing", in: $0) }
            let single = try await worker.turn(thorough: true)
            _ = single
            while worker.running > 0 { await Task.yield() }
            let first = try #require(try await shop.record(ticket))
            #expect(first.state == .scheduled && first.rescues == 1, "the first run's transaction was undone")
            _ = try await worker.turn(thorough: true)
            while worker.running > 0 { await Task.yield() }
            let record = try #require(try await shop.record(ticket))
            #expect(record.state == .succeeded && record.result == ["by": 2])
            let queues = try await shop.database.read { try shop.queue.overview(in: $0).map(\.queue) }
            #expect(queues.contains("effect of run 2") && !queues.contains("effect of run 1"))
        }
    }

    @Test("a running job that nobody wants ends where it tells its progress", arguments: TestEngine.available)
    func cancelsRunning(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let (started, go) = (Gate(), Gate())
            let ticket = try await shop.enqueue(Chore(1))
            let worker = shop.worker { _, run in
                started.open()
                await go.wait()
                shop.pass(.seconds(1))
                try await run.progress(5)
                shop.note(1)
                return nil
            }
            async let work: Void = worker.runUntilIdle()
            await started.wait()
            let record = try await shop.database.write { try shop.queue.cancel(ticket.id, in: $0) }
            #expect(record?.state == .running && record?.isCancelRequested == true)
            go.open()
            try await work
            #expect(try await shop.record(ticket)?.state == .cancelled && shop.done.isEmpty)
        }
    }

    @Test("a run that sleeps is woken when nobody wants it any more", arguments: TestEngine.available)
    func cancelsSleeping(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let started = Gate()
            let ticket = try await shop.enqueue(Chore(1))
            let worker = shop.worker { _, _ in
                started.open()
                try await Task.sleep(for: .seconds(3600))
                return nil
            }
            async let work: Void = worker.runUntilIdle()
            await started.wait()
            try await shop.database.write { try shop.queue.cancel(ticket.id, in: $0) }
            try await work
            #expect(try await shop.record(ticket)?.state == .cancelled)
        }
    }

    @Test("a run that takes too long is cancelled and tried again", arguments: TestEngine.available)
    func timesOutSoftly(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let started = Gate()
            let ticket = try await shop.enqueue(Chore(1))
            let worker = shop.worker { _, _ in
                started.open()
                try await Task.sleep(for: .seconds(3600))
                return nil
            }
            async let work: Void = worker.runUntilIdle()
            await started.wait()
            shop.pass(.seconds(300))
            try await work
            let record = try #require(try await shop.record(ticket))
            #expect(record.state == .scheduled && record.errors.first?.code == "timeout")
        }
    }

    @Test(
        "a run that heeds nothing is given up, and what it does later counts for nothing",
        arguments: TestEngine.available)
    func timesOutHard(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let (started, go, ended) = (Gate(), Gate(), Gate())
            let ticket = try await shop.enqueue(Chore(1))
            let worker = shop.worker { _, run in
                started.open()
                await go.wait()
                defer { ended.open() }
                await #expect(throws: JobLost.self) {
                    try await shop.database.write { try run.finish(in: $0) }
                }
                return nil
            }
            async let work: Void = worker.runUntilIdle()
            await started.wait()
            shop.pass(.seconds(600))
            try await work
            #expect(try await shop.record(ticket)?.state == .scheduled && worker.running == 0)
            go.open()
            await ended.wait()
            #expect(try await shop.record(ticket)?.state == .scheduled)
            #expect(shop.figures.contains("portico_jobs_given_up_total{application=\"test\",queue=\"default\"} 1"))
        }
    }

    @Test("a clock that is moved forward loses no running job of this process", arguments: TestEngine.available)
    func keepsItsOwnLeases(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let (started, go) = (Gate(), Gate())
            let ticket = try await shop.enqueue(Chore(1))
            let worker = shop.worker { _, _ in
                started.open()
                await go.wait()
                return nil
            }
            _ = try await worker.turn(thorough: true)
            await started.wait()
            shop.clock.advance(by: .days(1))
            _ = try await worker.turn(thorough: true)
            #expect(try await shop.record(ticket)?.state == .running)
            go.open()
            try await worker.runUntilIdle()
            #expect(try await shop.record(ticket)?.state == .succeeded)
        }
    }

    @Test("what does not end before the process does is returned to the queue", arguments: TestEngine.available)
    func drains(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let (started, go) = (Gate(), Gate())
            let ticket = try await shop.enqueue(Chore(1))
            let worker = shop.worker { _, _ in
                started.open()
                await go.wait()
                return nil
            }
            _ = try await worker.turn(thorough: true)
            await started.wait()
            let waiting = try await shop.enqueue(Chore(2))
            await worker.drain(within: .milliseconds(0))
            let record = try #require(try await shop.record(ticket))
            #expect(record.state == .queued && record.attempt == 0 && worker.running == 0)
            _ = try await worker.turn(thorough: true)
            #expect(try await shop.record(waiting)?.state == .queued, "nothing is started any more")
            go.open()
            try await shop.worker().runUntilIdle()
            #expect(try await shop.record(ticket)?.state == .succeeded)
        }
    }
}
