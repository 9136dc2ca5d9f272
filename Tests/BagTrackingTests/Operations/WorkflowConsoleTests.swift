import Logging
import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What operators see of workflows and of jobs that are tried again, and do with them.
@Suite(.timeLimit(.minutes(5))) struct WorkflowConsoleTests {
    private struct Errand: Job {
        static let name = "test.errand"
        static let policy = JobPolicy(queue: "errands", retries: 0)
        let number: Int64
        var key: String?

        init(_ number: Int64, key: String? = nil) {
            self.number = number
            self.key = key
        }

        init(payload: JSONValue) throws { self.init(try payload.integer("number")) }
        var payload: JSONValue { ["number": .integer(number)] }
        var uniqueness: JobUniqueness? { key.map { .whileActive($0) } }
    }

    private static let api = "/bags/api/v1/operations"

    /// Does what waits; errands of these numbers fail.
    private func work(_ app: AppHarness, failing broken: Set<Int64> = []) async throws {
        var book = JobBook()
        book.handle(Errand.self) { errand, _ in
            if broken.contains(errand.number) { throw JobFailure.permanent("closed", "The office was closed.") }
        }
        try await JobWorker(
            database: app.database, queue: app.environment.jobs, book: book,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
            configuration: JobWorker.Configuration(application: "bags")
        ).runUntilIdle()
    }

    private func enqueue(_ errand: Errand, _ app: AppHarness) async throws -> Int64 {
        try await app.database.write { try app.environment.jobs.enqueue(errand, in: $0).id }
    }

    private func actions(_ app: AppHarness) async throws -> [String] {
        try await app.database.read {
            try $0.all("test.audit", "SELECT action FROM audit_rows ORDER BY seq") { try $0[0] as String }
        }
    }

    @Test(
        "a workflow shows its steps and where it stopped, is tried again and cancelled",
        arguments: TestEngine.available)
    func workflow(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            var workflow = JobWorkflow("test.ship")
            workflow.add("pick <1>", Errand(1))
            workflow.add("ship", Errand(2), after: ["pick <1>"])
            workflow.add("tell", Errand(3), after: [.failed("pick <1>")])
            let ticket = try await app.database.write { [workflow] in
                try app.environment.jobs.enqueue(workflow, in: $0)
            }
            try await work(app, failing: [1])
            let admin = try await app.client("admin")
            let path = "/bags/ops/workflows/\(ticket.id)"
            let page = await admin.get(path)
            #expect(page.status == 200 && page.text.contains("Stopped at pick &lt;1&gt;"))
            let first = try #require(ticket.jobs["pick <1>"])
            #expect(page.text.contains("/bags/ops/jobs/\(first)\""))
            #expect(await admin.get("/bags/ops/jobs/\(first)").text.contains("href=\"\(path)\""))
            let waiting = try #require(ticket.jobs["ship"])
            #expect(await admin.get("/bags/ops/jobs/\(waiting)").text.contains("is stopped at pick &lt;1&gt;"))
            let told = await admin.get("\(Self.api)/workflows/\(ticket.id)").json
            #expect(told["state"] == "stopped" && told["stopped_at"] == ["pick <1>"])
            #expect(told["steps"]?.elements?.count == 3 && told["steps"]?[1]?["state"] == "waiting")
            #expect(await admin.post("\(Self.api)/jobs/\(first)/discard").problemCode == "workflow_open")

            #expect(await admin.submit("\(path)/replay", [:], from: page).status == 303)
            try await work(app, failing: [2])
            #expect(await admin.get("\(Self.api)/workflows/\(ticket.id)").json["state"] == "failed")
            #expect(await admin.post("\(Self.api)/workflows/\(ticket.id)/replay").status == 204)
            #expect(await admin.submit("\(path)/cancel", [:], from: await admin.get(path)).status == 303)
            #expect(await admin.get(path).text.contains("Cancelled"))
            let again = await admin.post("\(Self.api)/workflows/\(ticket.id)/cancel")
            #expect(again.status == 409 && again.problemCode == "workflow_state")
            #expect(await admin.post("\(Self.api)/jobs/\(waiting)/replay").problemCode == "workflow_ended")
            #expect(await admin.get("/bags/ops/workflows/999999").status == 404)
            #expect(await admin.post("\(Self.api)/workflows/999999/replay").problemCode == "workflow_not_found")
            let done = try await actions(app)
            #expect(done.count { $0 == "workflow.replayed" } == 2 && done.count { $0 == "workflow.cancelled" } == 1)
        }
    }

    @Test("a job is not tried again beside another with its key, and lists tell how many were left")
    func keys() async throws {
        try await withApp(on: .sqlite) { app async throws in
            let old = try await enqueue(Errand(1, key: "a"), app)
            let free = try await enqueue(Errand(2), app)
            try await work(app, failing: [1, 2])
            let new = try await enqueue(Errand(3, key: "a"), app)
            let admin = try await app.client("admin")
            let refused = await admin.post("\(Self.api)/jobs/\(old)/replay")
            #expect(refused.status == 409 && refused.problemCode == "job_key_taken")
            let page = await admin.get("/bags/ops/jobs/\(old)")
            let form = await admin.submit("/bags/ops/jobs/\(old)/replay", [:], from: page)
            #expect(form.status == 409 && form.text.contains("Job \(new) counts as the same"))
            let chosen = await admin.post("\(Self.api)/jobs/replay", ["ids": [.string("\(free)"), .string("\(old)")]])
            #expect(chosen.status == 409 && chosen.json["errors"]?[0]?["code"] == "job_key_taken")
            #expect(await admin.get("\(Self.api)/jobs/\(free)").json["state"] == "failed", "all of them or none")

            let list = await admin.get("/bags/ops/jobs?state=failed&queue=errands")
            let many = await admin.submit(
                "/bags/ops/jobs/replay", ["state": "failed", "queue": "errands", "q": ""], from: list)
            let place = many[header: "location"] ?? ""
            #expect(place.contains("done=many_replayed-1-1"))
            #expect(await admin.get(place).text.contains("Left as they are: 1"))
            let rest = await admin.post("\(Self.api)/jobs/replay", ["state": "failed", "queue": "errands"])
            #expect(rest.json["count"] == 0 && rest.json["skipped"] == 1)
        }
    }
}
