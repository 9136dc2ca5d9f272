import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoJobs

/// What jobs are told: versions, seals, results, and what is done around them.
@Suite(.timeLimit(.minutes(5))) struct JobPayloadTests {
    /// Once it had `name`, now it has `title`.
    private struct Report: Job {
        static let name = "test.report"
        static let version = 2
        let title: String

        init(payload: JSONValue) throws { title = try payload.text("title") }
        var payload: JSONValue { ["title": .string(title)] }

        static func upgraded(_ payload: JSONValue, from version: Int) throws -> JSONValue {
            ["title": .string(try payload.text("name"))]
        }
    }

    private struct Secretive: Job {
        static let name = "test.secretive"
        static let isSealed = true
        let number: String

        init(_ number: String) { self.number = number }
        init(payload: JSONValue) throws { number = try payload.text("number") }
        var payload: JSONValue { ["number": .string(number)] }
    }

    private func set(_ column: String, _ value: String, of id: Int64, _ shop: Workshop) async throws {
        try await shop.database.write { transaction in
            _ = try transaction.execute(
                "test.set", "UPDATE jobs SET \(SQL(trusted: "\(column) = \(value)")) WHERE id = \(id)")
        }
    }

    @Test(
        "a payload of an earlier version is brought up to date; one of a later version waits",
        arguments: TestEngine.available)
    func versions(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let titles = Mutex<[String]>([])
            let old = try await shop.database.write {
                try shop.queue.enqueue(Report(payload: ["title": "x"]), in: $0)
            }
            let new = try await shop.database.write {
                try shop.queue.enqueue(Report(payload: ["title": "y"]), in: $0)
            }
            try await set("version", "1", of: old.id, shop)
            try await set("payload", "'{\"name\":\"Stock\"}'", of: old.id, shop)
            try await set("version", "3", of: new.id, shop)
            try await shop.worker(
                adding: book(Report.self) { report, _ in titles.withLock { $0.append(report.title) } }
            ).runUntilIdle()
            #expect(titles.withLock(\.self) == ["Stock"])
            let left = try #require(try await shop.record(new))
            #expect(left.state == .scheduled && left.attempt == 0 && left.errors.first?.code == "unknown_job")
        }
    }

    @Test("a sealed payload is readable for its handler only", arguments: TestEngine.available)
    func seals(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let queue = JobQueue(clock: shop.clock, seal: .turning)
            let ticket = try await shop.database.write { try queue.enqueue(Secretive("4711"), in: $0) }
            let stored = try await shop.database.read {
                try $0.scalar("test.payload", "SELECT payload FROM jobs WHERE id = \(ticket.id)", as: String.self)
            }
            #expect(stored?.contains("4711") == false)
            let waiting = try #require(try await shop.record(ticket))
            #expect(waiting.isSealed && waiting.payload == .null)
            let seen = Mutex<[String]>([])
            let handlers = book(Secretive.self) { job, _ in seen.withLock { $0.append(job.number) } }
            try await shop.worker(queue: queue, adding: handlers).runUntilIdle()
            #expect(seen.withLock(\.self) == ["4711"])
        }
    }

    @Test(
        "a seal that does not open fails the job, and without a seal nothing is enqueued",
        arguments: TestEngine.available)
    func refusesBrokenSeal(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            await #expect(throws: JobSealError.missing) {
                try await shop.database.write { _ = try shop.queue.enqueue(Secretive("1"), in: $0) }
            }
            let queue = JobQueue(clock: shop.clock, seal: .turning)
            let ticket = try await shop.database.write { try queue.enqueue(Secretive("1"), in: $0) }
            try await set("payload", "'AAAA'", of: ticket.id, shop)
            try await shop.worker(queue: queue, adding: book(Secretive.self) { _, _ in }).runUntilIdle()
            let record = try #require(try await shop.record(ticket))
            #expect(record.state == .failed && record.errors.first?.code == "bad_payload")
        }
    }

    @Test(
        "what surrounds runs sees them all, in the order it was added, and may end them",
        arguments: TestEngine.available)
    func surrounds(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            var handlers = JobBook()
            handlers.surround { run, next in
                shop.note(10)
                defer { shop.note(11) }
                #expect(run.name == "test.chore" && run.queueName == "default")
                return try await next()
            }
            handlers.surround { run, next in
                shop.note(20)
                guard run.attempt > 1 else { throw JobFailure.temporary("not_first", "Not at once.") }
                return try await next()
            }
            let ticket = try await shop.enqueue(Chore(5))
            let worker = shop.worker(adding: handlers)
            try await worker.runUntilIdle()
            #expect(shop.done == [10, 20, 11])
            shop.clock.advance(by: .minutes(1))
            try await worker.runUntilIdle()
            #expect(shop.done == [10, 20, 11, 10, 20, 5, 11])
            #expect(try await shop.record(ticket)?.state == .succeeded)
        }
    }

    @Test("a test does one job where it asks for it", arguments: TestEngine.available)
    func performs(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.enqueue(Chore(1))
            let worker = shop.worker { chore, _ in
                shop.note(chore.number)
                if chore.number == 3 { throw JobFailure.permanent("no", "No.") }
                return ["number": .integer(chore.number)]
            }
            let done = try await worker.perform(Chore(2))
            #expect(done?.state == .succeeded && done?.result == ["number": 2] && shop.done == [2])
            #expect(try await worker.perform(Chore(3))?.errors.first?.code == "no")
            try await worker.runUntilIdle()
            #expect(shop.done == [2, 3, 1], "what waited was left alone until then")
        }
    }
}
