import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoJobs

/// A number that a step tells.
struct Tally: JobResult {
    let number: Int64

    init(_ number: Int64) { self.number = number }
    init(result: JSONValue) throws { number = try result.integer("number") }
    var result: JSONValue { ["number": .integer(number)] }
}

extension Workshop {
    /// Enqueues a workflow in a transaction of its own.
    func enqueue(_ workflow: JobWorkflow) async throws -> JobWorkflowTicket {
        try await database.write { [queue] in try queue.enqueue(workflow, in: $0) }
    }

    func workflow(_ ticket: JobWorkflowTicket) async throws -> JobWorkflowRecord {
        let record = try await database.read { [queue] in try queue.workflow(ticket.id, in: $0) }
        return try #require(record)
    }

    func states(_ ticket: JobWorkflowTicket) async throws -> [JobStepState] {
        try await workflow(ticket).steps.map(\.state)
    }

    /// A worker whose chores fail while their number is among `broken`.
    func worker(failing broken: Set<Int64>) -> JobWorker {
        worker { [self] chore, _ in
            if broken.contains(chore.number) { throw JobFailure.permanent("no_use", "No use.") }
            note(chore.number)
            return Tally(chore.number).result
        }
    }
}

@Suite("Workflows", .timeLimit(.minutes(5))) struct JobWorkflowTests {
    @Test("a chain goes step by step, and is gone with the transaction that began it", arguments: TestEngine.available)
    func chain(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let chain = JobWorkflow.chain("test", ["one": Chore(1), "two": Chore(2), "three": Chore(3)])
            await #expect(throws: JobLost.self) {
                try await shop.database.write { transaction in
                    try shop.queue.enqueue(chain, in: transaction)
                    throw JobLost(id: 0)
                }
            }
            try await shop.worker().runUntilIdle()
            #expect(shop.done.isEmpty)

            let ticket = try await shop.enqueue(chain)
            #expect(try await shop.states(ticket) == [.started, .waiting, .waiting])
            #expect(Set(ticket.jobs.keys) == ["one", "two", "three"])
            try await shop.worker().runUntilIdle()
            let record = try await shop.workflow(ticket)
            #expect(shop.done == [1, 2, 3] && record.state == .succeeded && record.finishedAt == Workshop.start)
        }
    }

    @Test("a step reads what those before it told, as values of their type", arguments: TestEngine.available)
    func fansIn(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            var workflow = JobWorkflow("test")
            workflow.add("left", Chore(3))
            workflow.add("right", Chore(4))
            workflow.add("many", batch: (10...12).map { Chore($0) })
            workflow.add("sum", Summary(), after: ["left", "right", "many"])
            let sum = Mutex<Int64>(0)
            let summary = book(Summary.self) { _, run in
                let (left, right) = try await (
                    run.result(of: "left", as: Tally.self), run.result(of: "right", as: Tally.self)
                )
                let many = try await run.results(of: "many", as: Tally.self)
                sum.withLock { $0 = many.reduce(left.number * right.number) { $0 + $1.number } }
                await #expect(throws: JobFailure.self) { _ = try await run.result(of: "nowhere", as: Tally.self) }
            }
            _ = try await shop.enqueue(workflow)
            try await shop.worker(adding: summary) { chore, _ in Tally(chore.number).result }.runUntilIdle()
            #expect(sum.withLock(\.self) == 12 + 33)
        }
    }

    @Test("a failed step stops what follows its success until it is tried again", arguments: TestEngine.available)
    func stops(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            var workflow = JobWorkflow.chain("test", ["one": Chore(1), "two": Chore(2), "three": Chore(3)])
            workflow.add("tell", Chore(4), after: [.failed("two")])
            workflow.add("clean", Chore(5), after: [.ended("two")])
            let ticket = try await shop.enqueue(workflow)
            try await shop.worker(failing: [2]).runUntilIdle()
            let stopped = try await shop.workflow(ticket)
            #expect(stopped.state == .stopped && stopped.stoppedAt == ["two"] && stopped.finishedAt == nil)
            #expect(stopped.steps.map(\.state) == [.succeeded, .failed, .waiting, .succeeded, .succeeded])
            let third = try #require(ticket.jobs["three"])
            let obstacles = try await shop.database.read { reading in
                let job = try #require(try shop.queue.record(third, in: reading))
                return try shop.queue.obstacles(to: job, in: reading)
            }
            #expect(obstacles == [.steps(workflow: ticket.id, open: [], failed: ["two"])])

            let second = try #require(ticket.jobs["two"])
            #expect(try await shop.database.write { try shop.queue.replay(second, in: $0) })
            try await shop.worker().runUntilIdle()
            #expect(try await shop.workflow(ticket).state == .succeeded)
            #expect(shop.done.sorted() == [1, 2, 3, 4, 5], "what followed the failure is not done again")
        }
    }

    @Test(
        "what waits for a failure that does not come is left out, with what follows it",
        arguments: TestEngine.available)
    func leavesOut(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            var workflow = JobWorkflow("test")
            workflow.add("work", Chore(1))
            workflow.add("repair", Chore(2), after: [.failed("work")])
            workflow.add("tell", Chore(3), after: ["repair"])
            workflow.add("end", Chore(4), after: [.ended("repair")])
            let ticket = try await shop.enqueue(workflow)
            try await shop.worker().runUntilIdle()
            #expect(try await shop.states(ticket) == [.succeeded, .skipped, .skipped, .succeeded])
            #expect(shop.done == [1, 4])
            #expect(try await shop.workflow(ticket).state == .succeeded)
            let repair = try #require(ticket.jobs["repair"])
            await #expect(throws: JobReplayError.workflowEnded(ticket.id)) {
                try await shop.database.write { try shop.queue.replay(repair, in: $0) }
            }
        }
    }

    @Test(
        "cancelling ends what has not begun, asks what runs, and tries nothing again",
        arguments: TestEngine.available)
    func cancels(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            var workflow = JobWorkflow("test")
            workflow.add("runs", Chore(1))
            workflow.add("later", Chore(2), after: ["runs"])
            let ticket = try await shop.enqueue(workflow)
            let worker = shop.worker { _, _ in
                try await shop.database.write { _ = try shop.queue.cancelWorkflow(ticket.id, in: $0) }
                throw JobFailure.temporary("busy", "Busy.")
            }
            try await worker.runUntilIdle()
            let cancelled = try await shop.workflow(ticket)
            #expect(cancelled.state == .cancelled && cancelled.finishedAt != nil)
            #expect(cancelled.steps.map(\.state) == [.failed, .cancelled])
            let jobs = try await shop.database.read { try shop.queue.jobs(in: .cancelled, in: $0) }
            #expect(jobs.count == 2, "the one that ran is not tried again either")
            let first = try #require(ticket.jobs["runs"])
            await #expect(throws: JobReplayError.workflowEnded(ticket.id)) {
                try await shop.database.write { try shop.queue.replay(first, in: $0) }
            }
            #expect(try await !shop.database.write { try shop.queue.cancelWorkflow(ticket.id, in: $0) })

            #expect(try await shop.database.write { try shop.queue.replayWorkflow(ticket.id, in: $0) })
            #expect(try await shop.states(ticket) == [.started, .waiting])
            try await shop.worker().runUntilIdle()
            #expect(shop.done == [1, 2])
        }
    }

    @Test("who runs a step of a workflow that is cancelled looks at once", arguments: TestEngine.available)
    func asksAtOnce(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(.chain("test", ["one": Chore(1), "two": Chore(2)]))
            let claim = JobClaim(holder: "one", lease: .seconds(30), now: shop.clock.now())
            let running = try await shop.database.write { try claim.take(1, of: "default", in: $0).jobs.count }
            let before = shop.queue.orders.load(ordering: .relaxed)
            try await shop.database.write { _ = try shop.queue.cancelWorkflow(ticket.id, in: $0) }
            #expect(running == 1 && shop.queue.orders.load(ordering: .relaxed) == before + 1)
        }
    }

    @Test(
        "a step that was cancelled by itself waits for its turn when it is tried again",
        arguments: TestEngine.available)
    func cancelsStep(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(.chain("test", ["one": Chore(1), "two": Chore(2), "three": Chore(3)]))
            let second = try #require(ticket.jobs["two"])
            try await shop.database.write { _ = try shop.queue.cancel(second, in: $0) }
            #expect(try await shop.states(ticket) == [.started, .failed, .waiting])
            #expect(try await shop.database.write { try shop.queue.replay(second, in: $0) })
            #expect(try await shop.states(ticket) == [.started, .waiting, .waiting])
            try await shop.worker().runUntilIdle()
            #expect(shop.done == [1, 2, 3])
        }
    }

    @Test("of two steps that end at the same moment one lets the next begin", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let second = try await shop.test.openAgain()
            let claim = JobClaim(holder: "test", lease: .minutes(1), now: Workshop.start)
            for round in Int64(1)...30 {
                var workflow = JobWorkflow("test")
                workflow.add("left", Chore(1000))
                workflow.add("right", Chore(1000))
                workflow.add("join", Chore(round), after: ["left", "right"])
                let ticket = try await shop.enqueue(workflow)
                let claimed = try await shop.database.write { transaction in
                    let ids = ["left", "right"].compactMap { ticket.jobs[$0] }
                    return try ids.map { try claim.take(job: $0, in: transaction) }
                }
                try #require(claimed.count == 2)
                let left = try #require(claimed[0])
                let right = try #require(claimed[1])
                async let one = shop.database.write {
                    try shop.queue.end(left, .succeeded(nil), progress: nil, in: $0)
                }
                async let two = second.write { try shop.queue.end(right, .succeeded(nil), progress: nil, in: $0) }
                let ends = try await [one, two]
                #expect(ends == [true, true])
                #expect(try await shop.states(ticket) == [.succeeded, .succeeded, .started], "round \(round)")
            }
            try await shop.worker().runUntilIdle()
            #expect(shop.done.sorted() == Array(1...30))
        }
    }

    @Test("what a workflow came to is kept until it has ended, and for a while after", arguments: TestEngine.available)
    func keepsResults(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(.chain("test", ["one": Chore(1), "two": Chore(2)]))
            let first = try #require(ticket.jobs["one"])
            try await shop.worker(failing: [2]).runUntilIdle()
            shop.clock.advance(by: .days(10))
            try await shop.worker().runUntilIdle()
            #expect(try await shop.database.read { try shop.queue.record(first, in: $0) } != nil, "for a replay")
            shop.clock.advance(by: .days(21))
            try await shop.worker().runUntilIdle()
            #expect(try await shop.database.read { try shop.queue.record(first, in: $0) } == nil)
            let open = try await shop.enqueue(.chain("test", ["one": Chore(1), "two": Chore(2), "three": Chore(3)]))
            let kept = try #require(open.jobs["one"])
            try await shop.worker(failing: [2]).runUntilIdle()
            shop.clock.advance(by: .days(90))
            try await shop.worker().runUntilIdle()
            #expect(try await shop.database.read { try shop.queue.record(kept, in: $0) } != nil)
            #expect(try await !shop.database.write { try shop.queue.discard(kept, in: $0) })
            #expect(try await shop.database.write { try shop.queue.replayWorkflow(open.id, in: $0) })
            try await shop.worker().runUntilIdle()
            #expect(try await shop.workflow(open).state == .succeeded)
            shop.clock.advance(by: .days(8))
            try await shop.worker().runUntilIdle()
            #expect(try await shop.database.read { try shop.queue.record(kept, in: $0) } == nil)
            shop.clock.advance(by: .days(30))
            try await shop.worker().runUntilIdle()
            let left = try await shop.database.read {
                try $0.scalar(
                    "test.left",
                    """
                    SELECT (SELECT count(*) FROM job_workflows) + (SELECT count(*) FROM job_steps)
                        + (SELECT count(*) FROM job_edges)
                    """, as: Int.self)
            }
            #expect(left == 0)
        }
    }
}
