import PorticoSQL
import PorticoValues

/// A workflow that was enqueued.
public struct JobWorkflowTicket: Sendable, Hashable {
    /// Id of the workflow.
    public let id: Int64
    /// Ids of the jobs by the names of their steps; batches are not in it.
    public let jobs: [String: Int64]
}

extension JobQueue {
    /// Enqueues the jobs of a workflow in the caller's transaction; those of steps that wait for nothing are due at once.
    /// - Parameter options: of all its jobs. What is not to start before a time waits for its predecessors and the time.
    /// - Throws: ``JobWorkflowError``, ``JobSealError/missing``, mostly before anything is written; the transaction must
    ///   not be committed after it. ``SQLError``.
    @discardableResult
    public func enqueue(
        _ workflow: JobWorkflow, _ options: JobOptions = JobOptions(), in transaction: Transaction
    ) throws -> JobWorkflowTicket {
        try workflow.check()
        let (now, sending) = (clock.now(), JobSending(in: transaction))
        let jobs = try workflow.steps.map { step in try step.jobs.map { try made($0, options, now, sending) } }
        try refuseTaken(workflow.steps, jobs, at: now, in: transaction)
        let id = try transaction.scalar(
            "jobs.open_workflow",
            """
            INSERT INTO job_workflows (name, owner, created_at, is_failed)
            VALUES (\(workflow.name), \(options.owner), \(now), 0) RETURNING id
            """, as: Int64.self)
        guard let id else { throw SQLError(.other, message: "no workflow was made", statement: "jobs.open_workflow") }
        var steps: [String: Int64] = [:]
        var single: [String: Int64] = [:]
        for (place, step) in workflow.steps.enumerated() {
            let made = try insert(step, at: place, of: id, jobs[place], in: transaction)
            steps[step.name] = made.step
            single[step.name] = made.job
        }
        for step in workflow.steps {
            for edge in step.after {
                try transaction.execute(
                    "jobs.add_edge",
                    """
                    INSERT INTO job_edges (workflow_id, before_step, after_step, condition)
                    VALUES (\(id), \(steps[edge.step]), \(steps[step.name]), \(edge.condition))
                    """)
            }
        }
        try settle(
            JobWorkflowHold(id: id, isCancelled: false, isFinished: false), at: now, in: transaction)
        let all = jobs.joined()
        sending.record(workflow.name, queue: all.first?.policy.queue, jobs: all.count, in: transaction)
        return JobWorkflowTicket(id: id, jobs: single)
    }

