import PorticoSQL
import PorticoValues

/// How many jobs of a queue stand where.
public struct JobQueueOverview: Sendable, Hashable {
    /// The queue.
    public let queue: String
    /// What operators have said of it.
    public let terms: JobQueueTerms
    /// Jobs by state; succeeded and cancelled ones are not counted.
    public let counts: [JobState: Int]
    /// Since when the oldest job is due; nil when none is.
    public let oldestDue: Instant?

    /// Whether no job of it is started.
    public var isPaused: Bool { terms.isPaused }
}

/// What operators do with jobs.
extension JobQueue {
    /// All queues that hold jobs which are not done, or of which operators have said something.
    /// - Throws: ``SQLError``.
    public func overview(in session: some SQLSession) throws -> [JobQueueOverview] {
        var counts: [String: [JobState: Int]] = [:]
        var oldest: [String: Instant] = [:]
        // A part for each state: each is answered from the index of that state alone.
        let parts: [SQL] = JobState.counted.map { state in
            let name = SQL(trusted: state.rawValue)
            return
                "SELECT '\(name)' AS state, queue, count(*), min(run_at) FROM jobs WHERE state = '\(name)' GROUP BY queue"
        }
        try session.each("jobs.count", parts.dropFirst().reduce(parts[0]) { "\($0) UNION ALL \($1)" }) { row in
            let (state, queue): (JobState, String) = (try row[0], try row[1])
            counts[queue, default: [:]][state] = try row[2]
            if state == .queued { oldest[queue] = try row[3] }
        }
        let terms = try terms(in: session)
        return Set(counts.keys).union(terms.keys).sorted().map { queue in
            JobQueueOverview(
                queue: queue, terms: terms[queue] ?? JobQueueTerms(), counts: counts[queue] ?? [:],
                oldestDue: oldest[queue])
        }
    }

    /// The jobs with these ids that are there.
    /// - Throws: ``SQLError``.
    public func records(_ ids: [Int64], in session: some SQLSession) throws -> [Int64: JobRecord] {
        guard let first = ids.first else { return [:] }
        let list = ids.dropFirst().reduce("\(first)" as SQL) { "\($0), \($1)" }
        let found = try session.all(
            "jobs.records", "SELECT \(JobRecord.columns) FROM jobs WHERE id IN (\(list))"
        ) { try JobRecord($0) }
        return Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0) })
    }

    /// Jobs in a state, the newest first.
    /// - Parameters:
    ///   - queue: only of this queue.
    ///   - before: only jobs with lower ids, for the next page.
    /// - Throws: ``SQLError``.
    public func jobs(
        in state: JobState, queue: String? = nil, before: Int64? = nil, limit: Int = 50, in session: some SQLSession
    ) throws -> [JobRecord] {
        try jobs(JobSearch(state: state, queue: queue), before: before, limit: limit, in: session)
    }

    /// Removes a job that has ended. Those of a workflow stay until it has ended too: its later steps read their results.
    /// - Returns: whether it was there, had ended, and nobody needs it any more.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func discard(_ id: Int64, in transaction: Transaction) throws -> Bool {
        try transaction.execute(
            "jobs.discard",
            """
            DELETE FROM jobs WHERE id = \(id) AND finished_at IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM job_workflows
                WHERE job_workflows.id = jobs.workflow_id AND job_workflows.finished_at IS NULL)
            """) == 1
    }
}
