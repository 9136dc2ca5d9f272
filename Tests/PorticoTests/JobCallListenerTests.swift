import Logging
import PorticoPostgreSQL
import PorticoTesting
import Synchronization
import Testing

@testable import Portico
@testable import PorticoEvents
@testable import PorticoJobs

/// An errand for tests: a number, and whether it ends by itself.
private struct Errand: Job {
    static let name = "test.errand"
    static let policy = JobPolicy(queue: "errands")
    let number: Int64
    var isEndless = false

    init(_ number: Int64, isEndless: Bool = false) {
        (self.number, self.isEndless) = (number, isEndless)
    }

    init(payload: JSONValue) throws {
        number = try payload.integer("number")
        isEndless = payload["endless"] == .bool(true)
    }

    var payload: JSONValue { ["number": .integer(number), "endless": .bool(isEndless)] }
}

private enum Server {
    static let isThere = TestEngine.postgreSQLServer != nil
    static let missing: Comment = "PORTICO_TEST_POSTGRES names no server"
}

/// Nodes that look by themselves once an hour only: what happens sooner was called.
@Suite(.timeLimit(.minutes(5))) struct JobCallListenerTests {
    /// One node that enqueues and does nothing itself, and one that does errands.
    private final class Pair: Sendable {
        let here: Database
        let there: Database
        let asking = JobQueue(clock: Clock())
        let doing = JobQueue(clock: Clock())
        /// By which the server knows the connections of the node that does errands.
        let name: String
        private let seen = Mutex<[Int64]>([])

        init(_ test: TestDatabase) async throws {
            let (url, engine) = (TestEngine.postgreSQLServer ?? "", test.database.engine as? PostgreSQLEngine)
            let schema = try #require(engine).configuration.schema
            here = test.database
            name = "errands_\(schema)"
            let settings = PostgreSQLEngine.Configuration(
                url: "\(url)\(url.contains("?") ? "&" : "?")application_name=errands_\(schema)", schema: schema,
                base: 1,
                overflow: 5, acquireTimeout: .seconds(30))
            there = Database(engine: try await PostgreSQLEngine.open(settings), queries: .silent)
        }

        var done: [Int64] { seen.withLock { $0 } }

        private func worker(_ database: Database, _ queue: JobQueue, _ book: JobBook) -> JobWorker {
            var configuration = JobWorker.Configuration(application: "test", lease: .hours(4), drain: .seconds(5))
            configuration.interval = .hours(1)
            return JobWorker(
                database: database, queue: queue, book: book, logger: silent, metrics: MetricsRegistry(),
                configuration: configuration)
        }

        /// Runs both while `body` asks for errands.
        func working(_ body: (JobWorker) async throws -> Void) async throws {
            var book = JobBook()
            book.handle(Errand.self) { [self] errand, _ in
                if errand.isEndless { try await Task.sleep(for: .seconds(3600)) }
                seen.withLock { $0.append(errand.number) }
            }
            let worker = worker(there, doing, book)
            let asker = self.worker(here, asking, JobBook())
            let listener = try #require(JobCallListener(there, jobs: doing, logger: silent))
            let tasks = [
                Task { await listener.run() }, Task { await worker.run() }, Task { await asker.run() },
            ]
            let outcome: Result<Void, any Error>
            do {
                // Whoever begins to listen looks once.
                try await comesTrue("both are ready") {
                    asking.calls.areSent && doing.orders.load(ordering: .relaxed) > 0 && worker.bell.isWaited
                }
                outcome = .success(try await body(worker))
            } catch {
                outcome = .failure(error)
            }
            for task in tasks { task.cancel() }
            for task in tasks { await task.value }
            await there.engine.close()
            try outcome.get()
        }

        @discardableResult
        func ask(_ errand: Errand) async throws -> JobTicket {
            try await here.write { [asking] in try asking.enqueue(errand, in: $0) }
        }

        func state(of ticket: JobTicket) async throws -> JobState? {
            try await here.read { [asking] in try asking.record(ticket.id, in: $0)?.state }
        }
    }

    private static func withPair(_ body: (Pair) async throws -> Void) async throws {
        try await withTestDatabase(on: .postgresql, components: [JobSchema.component]) { test in
            try await body(try await Pair(test))
        }
    }

    @Test("what one node enqueues another does at once", .enabled(if: Server.isThere, Server.missing))
    func hearsOfWork() async throws {
        try await JobCallListenerTests.withPair { pair in
            try await pair.working { worker in
                for number: Int64 in 1...5 {
                    try await pair.ask(Errand(number))
                    try await comesTrue("errand \(number)") { pair.done.contains(number) }
                    try await comesTrue("rest") { worker.running == 0 && worker.bell.isWaited }
                }
                #expect(pair.done == [1, 2, 3, 4, 5])
            }
        }
    }

    @Test(
        "other nodes hear at once of queues that are paused and of runs that nobody wants",
        .enabled(if: Server.isThere, Server.missing))
    func hearsOfOrders() async throws {
        try await JobCallListenerTests.withPair { pair in
            try await pair.working { worker in
                let endless = try await pair.ask(Errand(1, isEndless: true))
                try await comesTrue("it runs") { worker.running == 1 }
                try await pair.here.write { try pair.asking.cancel(endless.id, in: $0) }
                try await comesTrue("its end") { try await pair.state(of: endless) == .cancelled }

                try await pair.here.write { try pair.asking.pause("errands", in: $0) }
                try await comesTrue("the pause") {
                    worker.state.withLock { $0.terms["errands"]?.isPaused == true }
                }
                let waiting = try await pair.ask(Errand(2))
                #expect(try await pair.state(of: waiting) == .queued)
                try await pair.here.write { try pair.asking.resume("errands", in: $0) }
                try await comesTrue("the errand that waited") { pair.done == [2] }
            }
        }
    }

    @Test("nothing is lost with the connection that listens, nor late", .enabled(if: Server.isThere, Server.missing))
    func outlivesConnection() async throws {
        try await JobCallListenerTests.withPair { pair in
            try await pair.working { worker in
                for number: Int64 in 1...3 {
                    let ended = try await pair.here.fetchAll(
                        "test.kill",
                        """
                        SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                        WHERE application_name = \(pair.name) AND query LIKE 'LISTEN%'
                        """
                    ) { try $0[0] as Bool }
                    #expect(ended == [true])
                    try await pair.ask(Errand(number))
                    try await comesTrue("errand \(number)") { pair.done.contains(number) }
                    try await pair.ask(Errand(number + 10))
                    try await comesTrue("the errand after it") { pair.done.contains(number + 10) }
                    try await comesTrue("rest") { worker.running == 0 && worker.bell.isWaited }
                }
            }
        }
    }

    @Test("many that are enqueued are not called one by one", .enabled(if: Server.isThere, Server.missing))
    func callsRarely() async throws {
        try await JobCallListenerTests.withPair { pair in
            let count = CallCount()
            try await pair.working { _ in
                let engine = try #require(pair.here.engine as? PostgreSQLEngine)
                let sender = pair.asking.name
                let subscription = try await engine.listen(channel: JobQueue.channel) { payload in
                    if payload.contains(sender) { count.add() }
                }
                let clock = ContinuousClock()
                let started = clock.now
                for number: Int64 in 1...100 { try await pair.ask(Errand(number)) }
                try await comesTrue("all of them") { pair.done.count == 100 }
                let most = Int((clock.now - started) / Duration.milliseconds(250)) + 2
                #expect((1...most).contains(count.value))
                subscription.cancel()
            }
        }
    }

    @Test("a listener that can't begin says so and tries again")
    func triesAgain() async throws {
        let ring = LogRing(capacity: 10)
        let log = LogConfiguration(sink: .ring(ring), clock: Clock())
        let logger = Logger(label: "calls") { ConsoleLogHandler(label: $0, configuration: log) }
        // Nobody listens on the first port.
        var settings = PostgreSQLEngine.Configuration(url: "postgres://nobody@127.0.0.1:1/nothing", schema: "test")
        settings.createsSchema = false
        let engine = try await PostgreSQLEngine.open(settings)
        let database = Database(engine: engine, queries: .silent)
        let listener = try #require(JobCallListener(database, jobs: JobQueue(clock: Clock()), logger: logger))
        let task = Task { await listener.run() }
        try await comesTrue("two tries") { ring.lines.count >= 2 }
        #expect(ring.lines.allSatisfy { $0.level == .warning && $0.text.contains("not heard") })
        task.cancel()
        await task.value
        await engine.close()
    }
}

/// How often something was called.
private final class CallCount: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}

private let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Waits for something that takes milliseconds, for half a minute at most: far less than nodes wait that hear nothing.
private func comesTrue(
    _ what: String, at location: SourceLocation = #_sourceLocation, _ isTrue: () async throws -> Bool
) async throws {
    let end = ContinuousClock().now + .seconds(30)
    while ContinuousClock().now < end {
        if try await isTrue() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    struct NeverCame: Error { let what: String }
    Issue.record("\(what) did not come", sourceLocation: location)
    throw NeverCame(what: what)
}
