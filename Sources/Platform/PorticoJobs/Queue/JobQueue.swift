import PorticoEvents
import PorticoJSON
import PorticoSQL
import PorticoValues
import Synchronization

/// The jobs of one application: rows of its own database, enqueued in the transaction that makes them necessary.
///
/// ```swift
/// try await database.write { transaction in
///     try transaction.execute("files.insert", "INSERT INTO files (name) VALUES (\(name))")
///     try jobs.enqueue(ImportBags(file: name), in: transaction)
/// }
/// ```
public final class JobQueue: Sendable {
    /// The PostgreSQL channel on which a worker calls those of other nodes when it has more to do than places; the
    /// payload is the schema. Whoever listens there calls ``wake()``.
    public static let channel = "portico_jobs"

    let clock: Clock
    let seal: JobSeal?
    let outbox: EventOutbox?
    /// Moves on whenever somebody here has changed a queue's terms, so that the workers here look at once.
    let termsChanges = Atomic<Int>(0)
    private let bells = Mutex<[EventBell]>([])
    private let known = Mutex<Set<String>>([])

    /// A queue on the clock of the process.
    /// - Parameters:
    ///   - seal: encrypts payloads whose kind is ``Job/isSealed``; nil where there are none.
    ///   - outbox: tells how jobs go that somebody follows (``JobChange``); nil where nobody is to hear of it.
    public init(clock: Clock, seal: JobSeal? = nil, outbox: EventOutbox? = nil) {
        self.clock = clock
        self.seal = seal
        self.outbox = outbox
    }

    /// Wakes the workers of this process: something may be due.
    public func wake() {
        for bell in bells.withLock({ $0 }) { bell.ring() }
    }

    /// The queues that workers of this process work on.
    public var knownQueues: Set<String> { known.withLock(\.self) }

    /// Says that a worker of this process works on these queues.
    func know(_ queues: [String]) {
        known.withLock { $0.formUnion(queues) }
    }

    /// Has `bell` rung when something may be due.
    func add(_ bell: EventBell) {
        bells.withLock { $0.append(bell) }
    }

    /// Stops ringing `bell`.
    func remove(_ bell: EventBell) {
        bells.withLock { bells in bells.removeAll { $0 === bell } }
    }

    /// Enqueues a job in the caller's transaction: it runs after the commit, and not at all without one.
    /// - Throws: ``SQLError``, ``JobSealError/missing``.
    @discardableResult
    public func enqueue(
        _ job: some Job, _ options: JobOptions = JobOptions(), in transaction: Transaction
    ) throws -> JobTicket {
        try insert(NewJob(job, options, at: clock.now(), seal: seal, from: transaction.channel.origin), in: transaction)
    }

    /// Asks for the end of a job. One that waits is cancelled at once; one that runs is told, and is cancelled if it
    /// heeds it.
    /// - Returns: the job as it is now, or nil when there is none.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func cancel(_ id: Int64, in transaction: Transaction) throws -> JobRecord? {
        let now = clock.now()
        let changed = try transaction.execute(
            "jobs.cancel",
            """
            UPDATE jobs SET
                cancel_requested = 1,
                finished_at = CASE WHEN state = 'running' THEN NULL ELSE \(now) END,
                unique_key = CASE WHEN state = 'running' THEN unique_key END,
                state = CASE WHEN state = 'running' THEN state ELSE 'cancelled' END
            WHERE id = \(id)
                AND state IN ('scheduled', 'queued', 'blocked', 'throttled', 'waiting', 'running')
            """)
        guard let record = try record(id, in: transaction) else { return nil }
        if changed == 1, record.state == .cancelled, let group = record.groupID {
            try closeMember(of: group, succeeded: false, at: now, in: transaction)
        }
        if changed == 1, record.state == .cancelled { try tell(id, in: transaction) }
        if changed == 1 { transaction.afterCommit { [self] in wake() } }
        return record
    }

    /// Everything known of a job, or nil.
    /// - Throws: ``SQLError``.
    public func record(_ id: Int64, in session: some SQLSession) throws -> JobRecord? {
        try session.first("jobs.record", "SELECT \(JobRecord.columns) FROM jobs WHERE id = \(id)") { try JobRecord($0) }
    }

    /// Adds a row, or finds the one that counts as the same.
    func insert(_ job: NewJob, in transaction: Transaction) throws -> JobTicket {
        let now = clock.now()
        var shares = JobShares(now: now)
        let job = try shares.placing(job, in: transaction)
        for _ in 1...3 {
            let insertion = NewJob.insertion(CollectionOfOne(job), at: now)
            if let id = try transaction.scalar("jobs.enqueue", insertion, as: Int64.self) {
                if job.state(at: now) == .queued { announce(in: transaction) }
                return JobTicket(id: id, isNew: true)
            }
            if let same = try same(as: job, at: now, in: transaction) { return JobTicket(id: same, isNew: false) }
        }
        throw SQLError(.serialization, message: "a job with the same key came and went", statement: "jobs.enqueue")
    }

    /// The job that counts as the same; nil when it is gone, or has just stopped to count because its period is over.
    private func same(as job: NewJob, at now: Instant, in transaction: Transaction) throws -> Int64? {
        let same = try transaction.first(
            "jobs.same", "SELECT id, unique_until FROM jobs WHERE unique_key = \(job.uniqueKey)"
        ) { (id: try $0[0] as Int64, until: try $0[1] as Instant?) }
        guard let same else { return nil }
        guard let until = same.until, until <= now else { return same.id }
        try transaction.execute(
            "jobs.end_unique",
            """
            UPDATE jobs SET unique_key = NULL
            WHERE id = \(same.id) AND unique_key = \(job.uniqueKey) AND unique_until <= \(now)
            """)
        return nil
    }

    /// Tells the workers of this process after the commit. Other nodes hear of it from a worker that has more to do
    /// than places: a notification in the caller's transaction would make all such commits wait for each other.
    func announce(in transaction: Transaction) {
        transaction.afterCommit { [self] in wake() }
    }
}
