import Logging
import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// How operators see jobs that were removed because of their age.
@Suite(.timeLimit(.minutes(5))) struct JobArchiveConsoleTests {
    private struct Errand: Job {
        static let name = "test.errand"
        init() {}
        init(payload: JSONValue) {}
        var payload: JSONValue { [:] }
        var tags: [String] { ["errand:7"] }
    }

    @Test("traces are listed and searched on a page and in JSON", arguments: TestEngine.available)
    func shows(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            let admin = try await app.client("admin")
            #expect(await admin.get("/bags/ops/archive").text.contains("jobs.archive_days"))
            try await app.database.write { _ = try app.environment.jobs.enqueue(Errand(), in: $0) }
            var book = JobBook()
            book.handle(Errand.self) { _, _ in }
            for _ in 0..<2 {
                try await JobWorker(
                    database: app.database, queue: app.environment.jobs, book: book,
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
                    configuration: JobWorker.Configuration(
                        application: "bags", retention: JobRetention(archive: .days(90)))
                ).runUntilIdle()
                app.clock.advance(by: .days(8))
            }
            // The session is as old as the jobs.
            let later = try await app.client("admin")
            let found = await later.get("/bags/api/v1/operations/archive?tag=errand:7").json["items"]?.elements
            #expect(found?.count == 1 && found?.first?["state"] == .string("succeeded"))
            let page = await later.get("/bags/ops/archive?state=succeeded").text
            #expect(page.contains("test.errand") && page.contains("archive?tag=errand%3A7"))
            #expect(await later.get("/bags/ops/archive?q=nowhere").text.contains("No removed job fits"))
            #expect(try await app.client("dispatcher").get("/bags/ops/archive").status == 403)
        }
    }
}
