import Logging
import PorticoEvents
import PorticoJSON
import PorticoSQL
import PorticoTelemetry
import PorticoValues
import Synchronization

/// Runs the jobs of one application in this process. Any number of nodes may run one each.
///
/// Woken by the queue's bell; without a ring it looks once a second whether something has become due, whose worker has
/// been lost, and which schedule fires. On PostgreSQL it calls the workers of other nodes, who listen on
/// ``JobQueue/channel``.
public final class JobWorker: Sendable {
    /// How a worker works.
    public struct Configuration: Sendable {
        /// The application, as label of metrics.
        public var application: String
        /// What operators call the process; empty where it has no name.
        public var node = ""
        /// From when the program is. While a newer one works, this one changes no schedule that is declared already.
        public var programAt = Instant(milliseconds: 0)
        /// Jobs of a queue that run at once in this process.
        public var concurrency: [String: Int]
        /// The same, for queues that are not named.
        public var defaultConcurrency: Int
        /// How long a job stays with a worker that gives no sign of life. A sign is given three times as often.
        public var lease: Span
        /// How long running jobs have to end when the process ends.
        public var drain: Span
        /// How long ended jobs are kept.
        public var retention: JobRetention
        /// How often it looks without being called for what is due, late, lost or unwanted; at least three times within
        /// a lease.
        public var interval = Span.seconds(1)
        /// Records the spans of runs; nil records none.
        public var tracer: Tracer?

        /// A configuration; eight jobs a queue, a lease of thirty seconds, twenty seconds to end.
        public init(
            application: String, concurrency: [String: Int] = [:], defaultConcurrency: Int = 8,
            lease: Span = .seconds(30), drain: Span = .seconds(20), retention: JobRetention = JobRetention()
        ) {
            self.application = application
            self.concurrency = concurrency
            self.defaultConcurrency = max(1, defaultConcurrency)
            self.lease = max(lease, .seconds(1))
            self.drain = drain
            self.retention = retention
        }
    }

    struct State {
        var running: [JobTurn: RunningJob] = [:]
        /// Those of the running whose end is being written.
        var ending: Set<JobTurn> = []
        /// Those of the ending whose end could not be written yet. Their leases run out.
        var unwritten: Set<JobTurn> = []
        var claims = ClaimsUnderWay()
        var isDraining = false
        /// Whether the worker gives back what it still has.
        var isLeaving = false
        /// What operators say of queues.
        var terms: [String: JobQueueTerms] = [:]
        var upkeep = UpkeepTimes()

        mutating func remove(_ key: JobTurn) {
            ending.remove(key)
            unwritten.remove(key)
            running[key] = nil
        }
    }

    let database: Database
    let queue: JobQueue
    let book: JobBook
    let configuration: Configuration
    let logger: Logger
    let metrics: JobMetrics
    let schedules: ScheduleKeeper
    let holder: String
    /// Monotonic nanoseconds, for what is measured and not dated.
    let elapsed: @Sendable () -> Int64
    let bell = EventBell()
    let state = Mutex(State())
    let startedAt: Instant
    private let queues: [String]

    /// A worker.
    /// - Parameter elapsed: monotonic nanoseconds, by which runs are timed; tests bring their own.
    public init(
        database: Database, queue: JobQueue, book: JobBook, schedules: [Schedule] = [], logger: Logger,
        metrics: MetricsRegistry, configuration: Configuration,
        elapsed: @escaping @Sendable () -> Int64 = monotonicNanoseconds
    ) {
        self.database = database
        self.queue = queue
        self.book = book
        self.configuration = configuration
        self.logger = logger
        self.metrics = JobMetrics(metrics, application: configuration.application)
        self.schedules = ScheduleKeeper(schedules, queue: queue, programAt: configuration.programAt)
        startedAt = queue.clock.now()
        self.holder = UUIDv7(at: startedAt).description
        self.elapsed = elapsed
        self.queues = Set(book.queues).union(configuration.concurrency.keys).sorted()
        queue.know(queues)
    }

    /// Jobs that run here now.
    public var running: Int { state.withLock { $0.running.count } }

    /// Works until the task is cancelled, then ends in good order: starts nothing more, gives what runs its time, and
    /// returns the rest to the queue.
    public func run() async {
        queue.add(bell)
        let caller = database.dialect == .postgresql ? JobCaller(for: self) : nil
        let calling = Task { if let caller { await caller.run() } }
        while !Task.isCancelled {
            do {
                if try await turn(thorough: false) { await bell.wait(atMost: patience) }
            } catch {
                logger.warning("jobs wait", metadata: ["error": "\(error)"])
                await bell.wait(atMost: .seconds(1))
            }
        }
        queue.remove(bell)
        // A task of its own: this one is cancelled, and waiting must go on.
        await Task {
            await drain(within: configuration.drain)
            // What was given back is others' at once.
            calling.cancel()
            await calling.value
            try? await database.write { [queue, holder] in try queue.dismiss(holder, in: $0) }
        }.value
    }

