import PorticoSQL
import PorticoTesting
import Testing

@testable import PorticoJobs

@Suite("What is no workflow") struct JobWorkflowCheckTests {
    private func workflow(_ steps: KeyValuePairs<String, [JobStepEdge]>) -> JobWorkflow {
        var workflow = JobWorkflow("test")
        for (index, step) in steps.enumerated() { workflow.add(step.key, Chore(Int64(index)), after: step.value) }
        return workflow
    }

    @Test("steps that wait for each other, or for one that is not there, are refused")
    func edges() throws {
        #expect(throws: JobWorkflowError.cycle(["a"])) { try workflow(["a": ["a"]]).check() }
        #expect(throws: JobWorkflowError.cycle(["b", "c", "d"])) {
            try workflow(["a": [], "b": ["a", .ended("c")], "c": ["d"], "d": [.failed("b")], "e": ["d"]]).check()
        }
        #expect(throws: JobWorkflowError.unknownStep("z", before: "b")) {
            try workflow(["a": [], "b": ["a", "z"]]).check()
        }
        #expect(throws: JobWorkflowError.repeatedEdge("a", before: "b")) {
            try workflow(["a": [], "b": ["a", .failed("a")]]).check()
        }
        try workflow(["d": ["b", "c"], "b": ["a"], "c": ["a"], "a": []]).check()
    }

    @Test("names are there once, and neither empty nor long; there is at least one step, and not too many")
    func names() throws {
        #expect(throws: JobWorkflowError.noSteps) { try JobWorkflow("test").check() }
        #expect(throws: JobWorkflowError.repeatedStep("a")) { try workflow(["a": [], "a": []]).check() }
        #expect(throws: JobWorkflowError.badName("")) { try workflow(["": []]).check() }
        let long = String(repeating: "x", count: 101)
        #expect(throws: JobWorkflowError.badName(long)) { try JobWorkflow.chain(long, ["a": Chore(1)]).check() }
        var many = JobWorkflow("test")
        for number in 0...JobWorkflow.mostSteps { many.then("\(number)", Chore(Int64(number))) }
        #expect(throws: JobWorkflowError.tooManySteps(501)) { try many.check() }
    }

    @Test("nothing of it is written, even where the transaction goes on", arguments: TestEngine.available)
    func writesNothing(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let taken = try await shop.enqueue(Chore(9, key: "a"))
            let cycle = workflow(["a": ["b"], "b": ["a"]])
            var unknown = JobWorkflow("test")
            unknown.add("a", Chore(1), after: ["z"])
            var same = JobWorkflow("test")
            same.add("a", Chore(1, key: "b"))
            same.add("b", Chore(2, key: "b"))
            let late = JobWorkflow.chain("test", ["first": Chore(1), "second": Chore(2, key: "a")])
            let refused = try await shop.database.write { [cycle, unknown, same] transaction in
                [cycle, unknown, same, late].map { workflow -> JobWorkflowError? in
                    do {
                        try shop.queue.enqueue(workflow, in: transaction)
                        return nil
                    } catch {
                        return error as? JobWorkflowError
                    }
                }
            }
            #expect(
                refused == [
                    .cycle(["a", "b"]), .unknownStep("z", before: "a"), .sameJob("b", as: "a"),
                    .taken(step: "second", by: taken.id),
                ])
            let rows = try await shop.database.read {
                try $0.first(
                    "test.rows",
                    """
                    SELECT (SELECT count(*) FROM jobs), (SELECT count(*) FROM job_workflows),
                        (SELECT count(*) FROM job_steps), (SELECT count(*) FROM job_edges)
                    """
                ) { row in [try row[0] as Int, try row[1], try row[2], try row[3]] }
            }
            #expect(rows == [1, 0, 0, 0])
        }
    }
}

@Suite("Which steps begin") struct JobWorkflowMapTests {
    private func map(
        _ states: [JobStepState], _ edges: [(before: Int64, after: Int64, condition: JobStepCondition)], open: Int = 1
    ) -> JobWorkflowMap {
        JobWorkflowMap(
            steps: states.enumerated().map {
                JobWorkflowMap.Step(id: Int64($0.offset), state: $0.element, open: open, unsuccessful: 0)
            },
            edges: edges.map { JobWorkflowMap.Edge(before: $0.before, after: $0.after, condition: $0.condition) })
    }

    private static let begins: [JobStepCondition: [JobStepState]] = [
        .succeeded: [.succeeded], .failed: [.failed], .ended: [.succeeded, .failed, .skipped],
    ]
    private static let never: [JobStepCondition: [JobStepState]] = [
        .succeeded: [.skipped], .failed: [.succeeded, .skipped], .ended: [],
    ]

    @Test("an edge lets its step begin, wait, or go", arguments: JobStepCondition.allCases)
    func edge(condition: JobStepCondition) throws {
        let begins = try #require(JobWorkflowMapTests.begins[condition])
        let never = try #require(JobWorkflowMapTests.never[condition])
        for state in JobStepState.allCases where state != .waiting && state != .cancelled {
            var drawn = map([state, .waiting], [(0, 1, condition)])
            let moves = drawn.advance()
            #expect(moves.begun == (begins.contains(state) ? [1] : []), "\(condition) of \(state)")
            #expect(moves.skipped == (never.contains(state) ? [1] : []), "\(condition) of \(state)")
        }
    }

    @Test("all of its edges must hold; one that can't any more is enough to leave it out, and what follows it")
    func several() {
        var two = map([.succeeded, .started, .waiting], [(0, 2, .succeeded), (1, 2, .succeeded)])
        let none = two.advance()
        #expect(none == JobWorkflowMap.Moves())
        var out = map(
            [.succeeded, .started, .waiting, .waiting, .waiting],
            [(0, 2, .failed), (1, 2, .ended), (2, 3, .succeeded), (2, 4, .ended)])
        let moves = out.advance()
        #expect(moves == JobWorkflowMap.Moves(begun: [4], skipped: [2, 3]))
        #expect(!out.isFinished)
    }

    @Test("a batch without jobs is passed at once")
    func passesEmpty() {
        var drawn = map([.waiting, .waiting], [(0, 1, .succeeded)], open: 0)
        let begun = drawn.advance().begun
        #expect(begun == [0, 1] && drawn.isFinished && !drawn.isFailed)
    }
}
