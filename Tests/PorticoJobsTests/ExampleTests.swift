// example
import PorticoJSON
import PorticoJobs
import PorticoSQL
// end of example
import PorticoTesting
import Testing

@Suite("The README's job", .timeLimit(.minutes(5))) struct ExampleTests {
    // example
    struct ImportBags: Job {
        static let name = "bags.import"
        static let policy = JobPolicy(queue: "imports", retries: 2)
        let file: String
        init(file: String) { self.file = file }
        init(payload: JSONValue) throws { file = try payload.text("file") }
        var payload: JSONValue { ["file": .string(file)] }
        var uniqueness: JobUniqueness? { .whileActive(file) }
    }

    func upload(_ file: String, by owner: Int64, into database: Database, _ jobs: JobQueue) async throws -> JobTicket {
        try await database.write { transaction in
            try transaction.execute("files.insert", "INSERT INTO files (name) VALUES (\(file))")
            return try jobs.enqueue(ImportBags(file: file), JobOptions(owner: owner), in: transaction)
        }
    }

    func handlers(_ database: Database) -> JobBook {
        var book = JobBook()
        book.answer(ImportBags.self) { job, run in
            for line in 1...100 { try await run.progress(Int64(line), of: 100) }
            try await database.write { transaction in
                try transaction.execute("files.done", "UPDATE files SET is_done = 1 WHERE name = \(job.file)")
                try run.finish(["lines": 100], in: transaction)
            }
            return nil
        }
        return book
    }
    // end of example

    @Test("is enqueued with the file and done with it", arguments: TestEngine.available)
    func example(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { transaction in
                try transaction.execute(
                    "files.create", "CREATE TABLE files (name TEXT NOT NULL, is_done INTEGER NOT NULL DEFAULT 0)")
            }
            let ticket = try await upload("monday.csv", by: 7, into: shop.database, shop.queue)
            try await shop.worker(adding: handlers(shop.database)).runUntilIdle()
            let done = try await shop.database.read { reading in
                try reading.scalar("files.count", "SELECT count(*) FROM files WHERE is_done = 1", as: Int.self)
            }
            #expect(done == 1)
            #expect(try await shop.record(ticket)?.state == .succeeded)
        }
    }
}