    /// Runs everything that is due now, schedules included, and returns when nothing is left that could run. For tests.
    /// - Throws: ``SQLError``.
    public func runUntilIdle() async throws {
        queue.add(bell)
        defer { queue.remove(bell) }
        while true {
            let isIdle = try await turn(thorough: true)
            if isIdle, running == 0 { return }
            if isIdle { await bell.wait(atMost: .milliseconds(100)) }
        }
    }

    /// Starts nothing more, waits until what runs has ended or `span` is over, and returns the rest to the queue.
    public func drain(within span: Span) async {
        state.withLock { $0.isDraining = true }
        let end = elapsed() + span.milliseconds * 1_000_000
        while running > 0, elapsed() < end {
            try? await extendLeases()
            await pause()
        }
        let left = state.withLock { Array($0.running.values) }
        for running in left { running.stop(.draining) }
        // What heeds its cancellation returns its job itself; the rest is returned for it.
        let grace = elapsed() + min(span.milliseconds, 1000) * 1_000_000
        while running > 0, elapsed() < grace { await pause() }
        state.withLock { $0.isLeaving = true }
        while running > 0 {
            for running in state.withLock({ Array($0.running.values) }) { await finish(running, .released) }
            // Whose end is just being written needs a moment more.
            if running > 0 { await pause() }
        }
    }

    /// A short rest that cancellation does not cut short. The bell is the loop's.
    private func pause() async {
        await Task { try? await Task.sleep(for: .milliseconds(10)) }.value
    }

    /// One round: what is overdue, then as many jobs as there are places.
    /// - Returns: whether to wait for a ring before the next.
    func turn(thorough: Bool) async throws -> Bool {
        let isUpkept = try await upkeep(thorough: thorough)
        try await heedOrders()
        try await openRates()
        try await readTerms()
        let places = freePlaces()
        guard !places.isEmpty else { return true }
        let claim = JobClaim(holder: holder, lease: configuration.lease, now: queue.clock.now())
        let number = state.withLock { $0.claims.begin() }
        let outcomes: [JobClaim.Outcome]
        do {
            outcomes = try await database.write { [queue] transaction in
                let outcomes = try places.map {
                    try claim.take($0.count, of: $0.queue, atMost: $0.atMost, in: transaction)
                }
                for job in outcomes.flatMap(\.jobs) { try queue.tell(job, in: transaction) }
                return outcomes
            }
        } catch {
            abandon(number, after: error)
            throw error
        }
        for outcome in outcomes { noteOpening(outcome) }
        for job in outcomes.flatMap(\.jobs) { start(job) }
        state.withLock { $0.claims.settle(number) }
        // There is more to do than this process has places.
        if outcomes.contains(where: \.hasMore) { queue.calls.ask(.work) }
        // Where all places were filled, a job that ends rings.
        let hasMore = zip(outcomes, places).contains { $0.hasMore && $0.jobs.count < $1.count }
        return isUpkept && !hasMore
    }

    /// What it says of itself.
    func standing(at now: Instant) -> JobWorkerStanding {
        JobWorkerStanding(
            holder: holder, node: configuration.node,
            places: Dictionary(uniqueKeysWithValues: queues.map { ($0, places(of: $0)) }),
            kinds: book.entries.mapValues(\.version), startedAt: startedAt, seenAt: now,
            programAt: configuration.programAt)
    }

    /// Jobs of a queue that it does at once of itself.
    private func places(of queue: String) -> Int {
        configuration.concurrency[queue] ?? configuration.defaultConcurrency
    }

    /// Remembers when jobs that were put aside may begin.
    func noteOpening(_ outcome: JobClaim.Outcome) {
        guard let opening = outcome.opensAt else { return }
        state.withLock { $0.upkeep.opening = min($0.upkeep.opening ?? opening, opening) }
    }

    private typealias Place = (queue: String, count: Int, atMost: Int?)

    private func freePlaces() -> [Place] {
        state.withLock { state in
            guard !state.isDraining else { return [] }
            var busy: [String: Int] = [:]
            for running in state.running.values { busy[running.job.queue, default: 0] += 1 }
            return queues.compactMap { queue -> Place? in
                let terms = state.terms[queue]
                let most = terms?.perNode ?? places(of: queue)
                let free = most - (busy[queue] ?? 0)
                return free > 0 && terms?.isPaused != true ? (queue, free, terms?.atMost) : nil
            }
        }
    }
}
