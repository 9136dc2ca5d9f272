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
    private let bells = Mutex<[EventBell]>([])

    /// A queue on the clock of the process.
    public init(clock: Clock) {
        self.clock = clock
    }

    /// Wakes the workers of this process: something may be due.
    public func wake() {
        for bell in bells.withLock({ $0 }) { bell.ring() }
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
    /// - Throws: ``SQLError``.
    @discardableResult
    public func enqueue(
        _ job: some Job, _ options: JobOptions = JobOptions(), in transaction: Transaction
    ) throws -> JobTicket {
        try insert(NewJob(job, options, at: clock.now()), in: transaction)
    }

    /// Enqueues many jobs that are not unique, the fastest way the engine has. Ids are not told.
    /// - Returns: number of jobs.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func enqueue(
        all jobs: some Sequence<some Job>, _ options: JobOptions = JobOptions(), in transaction: Transaction
    ) throws -> Int {
        let now = clock.now()
        let count = try transaction.bulkInsert(
            "jobs.load", into: "jobs", columns: NewJob.columns,
            rows: jobs.lazy.map { NewJob($0, options, at: now).row(at: now) })
        if count > 0 { announce(in: transaction) }
        return count
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
            WHERE id = \(id) AND state IN ('scheduled', 'queued', 'blocked', 'waiting', 'running')
            """)
        guard let record = try record(id, in: transaction) else { return nil }
        if changed == 1, record.state == .cancelled, let group = record.groupID {
            try closeMember(of: group, succeeded: false, at: now, in: transaction)
        }
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
        for _ in 1...3 {
            if let id = try transaction.scalar("jobs.enqueue", job.insertion(at: now), as: Int64.self) {
                if job.state(at: now) == .queued { announce(in: transaction) }
                return JobTicket(id: id, isNew: true)
            }
            let same = try transaction.scalar(
                "jobs.same", "SELECT id FROM jobs WHERE name = \(job.name) AND unique_key = \(job.uniqueness?.key)",
                as: Int64.self)
            if let same { return JobTicket(id: same, isNew: false) }
        }
        throw SQLError(.serialization, message: "a job with the same key came and went", statement: "jobs.enqueue")
    }

    /// Tells the workers of this process after the commit. Other nodes hear of it from a worker that has more to do
    /// than places: a notification in the caller's transaction would make all such commits wait for each other.
    func announce(in transaction: Transaction) {
        transaction.afterCommit { [self] in wake() }
    }
}
