import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

/// What becomes of jobs that the table says a worker has, when the worker and the table do not agree.
@Suite(.timeLimit(.minutes(5))) struct JobHoldingTests {
    private struct Unwritable: Error {}

    /// A chore that a worker is busy with until it is let go.
    private struct Errand: Sendable {
        let started = Gate()
        let go = Gate()

        func wait() async {
            started.open()
            await go.wait()
        }
    }

    @Test(
        "a run whose end can't be written is rescued while its worker is busy with another",
        arguments: TestEngine.available)
    func rescuesUnwritten(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let (unsure, errand) = (UnsureEngine(shop.database.engine), Errand())
            let worker = shop.worker(on: unsure.database) { chore, run in
                if chore.number == 2 { await errand.wait() } else { shop.note(Int64(run.attempt)) }
                return nil
            }
            let (lost, busy) = (try await shop.enqueue(Chore(1)), try await shop.enqueue(Chore(2)))
            unsure.judge { transaction in
                if try transaction.has(lost.id, "succeeded") { throw Unwritable() }
                return .told
            }
            _ = try await worker.turn(thorough: true)
            await errand.started.wait()
            while unsure.untold == 0 { await Task.yield() }
            for _ in 0..<20 {
                guard try await shop.record(lost)?.rescues == 0 else { break }
                shop.clock.advance(by: .seconds(12))
                _ = try await worker.turn(thorough: true)
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try await shop.record(lost)?.rescues == 1)
            let other = try #require(try await shop.record(busy))
            #expect(other.state == .running && other.rescues == 0, "what the worker has is kept")
            errand.go.open()
            try await worker.runUntilIdle()
            #expect(try await shop.record(lost)?.state == .succeeded && shop.done == [1, 2])
            #expect(try await shop.record(busy)?.state == .succeeded)
        }
    }

    @Test("an end that can't be written is kept, and written as soon as it can be", arguments: TestEngine.available)
    func writesLater(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let unsure = UnsureEngine(shop.database.engine)
            let worker = shop.worker(on: unsure.database)
            let ticket = try await shop.enqueue(Chore(1))
            unsure.judge { transaction in
                if try transaction.has(ticket.id, "succeeded") { throw Unwritable() }
                return .told
            }
            _ = try await worker.turn(thorough: true)
            // Longer than a server takes to start again.
            while unsure.untold < 7, worker.running > 0 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(try await shop.record(ticket)?.state == .running && worker.running == 1)
            unsure.judge(nil)
            while worker.running > 0 { try await Task.sleep(for: .milliseconds(5)) }
            let record = try #require(try await shop.record(ticket))
            #expect(record.state == .succeeded && record.rescues == 0 && shop.done == [1])
        }
    }

    @Test(
        "a claim whose commit was not heard of is given back within a lease", arguments: TestEngine.available,
        [true, false])
    func regainsLostClaims(engine: TestEngine, isBusy: Bool) async throws {
        try await withWorkshop(on: engine) { shop in
            let (unsure, errand) = (UnsureEngine(shop.database.engine), Errand())
            let worker = shop.worker(on: unsure.database) { chore, _ in
                if chore.number == 2 { await errand.wait() } else { shop.note(chore.number) }
                return nil
            }
            if isBusy {
                try await shop.enqueue(Chore(2))
                _ = try await worker.turn(thorough: true)
                await errand.started.wait()
            }
            let lost = try await shop.enqueue(Chore(1))
            unsure.judge { try $0.has(lost.id, "running") ? .lost : .told }
            await #expect(throws: SQLError.self) { _ = try await worker.turn(thorough: true) }
            unsure.judge(nil)
            #expect(try await shop.record(lost)?.state == .running, "it was committed all the same")
            try await look(worker, shop) { !shop.done.isEmpty }
            errand.go.open()
            try await worker.runUntilIdle()
            let record = try #require(try await shop.record(lost))
            #expect(record.state == .succeeded && record.attempt == 1 && shop.done == [1])
        }
    }

    @Test(
        "an end whose commit was not heard of counts, and the job claimed with it is given back",
        arguments: TestEngine.available)
    func regainsClaimsOfEnds(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let unsure = UnsureEngine(shop.database.engine)
            let worker = shop.worker(
                JobWorker.Configuration(application: "test", defaultConcurrency: 1), on: unsure.database)
            let (first, next) = (try await shop.enqueue(Chore(1)), try await shop.enqueue(Chore(2)))
            unsure.judge { [unowned unsure] transaction in
                guard unsure.untold == 0, try transaction.has(first.id, "succeeded"),
                    try transaction.has(next.id, "running")
                else { return .told }
                return .lost
            }
            try await worker.runUntilIdle()
            #expect(unsure.untold == 1)
            try await look(worker, shop) { shop.done.count == 2 }
            try await worker.runUntilIdle()
            #expect(shop.done == [1, 2])
            #expect(try await shop.record(next)?.state == .succeeded)
            let counted = "{application=\"test\",queue=\"default\",outcome=\"succeeded\"} 2"
            #expect(shop.figures.contains("portico_jobs_runs_total\(counted)"))
        }
    }

    @Test("a worker extends the leases of the turns it has, and of no others", arguments: TestEngine.available)
    func extendsByTurn(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            for number in 1...3 { try await shop.enqueue(Chore(Int64(number))) }
            let claim = JobClaim(holder: "a node", lease: .seconds(30), now: shop.clock.now())
            let jobs = try await shop.database.write { try claim.take(3, of: "default", in: $0).jobs }
            try #require(jobs.count == 3)
            // Many that are not there any more change nothing.
            let others = (1...5000).map { JobTurn(id: 1_000_000 + Int64($0), turn: 1) }
            let held = others + [jobs[0].key, JobTurn(id: jobs[1].id, turn: jobs[1].turn + 1)]
            shop.clock.advance(by: .seconds(20))
            try await shop.database.write { try shop.queue.heartbeat(of: held, lease: .seconds(30), in: $0) }
            shop.clock.advance(by: .seconds(11))
            let rescued = try await shop.database.write { try shop.queue.rescue(in: $0).map(\.id).sorted() }
            #expect(rescued == [jobs[1].id, jobs[2].id])
        }
    }

    @Test("whose end was asked for does not run again when its worker is lost", arguments: TestEngine.available)
    func remembersCancellation(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1))
            let claim = JobClaim(holder: "lost node", lease: .seconds(30), now: shop.clock.now())
            _ = try await shop.database.write { try claim.take(1, of: "default", in: $0) }
            try await shop.database.write { try shop.queue.cancel(ticket.id, in: $0) }
            shop.clock.advance(by: .seconds(31))
            try await shop.worker().runUntilIdle()
            let record = try #require(try await shop.record(ticket))
            #expect(record.state == .cancelled && record.rescues == 1 && shop.done.isEmpty)
        }
    }

    /// Has a worker look once a second, for less than a lease.
    private func look(_ worker: JobWorker, _ shop: Workshop, until isDone: () -> Bool) async throws {
        for _ in 0..<25 where !isDone() {
            shop.clock.advance(by: .seconds(1))
            _ = try await worker.turn(thorough: true)
            try await Task.sleep(for: .milliseconds(20))
        }
        let isOver = isDone()
        #expect(isOver)
    }
}

@Suite struct ClaimsUnderWayTests {
    private let row = JobTurn(id: 7, turn: 1)

    @Test("what a worker does not know is a stray when it is still there at the next look")
    func secondLook() {
        var claims = ClaimsUnderWay()
        #expect(claims.strays(among: [row]) == [])
        #expect(claims.strays(among: [row, JobTurn(id: 8, turn: 1)]) == [row])
    }

    @Test("what a claim under way may have brought is none, whatever was claimed since")
    func underWay() {
        var claims = ClaimsUnderWay()
        let claim = claims.begin()
        #expect(claims.strays(among: [row]) == [])
        let later = claims.begin()
        #expect(claims.strays(among: [row]) == [])
        claims.settle(claim)
        #expect(claims.strays(among: [row]) == [row], "the later claim began when the row was there already")
        claims.settle(later)
    }

    @Test("what is gone at the next look is forgotten")
    func forgets() {
        var claims = ClaimsUnderWay()
        #expect(claims.strays(among: [row]) == [])
        #expect(claims.strays(among: []) == [])
        #expect(claims.strays(among: [row]) == [])
    }
}
