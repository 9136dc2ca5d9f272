import PorticoSQL
import PorticoValues

/// Takes due jobs for a worker. Any number of workers on any number of nodes may do so at once; each job goes to one.
struct JobClaim {
    /// The worker.
    let holder: String
    /// How long it has the jobs without a sign of life.
    let lease: Span
    let now: Instant

    /// What one claim brought.
    struct Outcome: Sendable {
        var jobs: [ClaimedJob] = []
        /// Whether there may be more than was asked for.
        var hasMore = false
        /// When the first of the jobs that must wait for their rate may begin; nil when none must.
        var opensAt: Instant?
    }

    /// Claims at most `limit` jobs of a queue, those that have waited longest with their head start counted.
    /// - Parameter most: the most that may run in the queue on all nodes together; nil for as many as they like.
    func take(
        _ limit: Int, of queue: String, atMost most: Int? = nil, in transaction: Transaction
    ) throws -> Outcome {
        let room = try most.map { try self.room(in: queue, atMost: $0, in: transaction) } ?? limit
        guard room > 0 else { return Outcome() }
        return try take(rows: min(limit, room), of: queue, in: transaction)
    }

    /// Places of a queue that has a limit. A lock for each such queue makes nodes that claim at once see each other.
    private func room(in queue: String, atMost most: Int, in transaction: Transaction) throws -> Int {
        try JobLock.take("queue \(queue)", in: transaction)
        let running = try transaction.scalar(
            "jobs.count_running", "SELECT count(*) FROM jobs WHERE state = 'running' AND queue = \(queue)",
            as: Int.self)
        return most - (running ?? 0)
    }

    private func take(rows limit: Int, of queue: String, in transaction: Transaction) throws -> Outcome {
        let claimed = try transaction.all(
            "jobs.claim",
            """
            WITH due AS MATERIALIZED (
                SELECT id AS due_id FROM jobs
                WHERE state = 'queued' AND queue = \(queue)
                    AND NOT EXISTS (
                        SELECT 1 FROM job_queues WHERE job_queues.queue = \(queue) AND paused_at IS NOT NULL)
                ORDER BY rank, id LIMIT \(limit)\(transaction.dialect.skipLocked))
            UPDATE jobs SET \(taking) FROM due WHERE id = due_id RETURNING \(ClaimedJob.columns)
            """
        ) { try ClaimedJob($0) }
        let ordered = claimed.sorted { ($0.rank, $0.id) < ($1.rank, $1.id) }
        let (admitted, opensAt) = try JobRates(now: now).keeping(ordered, in: transaction)
        let kept = try keepingLimits(admitted, in: transaction)
        try JobRates(now: now).count(kept, in: transaction)
        try giveKeysUp(kept, in: transaction)
        return Outcome(jobs: kept, hasMore: claimed.count == limit, opensAt: opensAt)
    }

    /// Claims one job that is due, wherever it stands in its queue.
    func take(job id: Int64, in transaction: Transaction) throws -> ClaimedJob? {
        let claimed = try transaction.first(
            "jobs.claim_one",
            """
            UPDATE jobs SET \(taking) WHERE id = \(id) AND state = 'queued' RETURNING \(ClaimedJob.columns)
            """
        ) { try ClaimedJob($0) }
        if let claimed { try giveKeysUp([claimed], in: transaction) }
        return claimed
    }

    /// Jobs that are the only ones until they start have started now. Those that were put aside wait on with their keys.
    private func giveKeysUp(_ jobs: [ClaimedJob], in transaction: Transaction) throws {
        for job in jobs where job.givesKeyUp {
            try transaction.executeLater("jobs.give_key_up", "UPDATE jobs SET unique_key = NULL WHERE id = \(job.id)")
        }
    }

    private var taking: SQL {
        """
        state = 'running', turns = turns + 1, attempt = attempt + 1, holder = \(holder),
        lease_until = \(now + lease), started_at = \(now), done = NULL, total = NULL, cancel_requested = 0
        """
    }

    /// Puts those aside whose limit is reached. A lock for each key makes nodes that claim at once see each other's
    /// claims.
    private func keepingLimits(_ jobs: [ClaimedJob], in transaction: Transaction) throws -> [ClaimedJob] {
        let keyed = Dictionary(grouping: jobs.filter { $0.limitKey != nil }) { $0.limitKey ?? "" }
        guard !keyed.isEmpty else { return jobs }
        var excess: Set<Int64> = []
        for (key, claimed) in keyed.sorted(by: { $0.key < $1.key }) {
            try JobLock.take(key, in: transaction)
            let running =
                try transaction.scalar(
                    "jobs.count_limited", "SELECT count(*) FROM jobs WHERE state = 'running' AND limit_key = \(key)",
                    as: Int.self) ?? 0
            let most = claimed.first?.limitMost ?? 1
            for job in claimed.suffix(min(max(0, running - most), claimed.count)) {
                try transaction.execute("jobs.block", job.returning(to: .blocked))
                excess.insert(job.id)
            }
        }
        return jobs.filter { !excess.contains($0.id) }
    }
}

/// One transaction at a time counts and changes the jobs of a key.
enum JobLock {
    static func take(_ key: String, in transaction: Transaction) throws {
        // SQLite has one writer anyway.
        guard transaction.dialect == .postgresql else { return }
        try transaction.execute("jobs.lock_limit", "SELECT pg_advisory_xact_lock(hashtextextended(\(key), 7071190))")
    }
}

extension Dialect {
    /// Ends a `SELECT` that takes rows nobody else is taking.
    var skipLocked: SQL {
        switch self {
        case .sqlite: ""
        case .postgresql: " FOR UPDATE SKIP LOCKED"
        }
    }
}
