import Logging
import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What operators see of jobs and caches, and do with them.
@Suite(.timeLimit(.minutes(5))) struct OperationsTests {
    private struct Errand: Job {
        static let name = "test.errand"
        static let policy = JobPolicy(queue: "errands", retries: 0)
        let number: Int64

        init(_ number: Int64) { self.number = number }
        init(payload: JSONValue) throws { number = try payload.integer("number") }
        var payload: JSONValue { ["number": .integer(number), "to": .string("Lucknow<\(number)>")] }
    }

    private static let api = "/bags/api/v1/operations"

    private func enqueue(_ numbers: ClosedRange<Int64>, _ app: AppHarness) async throws {
        try await app.database.write {
            _ = try app.environment.jobs.enqueue(all: numbers.map { Errand($0) }, in: $0)
        }
    }

    /// Does what waits; errands of even numbers fail.
    private func work(_ app: AppHarness, _ schedules: [Schedule] = []) async throws {
        var book = JobBook()
        book.handle(Errand.self) { errand, _ in
            if errand.number % 2 == 0 {
                throw JobFailure.permanent("closed", "The office was closed.", detail: "door <3>")
            }
        }
        try await JobWorker(
            database: app.database, queue: app.environment.jobs, book: book, schedules: schedules,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
            configuration: JobWorker.Configuration(application: "bags")
        ).runUntilIdle()
    }

    private func actions(_ app: AppHarness) async throws -> [String] {
        try await app.database.read {
            try $0.all("test.audit", "SELECT action FROM audit_rows ORDER BY seq") { try $0[0] as String }
        }
    }

    @Test("nobody but operators sees them or does anything")
    func isForOperators() async throws {
        try await withApp(on: .sqlite) { app async throws in
            let pages = ["queues", "jobs", "schedules", "caches", "sql"].map { "/bags/ops/\($0)" }
            let dispatcher = try await app.client("dispatcher")
            for path in pages {
                #expect(await dispatcher.get(path).status == 403)
                #expect(await app.stranger().get(path).status == 303)
            }
            for path in ["queues", "jobs", "schedules", "caches", "statements", "pools", "database"] {
                #expect(await dispatcher.get("\(Self.api)/\(path)").status == 403)
                #expect(await app.stranger().get("\(Self.api)/\(path)").status == 401)
            }
        }
    }

    @Test(
        "queues show what stands where and how long it took, and are paused and scaled", arguments: TestEngine.available
    )
    func queues(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            try await enqueue(1...5, app)
            try await work(app)
            try await enqueue(7...9, app)
            app.clock.advance(by: .minutes(3))
            let admin = try await app.client("admin")
            let page = await admin.get("/bags/ops/queues")
            #expect(page.status == 200 && page.text.contains("errands") && page.text.contains("3 min"))
            let item = await admin.get("\(Self.api)/queues").json["items"]?.elements?.first {
                $0["queue"]?.string == "errands"
            }
            #expect(item?["queued"]?.int64 == 3 && item?["failed"]?.int64 == 2 && item?["recent"]?.int64 == 5)
            #expect(item?["wait_p50_ms"]?.int64 == 0 && item?["run_p99_ms"]?.int64 == 0)

            let paused = await admin.submit("/bags/ops/queues/errands/pause", [:], from: page)
            #expect(paused.status == 303)
            try await work(app)
            #expect(await admin.get("/bags/ops/queues").text.contains("Paused"))
            let scaled = await admin.submit(
                "/bags/ops/queues/errands/scale", ["at_most": "3", "per_node": ""],
                from: await admin.get("/bags/ops/queues"))
            #expect(scaled.status == 303)
            let wrong = await admin.submit(
                "/bags/ops/queues/errands/scale", ["at_most": "many", "per_node": "0"],
                from: await admin.get("/bags/ops/queues"))
            #expect(wrong.status == 422 && wrong.text.contains("value=\"many\""))
            let changed = await admin.put(
                "\(Self.api)/queues/errands", ["paused": false, "per_node": 2])
            #expect(changed.status == 200 && changed.json["paused"] == .bool(false) && changed.json["per_node"] == 2)
            #expect(await admin.put("\(Self.api)/queues/nobody", ["paused": true]).status == 404)
            try await work(app)
            #expect(try await actions(app).count { $0 == "queue.changed" } == 3)
        }
    }

    @Test("jobs are found by name, key, argument and id, tried again and removed", arguments: TestEngine.available)
    func jobs(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            try await enqueue(1...6, app)
            try await work(app)
            let admin = try await app.client("admin")
            let failed = await admin.get("/bags/ops/jobs?state=failed&q=LUCKNOW")
            #expect(failed.status == 200 && failed.text.contains("The office was closed."))
            #expect(await admin.get("/bags/ops/jobs?q=nowhere").text.contains("No job fits"))
            let found = await admin.get("\(Self.api)/jobs?state=failed&queue=errands&q=errand&limit=2").json
            let ids = found["items"]?.elements?.compactMap { $0["id"]?.string } ?? []
            #expect(ids.count == 2)
            let cursor = found["next_cursor"]?.string ?? ""
            let next = await admin.get("\(Self.api)/jobs?state=failed&queue=errands&q=errand&limit=2&cursor=\(cursor)")
            #expect(next.json["items"]?.elements?.count == 1 && next.json["next_cursor"] == .null)
            #expect(await admin.get("\(Self.api)/jobs?cursor=\(cursor)").status == 422)

            let page = await admin.get("/bags/ops/jobs/\(ids[0])")
            #expect(page.text.contains("door &lt;3&gt;") && page.text.contains("Lucknow&lt;"))
            #expect(await admin.submit("/bags/ops/jobs/\(ids[0])/replay", [:], from: page).status == 303)
            let waiting = await admin.get("\(Self.api)/jobs/\(ids[0])").json
            #expect(waiting["state"] == "queued")
            #expect(await admin.post("\(Self.api)/jobs/\(ids[0])/cancel").status == 204)
            #expect(await admin.post("\(Self.api)/jobs/\(ids[0])/cancel").status == 409)
            #expect(await admin.post("\(Self.api)/jobs/999999/replay").status == 404)

            let many = await admin.submit(
                "/bags/ops/jobs/replay", ["state": "failed", "queue": "errands", "q": ""], from: failed)
            #expect(many.status == 303 && many[header: "location"]?.contains("done=many_replayed-2") == true)
            try await work(app)
            let gone = await admin.post("\(Self.api)/jobs/discard", ["state": "failed", "queue": "errands"])
            #expect(gone.json["count"] == 2)
            let done = try await actions(app)
            #expect(done.count { $0 == "job.replayed" } == 2 && done.count { $0 == "job.discarded" } == 1)
        }
    }

    @Test("a job says why it does not run")
    func obstacles() async throws {
        try await withApp(on: .sqlite) { app async throws in
            try await enqueue(1...2, app)
            let admin = try await app.client("admin")
            let items = await admin.get("\(Self.api)/jobs?queue=errands").json["items"]?.elements ?? []
            let last = items.first?["id"]?.string ?? ""
            let page = await admin.get("/bags/ops/jobs/\(last)").text
            #expect(page.contains("One job of its queue is before it."))
            #expect(page.contains("No process works on its queue."))
            try await app.database.write { try app.environment.jobs.pause("errands", in: $0) }
            #expect(await admin.get("/bags/ops/jobs/\(last)").text.contains("Its queue is paused"))
            let reasons = await admin.get("\(Self.api)/jobs/\(last)").json["waits_for"]?.elements ?? []
            #expect(reasons.count == 3)
        }
    }

    @Test("ticked jobs are tried again or removed, all of them or none", arguments: TestEngine.available)
    func chosen(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            try await enqueue(1...6, app)
            try await work(app)
            let admin = try await app.client("admin")
            let failed = await admin.get("\(Self.api)/jobs?state=failed").json["items"]?.elements ?? []
            let done = await admin.get("\(Self.api)/jobs?state=succeeded").json["items"]?.elements ?? []
            let ids = failed.compactMap { $0["id"]?.string }
            let ended = done.first?["id"]?.string ?? ""
            let page = await admin.get("/bags/ops/jobs")
            #expect(page.text.contains("name=\"ids\" value=\"\(ids[0])\""))

            let none = await admin.submit(
                "/bags/ops/jobs/replay", ["state": "", "queue": "", "q": "", "chosen": "true"], from: page)
            #expect(none.status == 422 && none.text.contains("Tick the jobs that are meant."))
            let all = await admin.submit("/bags/ops/jobs/replay", ["state": "", "queue": "", "q": ""], from: page)
            #expect(all.status == 422, "without a state nothing is done with everything")
            let wrong = await admin.post(
                "\(Self.api)/jobs/replay", ["ids": [.string(ids[0]), .string(ended), "999999"]])
            #expect(wrong.status == 409 && wrong.json["errors"]?.elements?.count == 2)
            #expect(await admin.get("\(Self.api)/jobs/\(ids[0])").json["state"] == "failed")

            let one = await admin.submit(
                "/bags/ops/jobs/replay",
                ["state": "failed", "queue": "", "q": "", "chosen": "true", "ids": ids[0]], from: page)
            #expect(one.status == 303 && one[header: "location"]?.contains("done=many_replayed-1") == true)
            #expect(await admin.get("\(Self.api)/jobs/\(ids[0])").json["state"] == "queued")
            let rest: JSONValue = ["ids": .array(ids.dropFirst().map { .string($0) })]
            let gone = await admin.post("\(Self.api)/jobs/discard", rest)
            #expect(gone.json["count"] == 2 && gone.json["items"]?.elements?.count == 2)
            #expect(await admin.post("\(Self.api)/jobs/discard", ["ids": []]).status == 422)
            #expect(await admin.post("\(Self.api)/jobs/discard", ["ids": ["x"]]).status == 422)
            let entries = try await actions(app)
            #expect(entries.count { $0 == "job.replayed" } == 1 && entries.count { $0 == "job.discarded" } == 1)
        }
    }

    @Test("schedules are shown, run now, held and let go", arguments: TestEngine.available)
    func schedules(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            let nightly = try Schedule("errands.nightly", "30 2 * * *") { _ in Errand(11) }
            try await work(app, [nightly])
            let admin = try await app.client("admin")
            let page = await admin.get("/bags/ops/schedules")
            #expect(page.text.contains("errands.nightly") && page.text.contains("30 2 * * *"))
            #expect(await admin.submit("/bags/ops/schedules/errands.nightly/pause", [:], from: page).status == 303)
            #expect(await admin.get("/bags/ops/schedules").text.contains("Held"))
            let asked = await admin.submit("/bags/ops/schedules/errands.nightly/run", [:], from: page)
            #expect(asked.status == 303)
            try await work(app, [nightly])
            let done = await admin.get("\(Self.api)/jobs?queue=errands&state=succeeded").json["items"]?.elements
            #expect(done?.count == 1, "a held schedule runs when somebody asks for it, once")
            let released = await admin.post(
                "\(Self.api)/schedules/errands.nightly", ["action": "resume"])
            #expect(released.json["paused"] == .bool(false))
            #expect(await admin.post("\(Self.api)/schedules/none", ["action": "run"]).status == 404)
        }
    }

    @Test("caches are shown, and outdated by tag, by name and altogether, which the audit tells")
    func caches() async throws {
        try await withApp(on: .sqlite) { app async throws in
            let cache = Cache<String, Int>(
                CachePolicy("test.sums", ttl: .minutes(5), tags: ["sums"]), in: app.environment.caches)
            var loads = 0
            func read() async throws { _ = try await cache.value(for: "a") { _ in 1 } }
            try await read()
            try await read()
            loads = cache.statistics.loads
            let admin = try await app.client("admin")
            let page = await admin.get("/bags/ops/caches")
            #expect(page.text.contains("test.sums") && page.text.contains("50.0 %") && loads == 1)
            #expect(await admin.submit("/bags/ops/caches/purge", ["tag": "sums"], from: page).status == 303)
            try await read()
            #expect(cache.statistics.loads == 2)
            #expect(await admin.get("/bags/ops/caches").text.contains(">sums<"))
            #expect(await admin.submit("/bags/ops/caches/purge", ["tag": ""], from: page).status == 422)
            let purge = "\(Self.api)/caches/purge"
            #expect(await admin.post(purge, ["cache": "test.sums"]).json["told"] == .bool(true))
            try await read()
            #expect(await admin.post(purge, ["everything": true]).status == 200)
            try await read()
            #expect(cache.statistics.loads == 4)
            #expect(await admin.post(purge, ["cache": "nobody"]).status == 404)
            #expect(await admin.post(purge, ["cache": "a", "tag": "b"]).status == 422)
            #expect(try await actions(app).count { $0 == "cache.purged" } == 3)
        }
    }
}
