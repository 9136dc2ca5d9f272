import Logging
import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What operators see of jobs whose payload is sealed.
@Suite(.timeLimit(.minutes(5))) struct JobSealConsoleTests {
    private struct Inquiry: Job {
        static let name = "test.inquiry"
        static let isSealed = true
        let person: String

        init(_ person: String) { self.person = person }
        init(payload: JSONValue) throws { person = try payload.text("person") }
        var payload: JSONValue { ["person": .string(person)] }
    }

    @Test("neither pages nor JSON show what comes of a sealed job", arguments: TestEngine.available)
    func hides(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            let (found, lost) = try await app.database.write { transaction in
                let jobs = app.environment.jobs
                return (
                    try jobs.enqueue(Inquiry("Hidden Asha"), in: transaction).id,
                    try jobs.enqueue(Inquiry("Hidden Ben"), in: transaction).id
                )
            }
            var book = JobBook()
            book.answer(Inquiry.self) { job, _ in
                guard job.person.hasSuffix("Asha") else {
                    throw JobFailure.permanent("nobody", "\(job.person) is nobody.", detail: "\(job.person)?")
                }
                return ["person": .string(job.person)]
            }
            try await JobWorker(
                database: app.database, queue: app.environment.jobs, book: book,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
                configuration: JobWorker.Configuration(application: "bags")
            ).runUntilIdle()
            let admin = try await app.client("admin")
            for id in [found, lost] {
                for path in ["/bags/ops/jobs/\(id)", "/bags/ops/jobs", "/bags/api/v1/operations/jobs/\(id)"] {
                    let answer = await admin.get(path)
                    #expect(answer.status == 200 && !answer.text.contains("Hidden"), "\(path)")
                }
            }
            let page = await admin.get("/bags/ops/jobs/\(found)").text
            #expect(page.contains("What came of it") && page.contains("only later steps and who asked for it"))
            let failed = await admin.get("/bags/api/v1/operations/jobs/\(lost)").json
            #expect(failed["sealed"] == .bool(true) && failed["errors"]?[0]?["code"] == .string("nobody"))
        }
    }
}
