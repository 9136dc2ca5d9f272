import PorticoSQL
import PorticoValues

/// Where a workflow stands.
public enum JobWorkflowState: String, Sendable, CaseIterable {
    /// Something of it runs, or is about to.
    case running
    /// Nothing of it runs, because a step failed that others wait for.
    case stopped
    /// All steps have done what they should, or were not needed.
    case succeeded
    /// All steps have ended, and one of them without success.
    case failed
    /// Somebody did not want it any more.
    case cancelled
}

/// Everything that is known of a workflow.
public struct JobWorkflowRecord: Sendable, Hashable {
    /// Id.
    public let id: Int64
    /// What it does.
    public let name: String
    /// Account that follows its jobs.
    public let owner: Int64?
    /// When it was enqueued.
    public let createdAt: Instant
    /// When somebody cancelled it.
    public let cancelledAt: Instant?
    /// When it ended.
    public let finishedAt: Instant?
    /// Its steps, in the order they were added.
    public internal(set) var steps: [JobStepRecord]

    /// Where it stands.
    public var state: JobWorkflowState {
        if cancelledAt != nil { return .cancelled }
        guard finishedAt == nil else {
            return steps.contains { $0.state == .failed } ? .failed : .succeeded
        }
        return steps.contains { $0.state == .started } ? .running : .stopped
    }

    /// The failed steps whose success others wait for.
    public var stoppedAt: [String] {
        guard cancelledAt == nil else { return [] }
        let awaited = Set(
            steps.filter { $0.state == .waiting }.flatMap(\.after).filter { $0.condition == .succeeded }.map(\.step))
        return steps.filter { $0.state == .failed && awaited.contains($0.name) }.map(\.name)
    }
}

/// A step of a workflow as it stands.
public struct JobStepRecord: Sendable, Hashable {
    /// A job of a step.
    public struct Member: Sendable, Hashable {
        /// Id.
        public let id: Int64
        /// Where it stands.
        public let state: JobState
    }

    let id: Int64
    /// Its name in the workflow.
    public let name: String
    /// Whether it may have many jobs.
    public let isBatch: Bool
    /// Where it stands.
    public let state: JobStepState
    /// Jobs it has.
    public let total: Int
    /// Those of them that have not ended.
    public let open: Int
    /// Those of them that failed or were cancelled.
    public let unsuccessful: Int
    /// When it began, the first time.
    public let startedAt: Instant?
    /// What it waits for, or waited for.
    public internal(set) var after: [JobStepEdge] = []
    /// Some of its jobs, at most ``mostMembers``: first those without success.
    public internal(set) var members: [Member] = []

    /// The most jobs that are told of a step.
    public static let mostMembers = 5

    init(_ row: Row) throws {
        id = try row[0]
        name = try row[1]
        isBatch = try row[2]
        state = try row[3]
        total = try row[4]
        open = try row[5]
        unsuccessful = try row[6]
        startedAt = try row[7]
    }
}

extension JobQueue {
    /// Everything known of a workflow, or nil.
    /// - Throws: ``SQLError``.
    public func workflow(_ id: Int64, in session: some SQLSession) throws -> JobWorkflowRecord? {
        let record = try session.first(
            "jobs.workflow",
            "SELECT name, owner, created_at, cancelled_at, finished_at FROM job_workflows WHERE id = \(id)"
        ) { row in
            JobWorkflowRecord(
                id: id, name: try row[0], owner: try row[1], createdAt: try row[2], cancelledAt: try row[3],
                finishedAt: try row[4], steps: [])
        }
        guard var record else { return nil }
        let edges = Dictionary(grouping: try edges(of: id, in: session), by: \.after).mapValues { $0.map(\.edge) }
        let members = Dictionary(grouping: try members(of: id, in: session), by: \.step).mapValues { $0.map(\.member) }
        let steps = try session.all(
            "jobs.workflow_steps",
            """
            SELECT id, name, is_batch, state, total, open, unsuccessful, started_at FROM job_steps
            WHERE workflow_id = \(id) ORDER BY place
            """
        ) { try JobStepRecord($0) }
        record.steps = steps.map { step in
            var step = step
            (step.after, step.members) = (edges[step.id] ?? [], members[step.id] ?? [])
            return step
        }
        return record
    }

    private func edges(
        of workflow: Int64, in session: some SQLSession
    ) throws -> [(after: Int64, edge: JobStepEdge)] {
        try session.all(
            "jobs.workflow_edges",
            """
            SELECT after_step, name, condition FROM job_edges JOIN job_steps ON job_steps.id = before_step
            WHERE job_edges.workflow_id = \(workflow) ORDER BY after_step, place
            """
        ) { (after: try $0[0], edge: JobStepEdge(try $0[1], try $0[2])) }
    }

    private func members(
        of workflow: Int64, in session: some SQLSession
    ) throws -> [(step: Int64, member: JobStepRecord.Member)] {
        try session.all(
            "jobs.workflow_members",
            """
            SELECT step_id, id, state FROM (
                SELECT step_id, id, state, row_number() OVER (
                    PARTITION BY step_id
                    ORDER BY CASE WHEN state IN ('failed', 'cancelled') THEN 0 ELSE 1 END, id) AS place
                FROM jobs WHERE workflow_id = \(workflow)) AS numbered
            WHERE place <= \(JobStepRecord.mostMembers) ORDER BY step_id, place
            """
        ) { (step: try $0[0], member: JobStepRecord.Member(id: try $0[1], state: try $0[2])) }
    }
}