    /// Cancels what has not started, and asks for the end of what runs. Nothing of it is tried again after that.
    /// - Returns: whether it was there and had not ended.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func cancelWorkflow(_ id: Int64, in transaction: Transaction) throws -> Bool {
        guard let workflow = try hold(workflow: id, in: transaction), !workflow.isFinished else { return false }
        let now = clock.now()
        try transaction.execute(
            "jobs.cancel_workflow",
            "UPDATE job_workflows SET cancelled_at = coalesce(cancelled_at, \(now)) WHERE id = \(id)")
        let asked = try transaction.all(
            "jobs.cancel_all",
            """
            UPDATE jobs SET cancel_requested = 1,
                finished_at = CASE WHEN state = 'running' THEN NULL ELSE \(now) END,
                unique_key = CASE WHEN state = 'running' THEN unique_key END,
                state = CASE WHEN state = 'running' THEN state ELSE 'cancelled' END
            WHERE workflow_id = \(id) AND finished_at IS NULL RETURNING id, owner, state
            """
        ) { (id: try $0[0] as Int64, owner: try $0[1] as Int64?, state: try $0[2] as JobState) }
        for job in asked where job.owner != nil && job.state == .cancelled { try tell(job.id, in: transaction) }
        try recount(id, in: transaction)
        let cancelled = JobWorkflowHold(id: id, isCancelled: true, isFinished: false)
        try settle(cancelled, at: now, in: transaction)
        if asked.contains(where: { $0.state == .running }) {
            order(in: transaction)
        } else {
            transaction.afterCommit { [self] in wake() }
        }
        return true
    }

    /// Counts the jobs of steps that have not ended, after many of them were changed at once.
    private func recount(_ workflow: Int64, in transaction: Transaction) throws {
        try transaction.execute(
            "jobs.recount",
            """
            UPDATE job_steps SET
                open = (SELECT count(*) FROM jobs WHERE jobs.workflow_id = \(workflow)
                    AND jobs.step_id = job_steps.id AND jobs.finished_at IS NULL),
                unsuccessful = (SELECT count(*) FROM jobs WHERE jobs.workflow_id = \(workflow)
                    AND jobs.step_id = job_steps.id AND jobs.state IN ('failed', 'cancelled'))
            WHERE workflow_id = \(workflow) AND state IN ('waiting', 'started')
            """)
        try transaction.execute(
            "jobs.cancel_steps",
            """
            UPDATE job_steps SET state = CASE WHEN state = 'waiting' THEN 'cancelled' WHEN open > 0 THEN state
                WHEN unsuccessful > 0 THEN 'failed' ELSE 'succeeded' END
            WHERE workflow_id = \(workflow) AND state IN ('waiting', 'started')
            """)
    }

    /// Tries the jobs of a workflow again that failed or were cancelled; after that it goes on where it stopped.
    /// - Returns: whether there was anything to try; no while jobs of a workflow that was cancelled still run.
    /// - Throws: ``JobReplayError/taken(by:)`` when another job counts as the same as one of them; the transaction must
    ///   not be committed after it. ``SQLError``.
    @discardableResult
    public func replayWorkflow(_ id: Int64, in transaction: Transaction) throws -> Bool {
        guard let workflow = try hold(workflow: id, in: transaction) else { return false }
        guard workflow.isFinished || !workflow.isCancelled else { return false }
        let now = clock.now()
        let jobs = try transaction.all(
            "jobs.unsuccessful",
            """
            SELECT jobs.id, job_steps.started_at FROM jobs JOIN job_steps ON job_steps.id = jobs.step_id
            WHERE jobs.workflow_id = \(id) AND jobs.state IN ('failed', 'cancelled') AND job_steps.state <> 'skipped'
            ORDER BY jobs.id
            """
        ) { (id: try $0[0] as Int64, began: try $0[1] as Instant?) }
        for job in jobs {
            guard let ended = try self.ended(job.id, in: transaction), let step = ended.stepID else { continue }
            try refuseTaken(ended, at: now, in: transaction)
            try revive(ended, to: job.began == nil ? .waiting : .queued, at: now, in: transaction)
            try reopen(step, in: transaction)
        }
        guard !jobs.isEmpty else { return false }
        try transaction.execute(
            "jobs.replay_workflow",
            "UPDATE job_workflows SET cancelled_at = NULL WHERE id = \(id)")
        try transaction.execute(
            "jobs.replay_steps",
            "UPDATE job_steps SET state = 'waiting' WHERE workflow_id = \(id) AND state = 'cancelled'")
        let open = JobWorkflowHold(id: id, isCancelled: false, isFinished: workflow.isFinished)
        try settle(open, at: now, in: transaction)
        announce(in: transaction)
        return true
    }

    // MARK: - Parts

    func made<Kind: Job>(
        _ job: Kind, _ options: JobOptions, _ now: Instant, _ sending: JobSending
    ) throws -> NewJob {
        try NewJob(job, options, at: now, seal: seal, from: sending)
    }

    /// Each step needs a job of its own: another one's result is not its.
    private func refuseTaken(
        _ steps: [JobWorkflow.Step], _ jobs: [[NewJob]], at now: Instant, in transaction: Transaction
    ) throws {
        var owners: [String: String] = [:]
        for (step, new) in zip(steps, jobs) where !step.isBatch {
            for key in new.compactMap(\.uniqueKey) {
                if let other = owners.updateValue(step.name, forKey: key) {
                    throw JobWorkflowError.sameJob(step.name, as: other)
                }
                if let other = try holder(of: key, at: now, in: transaction) {
                    throw JobWorkflowError.taken(step: step.name, by: other)
                }
            }
        }
    }

    private func insert(
        _ step: JobWorkflow.Step, at place: Int, of workflow: Int64, _ jobs: [NewJob], in transaction: Transaction
    ) throws -> (step: Int64, job: Int64?) {
        let id = try transaction.scalar(
            "jobs.add_step",
            """
            INSERT INTO job_steps (workflow_id, place, name, is_batch, state, total, open, unsuccessful)
            VALUES (\(workflow), \(place), \(step.name), \(step.isBatch), 'waiting', 0, 0, 0) RETURNING id
            """, as: Int64.self)
        guard let id else { throw SQLError(.other, message: "no step was made", statement: "jobs.add_step") }
        let position = JobStepPlace(workflow: workflow, id: id, waits: true)
        if step.isBatch {
            try fill(position, with: jobs, in: transaction)
            return (id, nil)
        }
        guard var job = jobs.first else { return (id, nil) }
        job.step = position
        let ticket = try insert(job, in: transaction)
        guard ticket.isNew else { throw JobWorkflowError.taken(step: step.name, by: ticket.id) }
        try grow(position, by: 1, in: transaction)
        return (id, ticket.id)
    }

    /// Adds jobs to a batch; those that count as the same as another are left out.
    /// - Returns: number of jobs that are new.
    @discardableResult
    func fill(_ place: JobStepPlace, with jobs: [NewJob], in transaction: Transaction) throws -> Int {
        let now = clock.now()
        var shares = JobShares(now: now)
        let placed = try jobs.map { job in
            var job = job
            job.step = place
            return try shares.placing(job, in: transaction)
        }
        let plain = placed.filter(\.isLoadable).map { $0.row(at: now) }
        var count = 0
        if !plain.isEmpty {
            count = try transaction.bulkInsert("jobs.load_batch", into: "jobs", columns: NewJob.columns, rows: plain)
        }
        // In the order of their keys, so that two that add the same jobs wait for each other one way only.
        let single = placed.filter { !$0.isLoadable }.sorted { ($0.uniqueKey ?? "") < ($1.uniqueKey ?? "") }
        for job in single { count += try insert(job, in: transaction).isNew ? 1 : 0 }
        try grow(place, by: count, in: transaction)
        return count
    }

    private func grow(_ place: JobStepPlace, by count: Int, in transaction: Transaction) throws {
        guard count > 0 else { return }
        try transaction.execute(
            "jobs.grow_step",
            "UPDATE job_steps SET total = total + \(count), open = open + \(count) WHERE id = \(place.id)")
    }
}
