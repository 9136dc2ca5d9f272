import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

@Suite(.timeLimit(.minutes(5))) struct JobArchiveTests {
    private static let kept = JobRetention(archive: .days(90))

    private func purge(_ shop: Workshop, _ retention: JobRetention = JobArchiveTests.kept) async throws -> Int {
        try await shop.database.write { try shop.queue.purge(retention, in: $0) }
    }

    private func traces(_ shop: Workshop, _ search: JobSearch = JobSearch()) async throws -> [ArchivedJob] {
        try await shop.database.read { try shop.queue.archived(search, in: $0) }
    }

    /// One that succeeded, one that failed and one that was cancelled; of each the ticket.
    private func ended(_ shop: Workshop) async throws -> [JobTicket] {
        let worker = shop.worker { chore, _ in
            if chore.number == 2 { throw JobFailure.permanent("closed", "Ms Mason's office was closed.") }
            return ["told": .string("secret")]
        }
        let first = try await shop.enqueue(Chore(1, key: "mason@example.org"), JobOptions(tags: ["visit:1"]))
        let second = try await shop.enqueue(Chore(2), JobOptions(tags: ["visit:2"]))
        try await worker.runUntilIdle()
        let third = try await shop.enqueue(Chore(3))
        try await shop.database.write { _ = try shop.queue.cancel(third.id, in: $0) }
        return [first, second, third]
    }

    @Test("what is removed for its age leaves a trace, and nothing it was told", arguments: TestEngine.available)
    func leavesTraces(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let tickets = try await ended(shop)
            #expect(try await purge(shop) == 0)
            #expect(try await traces(shop).isEmpty)
            shop.clock.advance(by: .days(8))
            #expect(try await purge(shop) == 2)
            #expect(try await traces(shop).map(\.id) == [tickets[2].id, tickets[0].id])
            shop.clock.advance(by: .days(30))
            #expect(try await purge(shop) == 1)
            let all = try await traces(shop)
            #expect(all.map(\.state) == [.cancelled, .failed, .succeeded])
            #expect(all.map(\.errorCode) == [nil, "closed", nil])
            #expect(all.map(\.tags) == [[], ["visit:2"], ["visit:1"]])
            #expect(all.last?.finishedAt == Workshop.start)
            #expect(all.last?.archivedAt == Workshop.start + .days(8))
            for ticket in tickets { #expect(try await shop.record(ticket) == nil) }
            let columns = ArchivedJob.columns.joined(separator: ", ")
            let texts = try await shop.database.read { reading in
                try reading.all("test.traces", "SELECT \(SQL(trusted: columns)) FROM job_archive") { row in
                    let values = try (0..<row.columnCount).map { try row.value($0) }
                    return "\(values)"
                }
            }
            for word in ["mason", "Mason", "secret", "number"] {
                #expect(!texts.contains { $0.contains(word) }, "\(word)")
            }
        }
    }

    @Test("traces go when they are old, and all where none are wanted", arguments: TestEngine.available)
    func forgets(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            _ = try await ended(shop)
            shop.clock.advance(by: .days(8))
            _ = try await purge(shop)
            shop.clock.advance(by: .days(90))
            _ = try await purge(shop)
            #expect(try await traces(shop).count == 3, "two that are as old as they may be, and a new one")
            shop.clock.advance(by: .milliseconds(1))
            _ = try await purge(shop)
            #expect(try await traces(shop).map(\.state) == [.failed])
        }
        try await withWorkshop(on: engine) { shop in
            _ = try await ended(shop)
            shop.clock.advance(by: .days(8))
            _ = try await purge(shop)
            shop.clock.advance(by: .milliseconds(1))
            _ = try await purge(shop, JobRetention())
            #expect(try await traces(shop).isEmpty)
        }
        try await withWorkshop(on: engine) { shop in
            _ = try await ended(shop)
            shop.clock.advance(by: .days(8))
            #expect(try await purge(shop, JobRetention()) == 2)
            #expect(try await traces(shop).isEmpty, "without the option nothing is kept")
        }
    }

    @Test("traces are found by state, queue, tag, name, error and id", arguments: TestEngine.available)
    func finds(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let tickets = try await ended(shop)
            shop.clock.advance(by: .days(40))
            #expect(try await purge(shop) == 3)
            let expected: [(JobSearch, [Int])] = [
                (JobSearch(), [2, 1, 0]), (JobSearch(state: .failed), [1]), (JobSearch(queue: "default"), [2, 1, 0]),
                (JobSearch(queue: "other"), []), (JobSearch(tag: "visit:1"), [0]), (JobSearch(tag: "visit"), []),
                (JobSearch(text: "CLOSED"), [1]), (JobSearch(text: "test.ch"), [2, 1, 0]),
                (JobSearch(text: "\(tickets[2].id)", tag: "visit:9"), []),
            ]
            for (search, indices) in expected {
                #expect(try await traces(shop, search).map(\.id) == indices.map { tickets[$0].id }, "\(search)")
            }
            #expect(try await traces(shop, JobSearch(text: "\(tickets[2].id)")).contains { $0.id == tickets[2].id })
            let page = try await shop.database.read {
                try shop.queue.archived(JobSearch(), before: tickets[2].id, limit: 1, in: $0)
            }
            #expect(page.map(\.id) == [tickets[1].id])
        }
    }

    @Test("the worker keeps traces as it is told", arguments: TestEngine.available)
    func worker(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            _ = try await ended(shop)
            shop.clock.advance(by: .days(40))
            let configuration = JobWorker.Configuration(application: "test", retention: JobArchiveTests.kept)
            try await shop.worker(configuration).runUntilIdle()
            #expect(try await traces(shop).count == 3)
        }
    }
}
