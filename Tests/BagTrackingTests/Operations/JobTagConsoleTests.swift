import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// How operators find jobs by their tags.
@Suite(.timeLimit(.minutes(5))) struct JobTagConsoleTests {
    private struct Errand: Job {
        static let name = "test.errand"
        static let policy = JobPolicy(queue: "errands")
        init() {}
        init(payload: JSONValue) {}
        var payload: JSONValue { [:] }
        var tags: [String] { ["errand:7"] }
    }

    private static let api = "/bags/api/v1/operations/jobs"

    @Test("the list and the page show tags, and narrow by them", arguments: TestEngine.available)
    func shows(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            let id = try await app.database.write { transaction in
                _ = try app.environment.jobs.enqueue(SendSummaries(payload: ["date": "2026-11-20"]), in: transaction)
                return try app.environment.jobs.enqueue(Errand(), in: transaction).id
            }
            let admin = try await app.client("admin")
            let list = await admin.get("\(Self.api)?tag=errand:7").json["items"]?.elements
            #expect(list?.count == 1 && list?.first?["tags"] == .array([.string("errand:7")]))
            #expect(await admin.get("\(Self.api)?tag=summary:2026-11-20").json["items"]?.elements?.count == 1)
            #expect(await admin.get("\(Self.api)?tag=errand").json["items"]?.elements?.count == 0)
            let page = await admin.get("/bags/ops/jobs?tag=errand:7").text
            #expect(page.contains("test.errand") && !page.contains("bags.send_summaries"))
            #expect(await admin.get("/bags/ops/jobs/\(id)").text.contains("tag=errand%3A7"))
        }
    }

    @Test("a form acts on those with the tag alone")
    func acts() async throws {
        try await withApp(on: .sqlite) { app async throws in
            let (kept, gone) = try await app.database.write { transaction in
                let jobs = app.environment.jobs
                let kept = try jobs.enqueue(Errand(), in: transaction).id
                let gone = try jobs.enqueue(Errand(), JobOptions(tags: ["batch:2"]), in: transaction).id
                for id in [kept, gone] { _ = try jobs.cancel(id, in: transaction) }
                return (kept, gone)
            }
            let admin = try await app.client("admin")
            let page = await admin.get("/bags/ops/jobs?state=cancelled&tag=batch:2")
            let answer = await admin.submit(
                "/bags/ops/jobs/discard", ["state": "cancelled", "queue": "", "tag": "batch:2", "q": ""], from: page)
            #expect(answer.status == 303)
            #expect(await admin.get("/bags/ops/jobs/\(gone)").status == 404)
            #expect(await admin.get("/bags/ops/jobs/\(kept)").status == 200)
        }
    }
}
