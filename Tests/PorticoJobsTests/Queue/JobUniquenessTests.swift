import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

@Suite(.timeLimit(.minutes(5))) struct JobUniquenessTests {
    /// A job whose uniqueness the test chooses.
    private struct Letter: Job {
        static let name = "test.letter"
        let number: Int64
        let country: String
        let uniqueness: JobUniqueness?

        init(_ number: Int64, to country: String = "in", _ uniqueness: JobUniqueness? = nil) {
            self.number = number
            self.country = country
            self.uniqueness = uniqueness
        }

        init(payload: JSONValue) throws {
            self.init(try payload.integer("number"), to: try payload.text("country"))
        }

        var payload: JSONValue { ["number": .integer(number), "country": .string(country)] }
    }

    private func enqueue(_ letter: Letter, _ shop: Workshop) async throws -> JobTicket {
        try await shop.database.write { try shop.queue.enqueue(letter, in: $0) }
    }

    @Test("the same arguments make the same key, whatever their order; named members alone count")
    func keys() {
        let letter = Letter(1, to: "in")
        #expect(letter.argumentsKey() == Letter(1, to: "in").argumentsKey())
        #expect(letter.argumentsKey() != Letter(2, to: "in").argumentsKey())
        #expect(letter.argumentsKey("country") == Letter(2, to: "in").argumentsKey("country"))
        #expect(letter.argumentsKey("country") != Letter(1, to: "np").argumentsKey("country"))
        #expect(letter.argumentsKey().utf8.count == 64, "nothing of the arguments is in the key")
    }

    @Test("a job is the same for a while after it was enqueued, done or not", arguments: TestEngine.available)
    func period(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let hourly = Letter(1, .within(.hours(1), "reindex"))
            let first = try await enqueue(hourly, shop)
            try await shop.worker(adding: book(Letter.self) { _, _ in }).runUntilIdle()
            #expect(try await shop.record(first)?.state == .succeeded)
            shop.clock.advance(by: .minutes(59))
            let second = try await enqueue(hourly, shop)
            #expect(!second.isNew && second.id == first.id)
            shop.clock.advance(by: .minutes(1))
            let third = try await enqueue(hourly, shop)
            #expect(third.isNew, "the hour is over")
            #expect(try await !enqueue(hourly, shop).isNew)
            try await shop.database.write { _ = try shop.queue.cancel(third.id, in: $0) }
            #expect(try await enqueue(hourly, shop).isNew, "a cancelled one does not count")
        }
    }

    @Test("uniqueness reaches over the kinds of a queue where that is said", arguments: TestEngine.available)
    func acrossQueue(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let first = try await enqueue(Letter(1, .whileActive("a").acrossQueue), shop)
            #expect(try await enqueue(Letter(2, .whileActive("a")), shop).isNew, "another scope")
            #expect(try await shop.enqueue(Chore(3, key: "a")).isNew, "another kind")
            let same = try await enqueue(Letter(4, .whileWaiting("a").acrossQueue), shop)
            #expect(!same.isNew && same.id == first.id)
        }
    }

    @Test("a job that is put aside for its limit or rate has not started", arguments: TestEngine.available)
    func putAside(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let claim = JobClaim(holder: "one", lease: .seconds(30), now: shop.clock.now())
            let waiting = Chore(2, key: "key", endsAtStart: true, shared: "shared")
            try await shop.enqueue(Chore(1, shared: "shared"))
            let running = try await shop.database.write { try claim.take(1, of: "default", in: $0).jobs }
            let first = try #require(running.first)
            let ticket = try await shop.enqueue(waiting)
            #expect(try await shop.database.write { try claim.take(1, of: "default", in: $0).jobs.isEmpty })
            #expect(try await shop.record(ticket)?.state == .blocked)
            let same = try await shop.enqueue(waiting)
            #expect(!same.isNew && same.id == ticket.id, "it still waits")
            let next = try await shop.database.write { transaction in
                _ = try shop.queue.end(first, .succeeded(nil), progress: nil, in: transaction)
                return try claim.take(1, of: "default", in: transaction).jobs.first
            }
            #expect(next?.id == ticket.id)
            #expect(try await shop.enqueue(waiting).isNew, "it runs")
        }
    }

    @Test("many at once leave out what is there already and what they repeat", arguments: TestEngine.available)
    func bulk(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.enqueue(Chore(0, key: "key 7"))
            let chores = (1...450).map { Chore(Int64($0), key: $0 % 3 == 0 ? nil : "key \($0 % 300)") }
            let added = try await shop.database.write { try shop.queue.enqueue(all: chores, in: $0) }
            // 150 without a key; of 300 keys with a remainder those that 3 does not divide, less the one there.
            #expect(added == 150 + 200 - 1)
            try await shop.worker().runUntilIdle()
            #expect(shop.done.count == added + 1)
        }
    }

    @Test("many at once see that a period is over", arguments: TestEngine.available)
    func bulkPeriod(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop async throws in
            let letters = (1...120).map { Letter($0, .within(.minutes(1), "n\($0)")) }
            func add() async throws -> Int {
                try await shop.database.write { try shop.queue.enqueue(all: letters, in: $0) }
            }
            #expect(try await add() == 120)
            shop.clock.advance(by: .seconds(30))
            #expect(try await add() == 0)
            shop.clock.advance(by: .seconds(30))
            #expect(try await add() == 120)
        }
    }

    @Test("two nodes that load the same jobs at once add each of them once", arguments: TestEngine.available)
    func bulkRace(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let second = try await shop.test.openAgain()
            let added = try await withThrowingTaskGroup(of: Int.self) { group in
                for round in 0..<8 {
                    let database = round % 2 == 0 ? shop.database : second
                    // Each begins elsewhere, so that without an order they would wait for each other.
                    let chores = (0..<120).map { Chore(Int64($0), key: "key \(($0 + round * 31) % 120)") }
                    group.addTask { try await database.write { try shop.queue.enqueue(all: chores, in: $0) } }
                }
                return try await group.reduce(0, +)
            }
            #expect(added == 120)
            let waiting = try await shop.database.read { try shop.queue.overview(in: $0) }
            #expect(waiting.first?.counts[.queued] == 120)
        }
    }
}
