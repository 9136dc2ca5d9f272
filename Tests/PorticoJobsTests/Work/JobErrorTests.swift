import PorticoJSON
import PorticoJobs
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@Suite("What is known of a try that failed", .timeLimit(.minutes(5))) struct JobErrorTests {
    private struct Broken: Error, CustomStringConvertible {
        let row: Int
        let underlying: (any Error)?
        var description: String { "row \(row) could not be kept" }
    }

    private func configuration() -> JobWorker.Configuration {
        var configuration = JobWorker.Configuration(application: "test")
        configuration.node = "warehouse-1:4711"
        return configuration
    }

    @Test(
        "the error with those behind it, the statement, the node, and how far it was", arguments: TestEngine.available)
    func chain(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1))
            try await shop.worker(configuration()) { _, run in
                try await run.progress(40, of: 100)
                do {
                    try await shop.database.write { try $0.execute("imports.row", "INSERT INTO nowhere VALUES (1)") }
                } catch {
                    throw Broken(row: 41, underlying: error)
                }
                return nil
            }.runUntilIdle()
            let note = try #require(try await shop.record(ticket)?.errors.first)
            #expect(note.causes.count == 2 && note.causes[0].type.hasSuffix("Broken"))
            #expect(note.causes[0].words == "row 41 could not be kept" && note.causes[1].type == "PorticoSQL.SQLError")
            #expect(note.statement == "imports.row" && note.node == "warehouse-1:4711")
            #expect(note.done == 40 && note.total == 100 && note.startedAt == Workshop.start)
        }
    }

    @Test("what runs said is kept while the job waits for a newer node", arguments: TestEngine.available)
    func keepsWords(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1))
            let worker = shop.worker { _, _ in throw JobFailure.temporary("busy", "Busy.") }
            try await worker.runUntilIdle()
            try await shop.database.write {
                _ = try $0.execute("test.renew", "UPDATE jobs SET version = 9 WHERE id = \(ticket.id)")
            }
            for _ in 1...12 {
                shop.clock.advance(by: .minutes(2))
                try await worker.runUntilIdle()
            }
            let record = try #require(try await shop.record(ticket))
            #expect(record.errors.map(\.code) == ["busy", "unknown_job"])
            #expect(record.errors.last?.at == shop.clock.now(), "the newest of its kind")
        }
    }

    @Test("the statement before the failure, where none failed", arguments: TestEngine.available)
    func lastStatement(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1))
            try await shop.worker { _, _ in
                _ = try await shop.database.read { try $0.scalar("files.count", "SELECT 1", as: Int.self) }
                throw JobFailure.permanent("no_file", "The file is gone.", because: Broken(row: 1, underlying: nil))
            }.runUntilIdle()
            let note = try #require(try await shop.record(ticket)?.errors.first)
            #expect(note.statement == nil && note.lastStatement == "files.count" && note.node == "")
            #expect(note.causes.map(\.words) == ["row 1 could not be kept"] && note.code == "no_file")
        }
    }
}
