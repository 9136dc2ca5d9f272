import PorticoJSON
import PorticoJobs
import PorticoSQL
import PorticoTesting
import Testing

// The jobs of which the README's workflow is made.

struct Pick: Job {
    static let name = "orders.pick"
    let order: Int64
    init(order: Int64) { self.order = order }
    init(payload: JSONValue) throws { order = try payload.integer("order") }
    var payload: JSONValue { ["order": .integer(order)] }
}

struct Weigh: Job {
    static let name = "orders.weigh"
    let item: Int64
    init(item: Int64) { self.item = item }
    init(payload: JSONValue) throws { item = try payload.integer("item") }
    var payload: JSONValue { ["item": .integer(item)] }
}

struct Ship: Job {
    static let name = "orders.ship"
    init() {}
    init(payload: JSONValue) {}
    var payload: JSONValue { [:] }
}

// example
struct Weight: JobResult {
    let grams: Int64
    init(grams: Int64) { self.grams = grams }
    init(result: JSONValue) throws { grams = try result.integer("grams") }
    var result: JSONValue { ["grams": .integer(grams)] }
}

func begin(_ order: Int64, items: [Int64], in transaction: Transaction, _ jobs: JobQueue) throws {
    let small: JobWorkflow = .chain("orders.small", ["pick": Pick(order: order), "ship": Ship()])
    try jobs.enqueue(small, in: transaction)

    var workflow = JobWorkflow("orders.large")
    workflow.add("pick", Pick(order: order))
    workflow.add("weigh", batch: items.map { Weigh(item: $0) }, after: ["pick"])
    workflow.add("ship", Ship(), after: ["weigh"])
    workflow.add("put back", Pick(order: -order), after: [.failed("weigh")])
    try jobs.enqueue(workflow, in: transaction)
}

func steps(_ tell: @escaping @Sendable (Int64) -> Void) -> JobBook {
    var book = JobBook()
    book.handle(Pick.self) { _, _ in }
    book.answer(Weigh.self, telling: Weight.self) { job, _ in Weight(grams: job.item * 10) }
    book.handle(Ship.self) { _, run in
        let weights = try await run.results(of: "weigh", as: Weight.self)
        tell(weights.reduce(0) { $0 + $1.grams })
    }
    return book
}
// end of example

@Suite("The README's workflow", .timeLimit(.minutes(5))) struct WorkflowExampleTests {
    @Test("a chain and a fan-in do as they are written", arguments: TestEngine.available)
    func example(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { try begin(7, items: [1, 2, 3], in: $0, shop.queue) }
            try await shop.worker(adding: steps { shop.note($0) }).runUntilIdle()
            #expect(shop.done.sorted() == [0, 60])
        }
    }
}
