import PorticoSQL
import PorticoValues

/// A workflow that nobody else changes until the end of the transaction. Its steps are changed by whoever holds it, so that
/// of two jobs that end at the same moment one comes after the other and sees what it did.
struct JobWorkflowHold: Sendable {
    let id: Int64
    let isCancelled: Bool
    let isFinished: Bool
}

/// A step as it stands in the table.
struct JobStepRow: Sendable {
    let id: Int64
    let name: String
    let isBatch: Bool
    let state: JobStepState
    /// When it began, the first time.
    let startedAt: Instant?
}

/// What happens to workflows when jobs end. A workflow is always held before its jobs are changed.
extension JobQueue {
    /// Holds a workflow; nil when it is not there any more.
    func hold(workflow id: Int64, in transaction: Transaction) throws -> JobWorkflowHold? {
        try transaction.first(
            "jobs.hold_workflow",
            """
            SELECT cancelled_at, finished_at FROM job_workflows WHERE id = \(id)\(transaction.dialect.forUpdate)
            """
        ) { row in
            JobWorkflowHold(
                id: id, isCancelled: try row[0] as Instant? != nil, isFinished: try row[1] as Instant? != nil)
        }
    }

    /// Holds the workflow of a job; nil when it has none.
    func hold(workflowOf job: Int64, in transaction: Transaction) throws -> JobWorkflowHold? {
        let workflow = try transaction.first(
            "jobs.workflow_of", "SELECT workflow_id FROM jobs WHERE id = \(job)"
        ) { try $0[0] as Int64? }
        guard let id = workflow ?? nil else { return nil }
        return try hold(workflow: id, in: transaction)
    }

    /// A step of a workflow that is held.
    func step(
        _ id: Int64, of workflow: JobWorkflowHold?, in transaction: Transaction
    ) throws -> JobStepRow? {
        guard let workflow else { return nil }
        return try transaction.first(
            "jobs.step",
            """
            SELECT id, name, is_batch, state, started_at FROM job_steps
            WHERE id = \(id) AND workflow_id = \(workflow.id)
            """
        ) { row in
            JobStepRow(
                id: try row[0], name: try row[1], isBatch: try row[2], state: try row[3], startedAt: try row[4])
        }
    }

    /// Notes how a run of a step's job ended. In a workflow that was cancelled nothing is tried again.
    func note(
        _ end: JobEnd, of job: ClaimedJob, in workflow: JobWorkflowHold, at now: Instant, in transaction: Transaction
    ) throws {
        guard let step = job.stepID else { return }
        if end.state.isFinal {
            return try close(step, succeeded: end.state == .succeeded, in: workflow, at: now, in: transaction)
        }
        guard workflow.isCancelled else { return }
        let stopped = try transaction.execute(
            "jobs.stop_retry",
            """
            UPDATE jobs SET state = 'cancelled', finished_at = \(now), unique_key = NULL
            WHERE id = \(job.id) AND state IN ('scheduled', 'queued')
            """)
        if stopped == 1 { try close(step, succeeded: false, in: workflow, at: now, in: transaction) }
    }

    /// Notes that a job of a step has ended; the last one lets the workflow go on.
    func close(
        _ step: Int64, succeeded: Bool, in workflow: JobWorkflowHold, at now: Instant, in transaction: Transaction
    ) throws {
        let miss: SQL = succeeded ? "0" : "1"
        let open = try transaction.scalar(
            "jobs.close_step",
            """
            UPDATE job_steps SET open = open - 1, unsuccessful = unsuccessful + \(miss),
                state = CASE WHEN open > 1 OR state NOT IN ('waiting', 'started') THEN state
                    WHEN unsuccessful + \(miss) > 0 THEN 'failed' ELSE 'succeeded' END
            WHERE id = \(step) RETURNING open
            """, as: Int.self)
        if let open, open <= 0 { try settle(workflow, at: now, in: transaction) }
    }

