import PorticoSQL
import PorticoValues

/// Why a job that failed or was cancelled can't be tried again.
public enum JobReplayError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another job that counts as the same is there (``Job/uniqueness``); nil when it came at this very moment.
    case taken(by: Int64?)
    /// Its workflow was cancelled, or goes on without it: only the workflow as a whole can be tried again.
    case workflowEnded(Int64)

    /// What stands in the way.
    public var description: String {
        switch self {
        case .taken(.some(let other)): "Job \(other) counts as the same and is still there."
        case .taken(.none): "Another job that counts as the same has just been enqueued."
        case .workflowEnded(let workflow): "Workflow \(workflow) was cancelled, or goes on without this job."
        }
    }
}

/// What came of trying many jobs again.
public struct JobReplays: Sendable, Hashable {
    /// Jobs that are tried again.
    public internal(set) var replayed = 0
    /// Jobs that were left as they are, because another counts as the same or their workflow has ended.
    public internal(set) var skipped = 0
}

extension JobQueue {
    /// Tries a failed or cancelled job again, with all of its retries. It is again the only one with its key; what waits
    /// for its group, or for its step of a workflow, waits for it again.
    /// - Returns: whether it was failed or cancelled.
    /// - Throws: ``JobReplayError``, with nothing changed; ``SQLError``.
    @discardableResult
    public func replay(_ id: Int64, in transaction: Transaction) throws -> Bool {
        let workflow = try hold(workflowOf: id, in: transaction)
        guard let job = try ended(id, in: transaction) else { return false }
        return try replay(job, in: workflow, in: transaction)
    }

    /// Tries the failed or cancelled jobs that fit again, a thousand at most. Those that ``replay(_:in:)`` refuses are
    /// left as they are.
    /// - Throws: ``JobReplayError/taken(by:)`` when another came at this very moment, with nothing changed; ``SQLError``.
    @discardableResult
    public func replay(_ search: JobSearch, in transaction: Transaction) throws -> JobReplays {
        var replays = JobReplays()
        for job in try jobs(search, limit: 1000, in: transaction) {
            do {
                if try replay(job.id, in: transaction) { replays.replayed += 1 }
            } catch let refused as JobReplayError {
                // After a refusal by the index itself PostgreSQL takes nothing more in this transaction.
                guard refused != .taken(by: nil) else { throw refused }
                replays.skipped += 1
            }
        }
        return replays
    }

    /// Everything is looked at before anything is changed.
    private func replay(
        _ job: EndedJob, in workflow: JobWorkflowHold?, in transaction: Transaction
    ) throws -> Bool {
        let now = clock.now()
        let step = try job.stepID.flatMap { try self.step($0, of: workflow, in: transaction) }
        if let workflow, workflow.isCancelled || step?.state == .skipped {
            throw JobReplayError.workflowEnded(workflow.id)
        }
        try refuseTaken(job, at: now, in: transaction)
        let continuation = try job.groupID.flatMap { try stoppedContinuation(of: $0, in: transaction) }
        if let continuation {
            if let key = continuation.key, key == job.key { throw JobReplayError.taken(by: job.id) }
            try refuseTaken(continuation, at: now, in: transaction)
        }
        // A step that never began still waits for those before it.
        let state = step.map { $0.startedAt == nil ? JobState.waiting : .queued } ?? .queued
        try revive(job, to: state, at: now, in: transaction)
        if let group = job.groupID {
            try transaction.execute(
                "jobs.reopen_group",
                "UPDATE job_groups SET open = open + 1, unsuccessful = unsuccessful - 1 WHERE id = \(group)")
        }
        if let continuation { try revive(continuation, to: .waiting, at: now, in: transaction) }
        if let step, let workflow {
            try reopen(step.id, in: transaction)
            try settle(workflow, at: now, in: transaction)
        }
        announce(in: transaction)
        return true
    }

    /// The continuation of a group that was cancelled with it, and not by somebody.
    private func stoppedContinuation(of group: Int64, in transaction: Transaction) throws -> EndedJob? {
        let continuation = try transaction.first(
            "jobs.continuation",
            "SELECT continuation FROM job_groups WHERE id = \(group)\(transaction.dialect.forUpdate)"
        ) { try $0[0] as Int64? }
        guard let id = continuation ?? nil, let job = try ended(id, in: transaction) else { return nil }
        return job.state == .cancelled && !job.isCancelRequested ? job : nil
    }
}

/// A job that ended without success.
struct EndedJob {
    let id: Int64
    let state: JobState
    /// What it is unique by while it is there.
    let key: String?
    /// Until when; nil for as long as it is there.
    let keyEnds: Instant?
    let isCancelRequested: Bool
    let groupID: Int64?
    let stepID: Int64?

    static let columns: SQL = "id, state, own_key, unique_until, cancel_requested, group_id, step_id"

    init(_ row: Row) throws {
        id = try row[0]
        state = try row[1]
        key = try row[2]
        keyEnds = try row[3]
        isCancelRequested = try row[4]
        groupID = try row[5]
        stepID = try row[6]
    }
}

extension JobQueue {
    /// The job, if it failed or was cancelled; nobody else changes it until the end of the transaction.
    func ended(_ id: Int64, in transaction: Transaction) throws -> EndedJob? {
        try transaction.first(
            "jobs.ended",
            """
            SELECT \(EndedJob.columns) FROM jobs
            WHERE id = \(id) AND state IN ('failed', 'cancelled')\(transaction.dialect.forUpdate)
            """
        ) { try EndedJob($0) }
    }

    /// - Throws: ``JobReplayError/taken(by:)`` when another job has its key.
    func refuseTaken(_ job: EndedJob, at now: Instant, in transaction: Transaction) throws {
        guard let key = job.key, job.keyEnds.map({ $0 > now }) ?? true else { return }
        guard let other = try holder(of: key, at: now, in: transaction), other != job.id else { return }
        throw JobReplayError.taken(by: other)
    }

    /// Gives a job its key and its retries back.
    /// - Throws: ``JobReplayError/taken(by:)`` when another came by its key since it was looked for; ``SQLError``.
    func revive(_ job: EndedJob, to state: JobState, at now: Instant, in transaction: Transaction) throws {
        do {
            try transaction.execute(
                "jobs.replay",
                """
                UPDATE jobs SET state = \(state), run_at = \(now), rank = \(now.milliseconds) - head_start, attempt = 0,
                    cancel_requested = 0, finished_at = NULL, result = NULL,
                    unique_key = CASE WHEN unique_until <= \(now) THEN NULL ELSE own_key END
                WHERE id = \(job.id)
                """)
        } catch let error as SQLError where error.code == .uniqueViolation {
            throw JobReplayError.taken(by: nil)
        }
        try tell(job.id, in: transaction)
    }
}
