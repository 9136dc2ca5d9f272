import PorticoSQL
import PorticoValues

/// How many jobs of a queue stand where.
public struct JobQueueOverview: Sendable, Hashable {
    /// The queue.
    public let queue: String
    /// Whether no job of it is started.
    public let isPaused: Bool
    /// Jobs by state; succeeded and cancelled ones are not counted.
    public let counts: [JobState: Int]
    /// Since when the oldest job is due; nil when none is.
    public let oldestDue: Instant?
}

/// What operators do with jobs.
extension JobQueue {
    /// All queues that hold jobs which are not done, or that are paused.
    /// - Throws: ``SQLError``.
    public func overview(in session: some SQLSession) throws -> [JobQueueOverview] {
        var counts: [String: [JobState: Int]] = [:]
        var oldest: [String: Instant] = [:]
        // One statement a state: each is answered from the index of that state alone.
        for state in [JobState.scheduled, .queued, .blocked, .running, .failed] {
            try session.each(
                "jobs.count",
                """
                SELECT queue, count(*), min(run_at) FROM jobs WHERE state = '\(SQL(trusted: state.rawValue))'
                GROUP BY queue
                """
            ) { row in
                let queue: String = try row[0]
                counts[queue, default: [:]][state] = try row[1]
                if state == .queued { oldest[queue] = try row[2] }
            }
        }
        let paused = try pausedQueues(in: session)
        return Set(counts.keys).union(paused).sorted().map { queue in
            JobQueueOverview(
                queue: queue, isPaused: paused.contains(queue), counts: counts[queue] ?? [:], oldestDue: oldest[queue])
        }
    }

    /// Jobs in a state, the newest first.
    /// - Parameters:
    ///   - queue: only of this queue.
    ///   - before: only jobs with lower ids, for the next page.
    /// - Throws: ``SQLError``.
    public func jobs(
        in state: JobState, queue: String? = nil, before: Int64? = nil, limit: Int = 50, in session: some SQLSession
    ) throws -> [JobRecord] {
        let place: SQL = queue.map { "AND queue = \($0)" } ?? ""
        // States with an index of their own are read from it; by the ids the engine would walk through all that have
        // ended.
        let id: SQL = [.succeeded, .cancelled, .waiting].contains(state) ? "id" : "id + 0"
        return try session.all(
            "jobs.list",
            """
            SELECT \(JobRecord.columns) FROM jobs
            WHERE state = '\(SQL(trusted: state.rawValue))' \(place) AND \(id) < \(before ?? Int64.max)
            ORDER BY \(id) DESC LIMIT \(max(1, min(limit, 1000)))
            """
        ) { try JobRecord($0) }
    }

    /// Tries a failed or cancelled job again, with all of its retries.
    /// - Returns: whether it was failed or cancelled.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func replay(_ id: Int64, in transaction: Transaction) throws -> Bool {
        let now = clock.now()
        let group = try transaction.first(
            "jobs.replay",
            """
            UPDATE jobs SET state = 'queued', run_at = \(now), rank = \(now.milliseconds) - head_start, attempt = 0,
                cancel_requested = 0, finished_at = NULL, result = NULL
            WHERE id = \(id) AND state IN ('failed', 'cancelled') RETURNING group_id
            """
        ) { try $0[0] as Int64? }
        guard let group else { return false }
        if let group {
            try transaction.execute(
                "jobs.reopen_group",
                "UPDATE job_groups SET open = open + 1, unsuccessful = unsuccessful - 1 WHERE id = \(group)")
        }
        announce(in: transaction)
        return true
    }

    /// Tries the oldest failed jobs of a queue again.
    /// - Returns: number of jobs.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func replayFailed(queue: String, limit: Int = 100, in transaction: Transaction) throws -> Int {
        let ids = try transaction.all(
            "jobs.failed",
            "SELECT id FROM jobs WHERE state = 'failed' AND queue = \(queue) ORDER BY id LIMIT \(limit)"
        ) { try $0[0] as Int64 }
        return try ids.filter { try replay($0, in: transaction) }.count
    }

    /// Removes a job that has ended.
    /// - Returns: whether it was there and had ended.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func discard(_ id: Int64, in transaction: Transaction) throws -> Bool {
        try transaction.execute("jobs.discard", "DELETE FROM jobs WHERE id = \(id) AND finished_at IS NOT NULL") == 1
    }

    /// Lets no job of a queue start until ``resume(_:in:)``, on all nodes. Running ones go on.
    /// - Throws: ``SQLError``.
    public func pause(_ queue: String, in transaction: Transaction) throws {
        try transaction.execute(
            "jobs.pause",
            """
            INSERT INTO job_queues (queue, paused_at) VALUES (\(queue), \(clock.now()))
            ON CONFLICT (queue) DO UPDATE SET paused_at = excluded.paused_at
            """)
    }

    /// Lets jobs of a queue start again.
    /// - Throws: ``SQLError``.
    public func resume(_ queue: String, in transaction: Transaction) throws {
        try transaction.execute("jobs.resume", "DELETE FROM job_queues WHERE queue = \(queue)")
        announce(in: transaction)
    }

    private func pausedQueues(in session: some SQLSession) throws -> Set<String> {
        Set(
            try session.all("jobs.paused", "SELECT queue FROM job_queues WHERE paused_at IS NOT NULL") {
                try $0[0] as String
            })
    }
}