    /// Takes a job back into its step that was closed without success.
    func reopen(_ step: Int64, in transaction: Transaction) throws {
        try transaction.execute(
            "jobs.reopen_step",
            """
            UPDATE job_steps SET open = open + 1, unsuccessful = unsuccessful - 1,
                state = CASE WHEN started_at IS NULL THEN 'waiting' ELSE 'started' END
            WHERE id = \(step)
            """)
    }

    /// Begins and skips the steps for which it is time, and notes whether that was the end of the workflow.
    func settle(_ workflow: JobWorkflowHold, at now: Instant, in transaction: Transaction) throws {
        var map = try map(of: workflow.id, in: transaction)
        let moves = workflow.isCancelled ? JobWorkflowMap.Moves() : map.advance()
        for step in moves.begun {
            try begin(step, of: workflow.id, as: map.state(of: step) ?? .started, at: now, in: transaction)
        }
        for step in moves.skipped { try skip(step, of: workflow.id, at: now, in: transaction) }
        if map.isFinished || workflow.isFinished {
            let end: Instant? = map.isFinished ? now : nil
            try transaction.execute(
                "jobs.end_workflow",
                """
                UPDATE job_workflows SET is_failed = \(map.isFailed), finished_at = \(end)
                WHERE id = \(workflow.id)
                """)
        }
        if !moves.begun.isEmpty { announce(in: transaction) }
    }

    private func map(of workflow: Int64, in transaction: Transaction) throws -> JobWorkflowMap {
        let steps = try transaction.all(
            "jobs.steps",
            "SELECT id, state, open, unsuccessful FROM job_steps WHERE workflow_id = \(workflow) ORDER BY place"
        ) { JobWorkflowMap.Step(id: try $0[0], state: try $0[1], open: try $0[2], unsuccessful: try $0[3]) }
        let edges = try transaction.all(
            "jobs.edges", "SELECT before_step, after_step, condition FROM job_edges WHERE workflow_id = \(workflow)"
        ) { JobWorkflowMap.Edge(before: try $0[0], after: try $0[1], condition: try $0[2]) }
        return JobWorkflowMap(steps: steps, edges: edges)
    }

    /// Jobs with a share get their place in the queue when they are made due, as those for later do.
    private func begin(
        _ step: Int64, of workflow: Int64, as state: JobStepState, at now: Instant, in transaction: Transaction
    ) throws {
        try transaction.execute(
            "jobs.begin_step", "UPDATE job_steps SET state = \(state), started_at = \(now) WHERE id = \(step)")
        try transaction.execute(
            "jobs.begin_jobs",
            """
            UPDATE jobs SET
                state = CASE WHEN run_at > \(now) OR share_key IS NOT NULL THEN 'scheduled' ELSE 'queued' END,
                run_at = CASE WHEN run_at > \(now) THEN run_at ELSE \(now) END,
                rank = CASE WHEN run_at > \(now) THEN run_at ELSE \(now) END - head_start
            WHERE workflow_id = \(workflow) AND step_id = \(step) AND state = 'waiting'
            """)
    }

    private func skip(_ step: Int64, of workflow: Int64, at now: Instant, in transaction: Transaction) throws {
        try transaction.execute(
            "jobs.skip_step", "UPDATE job_steps SET state = 'skipped', open = 0 WHERE id = \(step)")
        let skipped = try transaction.all(
            "jobs.skip_jobs",
            """
            UPDATE jobs SET state = 'cancelled', finished_at = \(now), unique_key = NULL
            WHERE workflow_id = \(workflow) AND step_id = \(step) AND state = 'waiting' RETURNING id, owner
            """
        ) { (id: try $0[0] as Int64, owner: try $0[1] as Int64?) }
        for job in skipped where job.owner != nil { try tell(job.id, in: transaction) }
    }
}

extension JobStepCondition: SQLReadable, SQLBindable {}
