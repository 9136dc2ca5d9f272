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
    /// The PostgreSQL channel on which nodes call each other. Whoever listens there gives every payload, the empty one
    /// too, to ``hear(_:in:)``.
    public static let channel = "portico_jobs"

    let clock: Clock
    let seal: JobSeal?
    /// What it signs its calls with.
    let name: String
    /// Moves on whenever somebody has changed a queue's terms or asked for the end of a job that runs, here or as far as
    /// was heard elsewhere, so that the workers here look at once.
    let orders = Atomic<Int>(0)
    /// What other nodes are to hear.
    let calls = JobCalls()
    let outbox: EventOutbox?
    private let bells = Mutex<[EventBell]>([])
    private let known = Mutex<Set<String>>([])

    /// A queue on the clock of the process.
    /// - Parameters:
    ///   - seal: encrypts payloads whose kind is ``Job/isSealed``; nil where there are none.
    ///   - outbox: tells how jobs go that somebody follows (``JobChange``); nil where nobody is to hear of it.
    public init(clock: Clock, seal: JobSeal? = nil, outbox: EventOutbox? = nil) {
        self.clock = clock
        self.seal = seal
        name = UUIDv7(at: clock.now()).description
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
        let sending = JobSending(in: transaction)
        let new = try NewJob(job, options, at: clock.now(), seal: seal, from: sending)
        let ticket = try insert(new, in: transaction)
        sending.record(
            new.name, queue: new.policy.queue, jobs: ticket.isNew ? 1 : 0, id: ticket.id, in: transaction)
        return ticket
    }

    /// Asks for the end of a job. One that waits is cancelled at once; one that runs is told, and is cancelled if it
    /// heeds it.
    /// - Returns: the job as it is now, or nil when there is none.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func cancel(_ id: Int64, in transaction: Transaction) throws -> JobRecord? {
        let now = clock.now()
        let workflow = try hold(workflowOf: id, in: transaction)
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
        if changed == 1, record.state == .cancelled, let workflow, let step = record.stepID {
            try close(step, succeeded: false, in: workflow, at: now, in: transaction)
        }
        if changed == 1, record.state == .cancelled { try tell(id, in: transaction) }
        if changed == 1 {
            if record.state == .running { order(in: transaction) } else { transaction.afterCommit { [self] in wake() } }
        }
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
                try note(job.tags.map { (job: id, tag: $0) }, in: transaction)
                if job.state(at: now) == .queued { announce(in: transaction) }
                return JobTicket(id: id, isNew: true)
            }
            let same = try job.uniqueKey.flatMap { try holder(of: $0, at: now, in: transaction) }
            if let same { return JobTicket(id: same, isNew: false) }
        }
        throw SQLError(.serialization, message: "a job with the same key came and went", statement: "jobs.enqueue")
    }

    /// The job that counts as the one with this key; nil when there is none, or it has just stopped to count because its
    /// period is over.
    func holder(of key: String, at now: Instant, in transaction: Transaction) throws -> Int64? {
        let same = try transaction.first(
            "jobs.same", "SELECT id, unique_until FROM jobs WHERE unique_key = \(key)"
        ) { (id: try $0[0] as Int64, until: try $0[1] as Instant?) }
        guard let same else { return nil }
        guard let until = same.until, until <= now else { return same.id }
        try transaction.execute(
            "jobs.end_unique",
            """
            UPDATE jobs SET unique_key = NULL
            WHERE id = \(same.id) AND unique_key = \(key) AND unique_until <= \(now)
            """)
        return nil
    }

    /// Tells the workers of this process and of other nodes after the commit that something may be due. Others are
    /// called in a transaction of its own: a notification in the caller's would make all such commits wait for each other.
    func announce(in transaction: Transaction) {
        transaction.afterCommit { [self] in
            wake()
            calls.ask(.work)
        }
    }

    /// Tells them after the commit that somebody has changed a queue's terms or asked for the end of a job that runs.
    func order(in transaction: Transaction) {
        transaction.afterCommit { [self] in
            heedOrders()
            calls.ask(.orders)
        }
    }

    /// Has the workers of this process look at what was said.
    func heedOrders() {
        orders.wrappingAdd(1, ordering: .relaxed)
        wake()
    }
}
