import PorticoJSON
import PorticoSQL
import PorticoValues

/// What a job of a workflow can do that others can't.
extension JobRun {
    /// What came of a step that is one job. It has succeeded wherever the step of this job follows its success, at once or
    /// further on.
    /// - Throws: ``JobFailure`` without another try when the workflow has no such result, or it can't be read as one;
    ///   ``SQLError``.
    public func result<Value: JobResult>(of step: String, as type: Value.Type) async throws -> Value {
        guard let result = try await results(of: step, as: type).first else {
            throw JobFailure.permanent("no_result", "An earlier step has no result.", detail: "step \(step)")
        }
        return result
    }

    /// What came of the jobs of a step that have succeeded, in the order they were added. Those without a result are left
    /// out.
    /// - Throws: ``JobFailure`` without another try when one can't be read as such a value; ``SQLError``.
    public func results<Value: JobResult>(of step: String, as type: Value.Type) async throws -> [Value] {
        let members = try await members(of: step).filter { $0.state == .succeeded }
        do {
            if members.contains(where: \.isResultSealed) { throw JobSealError.closed }
            return try members.compactMap(\.result).map { try Value(result: $0) }
        } catch {
            throw JobFailure.permanent(
                "bad_result", "The result of an earlier step can't be read.", detail: "step \(step): \(error)",
                because: error)
        }
    }

    /// The jobs of a step of the same workflow, in the order they were added, however they stand, with what came of them,
    /// sealed or not. None where there is no such step, or no workflow.
    /// - Throws: ``SQLError``.
    public func members(of step: String) async throws -> [JobRecord] {
        guard let workflow = job.workflowID else { return [] }
        return try await database.read { [queue] reading in
            try queue.members(of: step, inWorkflow: workflow, in: reading).map { queue.opened($0) }
        }
    }

    /// Adds jobs to the batch that this job is one of, which has not ended as long as the job runs. They belong to whom
    /// this one belongs to, and begin at once.
    /// - Returns: number of jobs; those that count as the same as another are left out.
    /// - Throws: ``JobWorkflowError/noBatch``; `CancellationError` when the workflow was cancelled; ``JobLost`` when
    ///   somebody else has the job by now; ``JobSealError/missing``, ``SQLError``.
    @discardableResult
    public func add(
        _ jobs: [any Job], priority: JobPriority? = nil, in transaction: Transaction
    ) throws -> Int {
        let options = JobOptions(owner: job.owner, priority: priority)
        return try queue.add(jobs, options, toBatchOf: job, in: transaction)
    }
}

extension JobQueue {
    /// The jobs of a step, in the order they were added, with what came of them.
    /// - Throws: ``SQLError``.
    public func members(
        of step: String, inWorkflow workflow: Int64, in session: some SQLSession
    ) throws -> [JobRecord] {
        try session.all(
            "jobs.step_members",
            """
            SELECT \(JobRecord.columns) FROM jobs WHERE workflow_id = \(workflow)
                AND step_id = (SELECT id FROM job_steps WHERE workflow_id = \(workflow) AND name = \(step))
            ORDER BY id
            """
        ) { try JobRecord($0) }
    }

    func add(
        _ jobs: [any Job], _ options: JobOptions, toBatchOf job: ClaimedJob, in transaction: Transaction
    ) throws -> Int {
        guard let id = job.workflowID, let stepID = job.stepID else { throw JobWorkflowError.noBatch }
        guard let workflow = try hold(workflow: id, in: transaction) else { throw JobLost(id: job.id) }
        guard !workflow.isCancelled else { throw CancellationError() }
        let isMine = try transaction.scalar("jobs.is_mine", "SELECT id FROM jobs WHERE \(job.mine)", as: Int64.self)
        guard isMine != nil, let step = try self.step(stepID, of: workflow, in: transaction) else {
            throw JobLost(id: job.id)
        }
        guard step.isBatch else { throw JobWorkflowError.noBatch }
        let (now, sending) = (clock.now(), JobSending(in: transaction))
        let new = try jobs.map { try made($0, options, now, sending) }
        let count = try fill(JobStepPlace(workflow: id, id: stepID, waits: false), with: new, in: transaction)
        if let first = new.first {
            sending.record(first.name, queue: first.policy.queue, jobs: count, in: transaction)
        }
        announce(in: transaction)
        return count
    }
}
