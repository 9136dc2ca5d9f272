import PorticoJSON
import PorticoSQL
import PorticoTelemetry
import PorticoValues
import Synchronization

/// How far a job is.
struct JobProgress: Sendable, Hashable {
    var done: Int64
    var total: Int64?
}

/// One run of a job, in the hands of its handler.
public final class JobRun: Sendable {
    /// Why a run is asked to end.
    enum Stop: Sendable {
        /// Somebody does not want the job any more.
        case unwanted
        /// It took longer than its policy allows.
        case late
        /// The process ends.
        case draining
        /// Somebody else has the job.
        case lost
    }

    private struct State {
        var progress: JobProgress?
        /// Monotonic nanoseconds of the last write of progress.
        var writtenAt: Int64?
        /// Whether the last word came too soon after another to be written.
        var isUnwritten = false
        var stop: Stop?
        var isFinished = false
    }

    /// How often progress is written at most: nanoseconds.
    private static let progressInterval: Int64 = 250_000_000

    let job: ClaimedJob
    /// What the run costs in the database, and its spans.
    let measure: RequestMeasure
    let queue: JobQueue
    let database: Database
    private let elapsed: @Sendable () -> Int64
    private let state = Mutex(State())

    init(
        _ job: ClaimedJob, queue: JobQueue, database: Database, tracer: Tracer?,
        elapsed: @escaping @Sendable () -> Int64
    ) {
        self.job = job
        measure = RequestMeasure(job: job.id, origin: job.origin, spans: tracer?.run(of: job.traceparent))
        self.queue = queue
        self.database = database
        self.elapsed = elapsed
    }

    /// Id of the job.
    public var id: Int64 { job.id }
    /// Name of its kind.
    public var name: String { job.name }
    /// The queue it was in.
    public var queueName: String { job.queue }
    /// The run, from 1.
    public var attempt: Int { job.attempt }
    /// Whether no try follows when this one fails.
    public var isLastAttempt: Bool { !job.mayRetry }
    /// Account that follows the job.
    public var owner: Int64? { job.owner }
    /// The request that made the job necessary, itself or by a job it enqueued; nil when none did.
    public var origin: WorkOrigin? { job.origin }
    /// The group whose end the job waited for.
    public var followsGroup: Int64? { job.followsGroup }
    /// The workflow the job is a step of.
    public var workflow: Int64? { job.workflowID }
    /// The present, by the process's clock.
    public var now: Instant { queue.clock.now() }

    /// Tells how far the job is, in units of its own. Written every quarter of a second at most; the last word is
    /// written with the end. The place where a long job finds out that nobody wants it any more.
    /// - Throws: `CancellationError` when the run is to end, ``SQLError``.
    public func progress(_ done: Int64, of total: Int64? = nil) async throws {
        try checkCancellation()
        let now = elapsed()
        let progress = JobProgress(done: done, total: total)
        let isDue = state.withLock { state in
            state.progress = progress
            state.isUnwritten = true
            if let last = state.writtenAt, now - last < JobRun.progressInterval { return false }
            state.writtenAt = now
            state.isUnwritten = false
            return true
        }
        guard isDue else { return }
        try await write(progress)
        try checkCancellation()
    }

    /// Writes the last word if it came too soon after another, so that nobody waits for it until the next.
    /// - Throws: ``SQLError``.
    func settleProgress() async throws {
        let now = elapsed()
        let progress = state.withLock { state -> JobProgress? in
            guard state.isUnwritten, !state.isFinished, state.stop == nil,
                now - (state.writtenAt ?? 0) >= 2 * JobRun.progressInterval
            else { return nil }
            state.isUnwritten = false
            state.writtenAt = now
            return state.progress
        }
        if let progress { try await write(progress) }
    }

    private func write(_ progress: JobProgress) async throws {
        let standing = try await database.write { [job, queue] transaction in
            let standing = try transaction.scalar(
                "jobs.progress",
                """
                UPDATE jobs SET done = \(progress.done), total = \(progress.total)
                WHERE \(job.mine) RETURNING cancel_requested
                """, as: Bool.self)
            if standing != nil { try queue.tell(job, in: transaction) }
            return standing
        }
        if standing == nil { stop(.lost) }
        if standing == true { stop(.unwanted) }
    }

    /// Ends the handler's work when the run is to end.
    /// - Throws: `CancellationError`.
    public func checkCancellation() throws {
        if state.withLock({ $0.stop != nil }) { throw CancellationError() }
        try Task.checkCancellation()
    }

    /// Marks the job as done in the transaction that does its work: both become true together, or neither does,
    /// whatever is killed in between. Follow-up jobs are enqueued in the same transaction.
    /// - Throws: ``JobLost`` when somebody else has the job by now, ``SQLError``.
    public func finish(_ result: JSONValue? = nil, in transaction: Transaction) throws {
        guard try queue.end(job, .succeeded(result), progress: lastProgress, in: transaction) else {
            throw JobLost(id: job.id)
        }
        transaction.afterCommit { [self] in state.withLock { $0.isFinished = true } }
    }

    /// Whether ``finish(_:in:)`` was committed.
    var isFinished: Bool { state.withLock(\.isFinished) }
    /// Why it is to end.
    var stop: Stop? { state.withLock(\.stop) }
    /// What was last told.
    var lastProgress: JobProgress? { state.withLock(\.progress) }

    /// Asks the run to end. The first reason stays.
    func stop(_ reason: Stop) {
        state.withLock { $0.stop = $0.stop ?? reason }
    }
}
