import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

/// A piece of work with words by which it is found.
private struct Labelled: Job {
    static let name = "test.labelled"
    static let policy = JobPolicy(retries: 0)
    let number: Int64
    var key: String?

    init(_ number: Int64, key: String? = nil) {
        self.number = number
        self.key = key
    }

    init(payload: JSONValue) throws { self.init(try payload.integer("number")) }
    var payload: JSONValue { ["number": .integer(number)] }
    var uniqueness: JobUniqueness? { key.map { .whileActive($0) } }
    var tags: [String] { ["number:\(number)", number % 2 == 0 ? "even" : "odd"] }
}

@Suite(.timeLimit(.minutes(5))) struct JobTagTests {
    private func found(_ tag: String, _ shop: Workshop, state: JobState? = nil, text: String = "") async throws
        -> [JobRecord]
    {
        try await shop.database.read {
            try shop.queue.jobs(JobSearch(state: state, text: text, tag: tag), in: $0)
        }
    }

    private func rows(_ shop: Workshop) async throws -> Int {
        try await shop.database.read {
            try $0.scalar("test.tags", "SELECT count(*) FROM job_tags", as: Int.self) ?? 0
        }
    }

    @Test("a job is found by its own tags and those it was enqueued with", arguments: TestEngine.available)
    func finds(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.database.write {
                try shop.queue.enqueue(Labelled(1), JobOptions(tags: ["import:7", "odd"]), in: $0)
            }
            try await shop.enqueue(Chore(2))
            for tag in ["number:1", "odd", "import:7"] {
                #expect(try await found(tag, shop).map(\.id) == [ticket.id], "\(tag)")
            }
            #expect(try await found("import:7", shop).first?.tags == ["number:1", "odd", "import:7"])
            for tag in ["import", "import:77", "IMPORT:7", ""] {
                #expect(try await found(tag, shop).isEmpty, "\(tag)")
            }
            let byText = try await shop.database.read { try shop.queue.jobs(JobSearch(text: "port:7"), in: $0) }
            #expect(byText.map(\.id) == [ticket.id], "the text search looks into tags too")
        }
    }

    @Test("many at once have their tags, with keys and without, and none twice", arguments: TestEngine.available)
    func many(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { transaction in
                let jobs = (Int64(1)...250).map { Labelled($0, key: $0 % 5 == 0 ? "k\($0 % 10)" : nil) }
                let count = try shop.queue.enqueue(all: jobs, JobOptions(tags: ["load:1"]), in: transaction)
                #expect(count == 202, "two keys, and 200 without one")
                try shop.queue.enqueue(all: (Int64(1)...3).map { Chore($0) }, in: transaction)
            }
            #expect(try await rows(shop) == 3 * 202)
            #expect(try await found("number:123", shop).count == 1)
            let odd = try await shop.database.read { reading in
                var (ids, before): ([Int64], Int64?) = ([], nil)
                while true {
                    let page = try shop.queue.jobs(JobSearch(tag: "odd"), before: before, limit: 30, in: reading)
                    ids += page.map(\.id)
                    guard let last = page.last else { return ids }
                    before = last.id
                }
            }
            #expect(odd.count == 101 && odd == odd.sorted(by: >))
        }
    }

    @Test("a batch of a workflow has its tags", arguments: TestEngine.available)
    func workflows(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            var workflow = JobWorkflow("test.labelled")
            workflow.add("all", batch: (Int64(1)...4).map { Labelled($0) })
            try await shop.database.write { [workflow] in _ = try shop.queue.enqueue(workflow, in: $0) }
            #expect(try await found("even", shop).count == 2)
        }
    }

    @Test("tags narrow a search by state, and what is done with all that fit", arguments: TestEngine.available)
    func narrows(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { _ = try shop.queue.enqueue(all: (1...4).map { Labelled($0) }, in: $0) }
            let failing = book(Labelled.self) { _, _ in throw JobFailure.permanent("no", "No.") }
            try await shop.worker(adding: failing).runUntilIdle()
            #expect(try await found("even", shop, state: .failed).count == 2)
            #expect(try await found("even", shop, state: .queued).isEmpty)
            #expect(try await found("even", shop, text: "number:4").count == 1)
            let replays = try await shop.database.write {
                try shop.queue.replay(JobSearch(state: .failed, tag: "even"), in: $0)
            }
            #expect(replays.replayed == 2)
            #expect(try await found("odd", shop, state: .failed).count == 2)
        }
    }

    @Test("one that failed is found, however many newer ones have its tag", arguments: TestEngine.available)
    func reachesFar(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write {
                _ = try shop.queue.enqueue(all: [Labelled(1), Labelled(3)], in: $0)
            }
            let failing = book(Labelled.self) { job, _ in
                if job.number == 1 { throw JobFailure.permanent("no", "No.") }
            }
            try await shop.worker(adding: failing).runUntilIdle()
            try await shop.database.write { transaction in
                let columns = SQL(trusted: NewJob.columns.joined(separator: ", "))
                try transaction.execute(
                    "test.copies",
                    """
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(JobSearch.reach))
                    INSERT INTO jobs (\(columns)) SELECT \(columns) FROM jobs, n WHERE state = 'succeeded'
                    """)
                try transaction.execute(
                    "test.tags",
                    """
                    INSERT INTO job_tags (job_id, tag)
                    SELECT id, 'odd' FROM jobs WHERE id > (SELECT max(job_id) FROM job_tags)
                    """)
            }
            let failed = try await found("odd", shop, state: .failed)
            #expect(failed.map(\.tags) == [["number:1", "odd"]])
            #expect(try await found("odd", shop, state: .failed, text: "labelled").count == 1)
        }
    }

    @Test("a tag is looked for as it was given", arguments: TestEngine.available)
    func findsAsGiven(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1), JobOptions(tags: ["Jäger & Söhne.xlsx"]))
            #expect(try await found("Jäger & Söhne.xlsx", shop).map(\.id) == [ticket.id])
        }
    }

    @Test("tags go with their job", arguments: TestEngine.available)
    func gone(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let tickets = try await shop.database.write { transaction in
                try (1...2).map { try shop.queue.enqueue(Labelled($0), in: transaction) }
            }
            try await shop.worker(adding: book(Labelled.self) { _, _ in }).runUntilIdle()
            try await shop.database.write { try shop.queue.discard(tickets[0].id, in: $0) }
            #expect(try await rows(shop) == 2)
            shop.clock.advance(by: .days(40))
            try await shop.database.write { _ = try shop.queue.purge(JobRetention(), in: $0) }
            #expect(try await rows(shop) == 0)
        }
    }

    @Test("a job is tagged after it was enqueued, up to as many as it may have", arguments: TestEngine.available)
    func later(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let ticket = try await shop.enqueue(Chore(1))
            let isThere = try await shop.database.write { transaction in
                try shop.queue.tag(ticket.id, ["a", "b", "a"], in: transaction)
                return try shop.queue.tag(ticket.id, ["b", "c", "d", "e", "f"], in: transaction)
            }
            #expect(isThere)
            #expect(try await found("e", shop).first?.tags == ["a", "b", "c", "d", "e"])
            #expect(try await found("f", shop).isEmpty)
            #expect(try await rows(shop) == 5)
            let isNowhere = try await shop.database.write { try shop.queue.tag(ticket.id + 1, ["a"], in: $0) }
            #expect(!isNowhere)
        }
    }

    @Test("what no tag may have becomes a dash, and nothing is refused")
    func cleans() {
        #expect(JobTag.clean(["Jäger & Söhne.xlsx", "", "a/b_c@d-e:1"]) == ["J-ger---S-hne.xlsx", "a/b_c@d-e:1"])
        #expect(JobTag.clean([String(repeating: "x", count: 99)]) == [String(repeating: "x", count: 64)])
        #expect(JobTag.clean((1...9).map { "t\($0)" }).count == JobTag.most)
        #expect(JobTag.list(JobTag.text(["a", "b"])) == ["a", "b"] && JobTag.text([]) == nil)
    }
}
