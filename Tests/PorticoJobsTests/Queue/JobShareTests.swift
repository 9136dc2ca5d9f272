import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

@Suite(.timeLimit(.minutes(5))) struct JobShareTests {
    private struct Order: Job {
        static let name = "test.order"
        let number: Int64
        let tenant: String
        var step = Span.seconds(1)

        init(_ number: Int64, of tenant: String, step: Span = .seconds(1)) {
            self.number = number
            self.tenant = tenant
            self.step = step
        }

        init(payload: JSONValue) throws {
            self.init(try payload.integer("number"), of: try payload.text("tenant"))
        }

        var payload: JSONValue { ["number": .integer(number), "tenant": .string(tenant)] }
        var share: JobShare? { JobShare(tenant, step: step) }
    }

    private let single = JobWorker.Configuration(application: "test", defaultConcurrency: 1)

    private func worker(_ shop: Workshop) -> JobWorker {
        shop.worker(single, adding: book(Order.self) { order, _ in shop.note(order.number) })
    }

    @Test("who brings little is not behind all of who brings much", arguments: TestEngine.available)
    func isFair(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { transaction in
                try shop.queue.enqueue(all: (1...50).map { Order($0, of: "a") }, in: transaction)
            }
            shop.clock.advance(by: .milliseconds(10))
            try await shop.database.write { transaction in
                for number in 101...103 { try shop.queue.enqueue(Order(Int64(number), of: "b"), in: transaction) }
            }
            try await worker(shop).runUntilIdle()
            #expect(shop.done.prefix(7) == [1, 101, 2, 102, 3, 103, 4])
            #expect(shop.done.count == 53)
        }
    }

    @Test("half the step is twice the share", arguments: TestEngine.available)
    func weighs(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { transaction in
                try shop.queue.enqueue(all: (1...30).map { Order($0, of: "a") }, in: transaction)
                try shop.queue.enqueue(
                    all: (101...130).map { Order($0, of: "b", step: .milliseconds(500)) }, in: transaction)
            }
            try await worker(shop).runUntilIdle()
            let first = shop.done.prefix(30)
            #expect((9...11).contains(first.count { $0 < 100 }) && shop.done.count == 60)
        }
    }

    @Test("what was scheduled for one moment is fair when it comes", arguments: TestEngine.available)
    func isFairWhenDue(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let later = JobOptions(notBefore: Workshop.start + .hours(1))
            try await shop.database.write { transaction in
                try shop.queue.enqueue(all: (1...10).map { Order($0, of: "a") }, later, in: transaction)
                try shop.queue.enqueue(all: (101...110).map { Order($0, of: "b") }, later, in: transaction)
            }
            shop.clock.advance(by: .hours(1))
            try await worker(shop).runUntilIdle()
            #expect(shop.done.prefix(10).count { $0 < 100 } == 5 && shop.done.count == 20)
        }
    }

    @Test("a share that was used up while nobody else waited costs nothing later", arguments: TestEngine.available)
    func forgives(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { transaction in
                try shop.queue.enqueue(all: (1...40).map { Order($0, of: "a") }, in: transaction)
            }
            try await worker(shop).runUntilIdle()
            shop.clock.advance(by: .seconds(1))
            try await shop.database.write { _ = try shop.queue.enqueue(Order(41, of: "a"), in: $0) }
            shop.clock.advance(by: .seconds(1))
            try await shop.database.write { _ = try shop.queue.enqueue(Order(101, of: "b"), in: $0) }
            try await worker(shop).runUntilIdle()
            #expect(shop.done.suffix(2) == [41, 101])
        }
    }
}
