import Logging
import PorticoJSON
import PorticoJobs
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Synchronization

/// A piece of work for tests: a number, and what makes it special.
struct Chore: Job {
    static let name = "test.chore"
    static let policy = JobPolicy(retries: 2, firstRetry: .seconds(10), longestRetry: .minutes(1))
    let number: Int64
    var key: String?
    var endsAtStart = false
    var shared: String?

    init(_ number: Int64, key: String? = nil, endsAtStart: Bool = false, shared: String? = nil) {
        self.number = number
        self.key = key
        self.endsAtStart = endsAtStart
        self.shared = shared
    }

    init(payload: JSONValue) throws {
        self.init(try payload.integer("number"))
    }

    var payload: JSONValue { ["number": .integer(number)] }
    var uniqueness: JobUniqueness? { key.map { endsAtStart ? .whileWaiting($0) : .whileActive($0) } }
    var limit: JobLimit? { shared.map { JobLimit($0, atMost: 1) } }
}

/// What follows a group.
struct Summary: Job {
    static let name = "test.summary"
    var payload: JSONValue { [:] }
    init() {}
    init(payload: JSONValue) {}
}

/// A piece of work whose number nobody may read.
struct Inquiry: Job {
    static let name = "test.inquiry"
    static let policy = JobPolicy(retries: 0)
    static let isSealed = true
    let number: String

    init(_ number: String) { self.number = number }
    init(payload: JSONValue) throws { number = try payload.text("number") }
    var payload: JSONValue { ["number": .string(number)] }
}

extension JobSeal {
    /// No cipher: bytes are turned about and carry the name, which is what the queue sees of one.
    static let turning = JobSeal { plain, name in
        Array(name.utf8) + [0] + plain.map { $0 ^ 0x5A }
    } open: { sealed, name in
        let head = Array(name.utf8) + [0]
        return sealed.starts(with: head) ? sealed.dropFirst(head.count).map { $0 ^ 0x5A } : nil
    }
}

/// A database with jobs, a clock that stands still, and a stopwatch that tests move.
final class Workshop: Sendable {
    static let start = Instant(milliseconds: 1_790_000_000_000)

    let test: TestDatabase
    let clock = Clock(standingAt: Workshop.start)
    let queue: JobQueue
    let metrics = MetricsRegistry()
    private let stopwatch = Atomic<Int64>(1)
    private let seen = Mutex<[Int64]>([])

    init(_ test: TestDatabase) {
        self.test = test
        self.queue = JobQueue(clock: clock)
    }

    var database: Database { test.database }

    /// Numbers of the chores that were done, in order.
    var done: [Int64] { seen.withLock(\.self) }

    /// What a scrape shows.
    var figures: String { String(decoding: metrics.prometheusText(), as: UTF8.self) }

    func note(_ number: Int64) {
        seen.withLock { $0.append(number) }
    }

    /// Lets measured time pass.
    func pass(_ span: Span) {
        stopwatch.wrappingAdd(span.milliseconds * 1_000_000, ordering: .sequentiallyConsistent)
    }

    /// A worker that does chores with `body`; by default it notes their numbers.
    func worker(
        _ configuration: JobWorker.Configuration = JobWorker.Configuration(application: "test"),
        on database: Database? = nil, queue: JobQueue? = nil, schedules: [Schedule] = [],
        adding book: JobBook = JobBook(), doing body: (@Sendable (Chore, JobRun) async throws -> JSONValue?)? = nil
    ) -> JobWorker {
        var book = book
        book.answer(Chore.self) { [self] chore, run in
            if let body { return try await body(chore, run) }
            note(chore.number)
            return nil
        }
        return JobWorker(
            database: database ?? self.database, queue: queue ?? self.queue, book: book, schedules: schedules,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: metrics,
            configuration: configuration,
            elapsed: { [self] in stopwatch.load(ordering: .sequentiallyConsistent) })
    }

    /// Enqueues one chore in a transaction of its own.
    @discardableResult
    func enqueue(_ chore: Chore, _ options: JobOptions = JobOptions()) async throws -> JobTicket {
        try await database.write { [queue] in try queue.enqueue(chore, options, in: $0) }
    }

    func record(_ ticket: JobTicket) async throws -> JobRecord? {
        try await database.read { [queue] in try queue.record(ticket.id, in: $0) }
    }
}

/// Runs `body` in a workshop of its own.
func withWorkshop(on engine: TestEngine, _ body: (Workshop) async throws -> Void) async throws {
    let components = [JobSchema.component, MailSchema.component, TextSchema.component]
    try await withTestDatabase(on: engine, components: components) { test in
        try await body(Workshop(test))
    }
}

/// A book with one kind of job, done by `body`.
func book<Kind: Job>(
    _ kind: Kind.Type, _ body: @escaping @Sendable (Kind, JobRun) async throws -> Void
) -> JobBook {
    var book = JobBook()
    book.handle(kind, body)
    return book
}

/// Lets tasks wait for a moment that another one announces.
final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
