import Logging
import PorticoHTTP
import PorticoJSON
import PorticoPages
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

@Suite(.timeLimit(.minutes(5))) struct JobRouteTests {
    /// Knows `Cookie: who=<account id>`; account 1 is an operator's.
    private struct CookieAuthenticator: Authenticator {
        func principal(for head: RequestHead) async throws -> Principal? {
            guard let id = head.cookie("who").flatMap({ Int64($0) }) else { return nil }
            return Principal(
                accountID: id, email: "\(id)@example.org", name: "\(id)", roles: [],
                permissions: id == 1 ? ["jobs.manage"] : [])
        }
    }

    private func site(_ shop: Workshop, _ mails: MailQueue, _ queue: JobQueue? = nil) throws -> Site {
        let jobs = JobRoutes(queue: queue ?? shop.queue, database: shop.database, permission: "jobs.manage")
        var mount = Mount(
            id: "shop", prefix: "/shop", title: "Shop",
            routes: jobs.routes + [OutboxRoute(mails: mails, database: shop.database).route])
        mount.authenticator = CookieAuthenticator()
        return try Site(
            Site.Configuration(
                mounts: [mount], csrf: CSRFSigner(key: Array(repeating: 7, count: 32)), clock: shop.clock,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: shop.metrics,
                assets: AssetLinks { $0 }))
    }

    private func withClient(
        on engine: TestEngine, _ body: (Workshop, MailQueue, TestClient) async throws -> Void
    ) async throws {
        try await withWorkshop(on: engine) { shop in
            let mails = MailQueue(
                jobs: shop.queue, sender: try MailAddress("office@example.org"), transport: OutboxTransport())
            try await body(shop, mails, TestClient(try site(shop, mails)))
        }
    }

    @Test("an owner follows a job; others find nothing, operators everything", arguments: TestEngine.available)
    func shows(engine: TestEngine) async throws {
        try await withClient(on: engine) { shop, _, client in
            let ticket = try await shop.enqueue(Chore(1), JobOptions(owner: 12))
            let path = JobRoutes.address(of: ticket.id, below: "/shop")
            let waiting = await client.get(path, ["cookie": "who=12"])
            #expect(waiting.status == 200)
            #expect(
                waiting.json == [
                    "id": .string("\(ticket.id)"), "state": "queued", "progress": ["done": 0, "total": nil],
                ])
            #expect(await client.get(path, ["cookie": "who=13"]).status == 404)
            #expect(await client.get(path).status == 401)
            try await shop.worker { _, run in
                try await run.progress(3, of: 3)
                return ["file": "a.csv"]
            }.runUntilIdle()
            let done = await client.get(path, ["cookie": "who=1"])
            #expect(done.json["state"] == "succeeded" && done.json["result"] == ["file": "a.csv"])
            #expect(done.json["progress"] == ["done": 3, "total": 3])
            #expect(await client.get("/shop/api/v1/jobs/none", ["cookie": "who=1"]).status == 404)
        }
    }

    @Test("a failed job says why, without what only operators may know", arguments: TestEngine.available)
    func showsErrors(engine: TestEngine) async throws {
        try await withClient(on: engine) { shop, _, client in
            let ticket = try await shop.enqueue(Chore(1), JobOptions(owner: 12))
            try await shop.worker { _, _ in
                throw JobFailure.permanent("no_table", "The file is no table.", detail: "secret path")
            }.runUntilIdle()
            let answer = await client.get(JobRoutes.address(of: ticket.id, below: "/shop"), ["cookie": "who=12"])
            #expect(answer.json["state"] == "failed" && answer.json["result"] == nil)
            #expect(answer.json["errors"]?[0]?["code"] == "no_table" && !answer.text.contains("secret"))
        }
    }

    @Test("what comes of a sealed job is for its owner, and for no operator", arguments: TestEngine.available)
    func opens(engine: TestEngine) async throws {
        try await withClient(on: engine) { shop, mails, _ in
            let queue = JobQueue(clock: shop.clock, seal: .turning)
            let client = TestClient(try site(shop, mails, queue))
            let (found, lost) = try await shop.database.write { transaction in
                let options = JobOptions(owner: 12)
                return (
                    try queue.enqueue(Inquiry("4711"), options, in: transaction),
                    try queue.enqueue(Inquiry("4712"), options, in: transaction)
                )
            }
            var handlers = JobBook()
            handlers.answer(Inquiry.self) { job, _ in
                guard job.number == "4711" else { throw JobFailure.permanent("none", "\(job.number) is nobody's.") }
                return ["found": .string(job.number)]
            }
            try await shop.worker(queue: queue, adding: handlers).runUntilIdle()
            let (result, failure) = (
                JobRoutes.address(of: found.id, below: "/shop"), JobRoutes.address(of: lost.id, below: "/shop")
            )
            #expect(await client.get(result, ["cookie": "who=12"]).json["result"] == ["found": "4711"])
            let own = await client.get(failure, ["cookie": "who=12"])
            #expect(own.json["errors"]?[0]?["message"] == "4712 is nobody's.")
            for path in [result, failure] {
                let answer = await client.get(path, ["cookie": "who=1"])
                #expect(answer.status == 200 && !answer.text.contains("471"), "\(answer.text)")
            }
        }
    }

    @Test("an owner cancels a job once", arguments: TestEngine.available)
    func cancels(engine: TestEngine) async throws {
        try await withClient(on: engine) { shop, _, client in
            let ticket = try await shop.enqueue(Chore(1), JobOptions(owner: 12))
            let path = JobRoutes.address(of: ticket.id, below: "/shop")
            let own: Headers = ["cookie": "who=12", "sec-fetch-site": "same-origin"]
            #expect(await client.delete(path, ["cookie": "who=13"]).status == 404)
            let answer = await client.delete(path, own)
            #expect(answer.status == 200 && answer.json["state"] == "cancelled", "\(answer.text)")
            let again = await client.delete(path, own)
            #expect(again.status == 409 && again.problemCode == "job_ended")
        }
    }

    @Test("tests read the mails that would have been sent", arguments: TestEngine.available)
    func showsOutbox(engine: TestEngine) async throws {
        try await withClient(on: engine) { shop, mails, client in
            let asha = Mail(to: try MailAddress("asha@example.org"), subject: "One", text: "1", html: "<p>1</p>")
            let ben = Mail(to: try MailAddress("ben@example.org"), subject: "Two", text: "2")
            try await shop.database.write { transaction in
                try mails.enqueue(asha, in: transaction)
                try mails.enqueue(ben, in: transaction)
            }
            let all = await client.get("/shop/__test/outbox")
            #expect(all.json["items"]?.elements?.count == 2 && all.json["items"]?[0]?["subject"] == "Two")
            let some = await client.get("/shop/__test/outbox?to=asha%40example.org")
            #expect(
                some.json == [
                    "items": [
                        [
                            "to": "asha@example.org", "subject": "One", "text": "1", "html": "<p>1</p>",
                            "sent_at": .string(Workshop.start.rfc3339),
                        ]
                    ]
                ])
        }
    }
}
