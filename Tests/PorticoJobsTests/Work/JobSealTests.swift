import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoJobs

/// What comes of jobs whose payload is sealed.
@Suite(.timeLimit(.minutes(5))) struct JobSealTests {
    /// What a sealed step tells.
    private struct Finding: JobResult {
        let name: String

        init(_ name: String) { self.name = name }
        init(result: JSONValue) throws { name = try result.text("name") }
        var result: JSONValue { ["name": .string(name)] }
    }

    /// An error that tells what the job was told.
    private struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    private static let secret = "Asha 4711"

    /// What stands in the row of a job, all of it that a run writes.
    private func row(_ id: Int64, _ shop: Workshop) async throws -> String {
        let texts = try await shop.database.read { reading in
            try reading.first("test.row", "SELECT payload, result, errors FROM jobs WHERE id = \(id)") { row in
                [try row[0] as String?, try row[1] as String?, try row[2] as String?].map { $0 ?? "" }
            }
        }
        return try #require(texts).joined(separator: "\n")
    }

    private func enqueue(_ queue: JobQueue, _ shop: Workshop) async throws -> JobTicket {
        try await shop.database.write { try queue.enqueue(Inquiry(JobSealTests.secret), in: $0) }
    }

    @Test("a result is sealed as the payload is, whichever way the run ends", arguments: TestEngine.available)
    func sealsResults(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let queue = JobQueue(clock: shop.clock, seal: .turning)
            for isInTransaction in [false, true] {
                let ticket = try await enqueue(queue, shop)
                var handlers = JobBook()
                handlers.answer(Inquiry.self) { job, run in
                    let result = Finding(job.number).result
                    guard isInTransaction else { return result }
                    try await run.database.write { try run.finish(result, in: $0) }
                    return nil
                }
                try await shop.worker(queue: queue, adding: handlers).runUntilIdle()
                let record = try #require(try await shop.record(ticket))
                #expect(record.state == .succeeded && record.result == nil && record.isResultSealed)
                #expect(try await !row(ticket.id, shop).contains("Asha"))
                let opened = queue.opened(record)
                #expect(opened.result == ["name": .string(JobSealTests.secret)] && !opened.isResultSealed)
                #expect(opened.payload == .null, "what it was told is its handler's alone")
                let stranger = JobQueue(clock: shop.clock).opened(record)
                #expect(stranger.result == nil && stranger.isResultSealed)
            }
        }
    }

    @Test(
        "what a failed run says is sealed; its code, its types and its times are not", arguments: TestEngine.available)
    func sealsWords(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let queue = JobQueue(clock: shop.clock, seal: .turning)
            for isExpected in [true, false] {
                let ticket = try await enqueue(queue, shop)
                let handlers = book(Inquiry.self) { job, _ in
                    let refusal = Refusal(description: "no row of \(job.number)")
                    guard isExpected else { throw refusal }
                    throw JobFailure.permanent(
                        "nobody", "\(job.number) is nobody.", detail: "of \(job.number)", because: refusal)
                }
                try await shop.worker(queue: queue, adding: handlers).runUntilIdle()
                let record = try #require(try await shop.record(ticket))
                let note = try #require(record.errors.first)
                #expect(record.state == .failed && note.code == (isExpected ? "nobody" : "internal"))
                #expect(note.message == JobErrorNote.hiddenMessage && note.detail == nil)
                #expect(note.causes.map(\.words) == [""] && note.causes.first?.type.hasSuffix("Refusal") == true)
                #expect(note.startedAt == Workshop.start)
                #expect(try await !row(ticket.id, shop).contains("Asha"))
                let opened = try #require(queue.opened(record).errors.first)
                #expect(opened.causes.map(\.words) == ["no row of \(JobSealTests.secret)"])
                #expect(opened.detail?.contains(JobSealTests.secret) == true)
                #expect(!isExpected || opened.message == "\(JobSealTests.secret) is nobody.")
            }
        }
    }

    @Test("what was said at earlier tries stays sealed beside the newest", arguments: TestEngine.available)
    func keepsSealed(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let queue = JobQueue(clock: shop.clock, seal: .turning)
            let ticket = try await enqueue(queue, shop)
            let handlers = book(Inquiry.self) { job, run in
                throw JobFailure.permanent("try_\(run.attempt)", "\(job.number), try \(run.attempt)")
            }
            let worker = shop.worker(queue: queue, adding: handlers)
            for _ in 1...2 {
                try await worker.runUntilIdle()
                _ = try await shop.database.write { try queue.replay(ticket.id, in: $0) }
            }
            let record = try #require(try await shop.record(ticket))
            #expect(record.errors.count == 2 && queue.opened(record).errors.allSatisfy { $0.message.contains("Asha") })
            #expect(try await !row(ticket.id, shop).contains("Asha"))
        }
    }

    @Test(
        "a later step reads the result of a sealed one, also of one from before, and fails where it does not open",
        arguments: TestEngine.available)
    func opensForSteps(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let queue = JobQueue(clock: shop.clock, seal: .turning)
            let read = Mutex<[String]>([])
            // As it was written, as after the loss of the key, and as by a program that did not seal results.
            let rows: [String?] = [nil, "\"AAAA\"", "{\"name\":\"Open\"}"]
            for row in rows {
                var handlers = JobBook()
                handlers.answer(Inquiry.self, telling: Finding.self) { job, _ in Finding(job.number) }
                handlers.handle(Summary.self) { _, run in
                    if let row {
                        try await run.database.write { transaction in
                            _ = try transaction.execute(
                                "test.replace", "UPDATE jobs SET result = \(row) WHERE name = \(Inquiry.name)")
                        }
                    }
                    let finding = try await run.result(of: "look", as: Finding.self)
                    read.withLock { $0.append(finding.name) }
                }
                let chain = JobWorkflow.chain("test", ["look": Inquiry(JobSealTests.secret), "sum": Summary()])
                let ticket = try await shop.database.write { try queue.enqueue(chain, in: $0) }
                try await shop.worker(queue: queue, adding: handlers).runUntilIdle()
                let sum = try #require(ticket.jobs["sum"])
                let record = try #require(try await shop.record(JobTicket(id: sum, isNew: true)))
                #expect(record.errors.map(\.code) == (row == rows[1] ? ["bad_result"] : []))
            }
            #expect(read.withLock(\.self) == [JobSealTests.secret, "Open"])
        }
    }
}
