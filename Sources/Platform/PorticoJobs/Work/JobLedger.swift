import PorticoJSON
import PorticoSQL
import PorticoValues

/// What a run leaves behind.
enum JobEnd: Sendable {
    case succeeded(JSONValue?)
    /// Tried again at `at`; a run that does not count gives its attempt back.
    case again(at: Instant, note: JobErrorNote?, counts: Bool)
    case failed(JobErrorNote)
    case cancelled
    /// Given back because the process ends: due at once, and the run does not count.
    case released

    /// The state the job is left in.
    var state: JobState {
        switch self {
        case .succeeded: .succeeded
        case .again: .scheduled
        case .failed: .failed
        case .cancelled: .cancelled
        case .released: .queued
        }
    }
}

extension JobQueue {
    /// Ends a run: its row, its group and its limit, in one transaction. A job that would wait again is cancelled when
    /// somebody asked for that while it ran.
    /// - Returns: whether the run was still entitled to it; if not nothing is changed.
    func end(
        _ job: ClaimedJob, _ wanted: JobEnd, progress: JobProgress?, in transaction: Transaction
    ) throws -> Bool {
        let now = clock.now()
        let workflow = try job.workflowID.flatMap { try hold(workflow: $0, in: transaction) }
        let end = try heeding(wanted, of: job, in: transaction)
        guard try transaction.execute("jobs.end", statement(for: job, end, progress, now)) == 1 else { return false }
        if let key = job.limitKey { try unblock(key, in: transaction) }
        if end.state.isFinal, let group = job.groupID {
            try closeMember(of: group, succeeded: end.state == .succeeded, at: now, in: transaction)
        }
        if let workflow { try note(end, of: job, in: workflow, at: now, in: transaction) }
        if end.state == .queued { announce(in: transaction) }
        try tell(job, in: transaction)
        return true
    }

    private func statement(
        for job: ClaimedJob, _ end: JobEnd, _ progress: JobProgress?, _ now: Instant
    ) throws -> SQL {
        let steps: SQL = progress.map { ", done = \($0.done), total = \($0.total)" } ?? ""
        let common: SQL = "holder = NULL, lease_until = NULL\(steps)"
        switch end {
        case .succeeded(let result):
            let stored = try result.map { try text(of: $0, from: job) }
            return """
                UPDATE jobs SET state = 'succeeded', finished_at = \(now), result = \(stored),
                    unique_key = CASE WHEN unique_until > \(now) THEN unique_key END, \(common)
                WHERE \(job.mine)
                """
        case .again(let at, let note, let counts):
            return """
                UPDATE jobs SET state = 'scheduled', run_at = \(at), attempt = attempt - \(counts ? 0 : 1),
                    errors = \(errors(of: job, note)), \(common)
                WHERE \(job.mine)
                """
        case .failed(let note):
            return """
                UPDATE jobs SET state = 'failed', finished_at = \(now), unique_key = NULL,
                    errors = \(errors(of: job, note)), \(common)
                WHERE \(job.mine)
                """
        case .cancelled:
            return """
                UPDATE jobs SET state = 'cancelled', finished_at = \(now), unique_key = NULL, \(common)
                WHERE \(job.mine)
                """
        case .released:
            return
                """
                UPDATE jobs SET state = 'queued', attempt = attempt - 1, started_at = NULL, \(common)
                WHERE \(job.mine)
                """
        }
    }

    /// - Throws: ``JobSealError/missing``.
    private func text(of result: JSONValue, from job: ClaimedJob) throws -> String {
        guard job.isSealed else { return String(decoding: result.bytes, as: UTF8.self) }
        guard let seal else { throw JobSealError.missing }
        return seal.text(ofResult: result, of: job.name)
    }

    private func errors(of job: ClaimedJob, _ note: JobErrorNote?) -> String {
        note.map { JobErrorNote.appending($0, to: job.errors) } ?? job.errors
    }

    /// Lets the next job go that waits for a place of its limit.
    private func unblock(_ key: String, in transaction: Transaction) throws {
        try JobLock.take(key, in: transaction)
        let freed = try transaction.execute(
            "jobs.unblock",
            """
            UPDATE jobs SET state = 'queued' WHERE state = 'blocked' AND id IN (
                SELECT id FROM jobs WHERE state = 'blocked' AND limit_key = \(key) ORDER BY rank, id
                LIMIT 1\(transaction.dialect.skipLocked))
            """)
        if freed > 0 { announce(in: transaction) }
    }

    /// Looks after limits and rates whose last running job let nobody go, because who was to go was just being cancelled.
    func unblockForgotten(in transaction: Transaction) throws {
        try transaction.execute(
            "jobs.remember_rates",
            """
            INSERT INTO job_rates (rate_key, most, span, opens_at)
            SELECT rate_key, min(rate_most), min(rate_span), \(clock.now()) FROM jobs WHERE state = 'throttled'
            GROUP BY rate_key ON CONFLICT DO NOTHING
            """)
        // Only keys with room: those that are full must not stand before them for ever.
        let keys = try transaction.all(
            "jobs.blocked_keys",
            """
            SELECT limit_key, min(limit_most) FROM jobs WHERE state = 'blocked' GROUP BY limit_key
            HAVING min(limit_most) > (
                SELECT count(*) FROM jobs AS held WHERE held.state = 'running' AND held.limit_key = jobs.limit_key)
            LIMIT 100
            """
        ) { (key: try $0[0] as String, most: try $0[1] as Int) }
        for (key, most) in keys.sorted(by: { $0.key < $1.key }) {
            try JobLock.take(key, in: transaction)
            let running = try transaction.scalar(
                "jobs.count_limited", "SELECT count(*) FROM jobs WHERE state = 'running' AND limit_key = \(key)",
                as: Int.self)
            if (running ?? 0) < most { try unblock(key, in: transaction) }
        }
    }

    /// Makes jobs due whose time has come.
    /// - Returns: whether there may be more.
    func promote(in transaction: Transaction) throws -> Bool {
        let batch = 500
        let now = clock.now()
        let due = try transaction.execute(
            "jobs.promote",
            """
            WITH due AS MATERIALIZED (
                SELECT id AS due_id FROM jobs WHERE state = 'scheduled' AND run_at <= \(now)
                ORDER BY run_at LIMIT \(batch)\(transaction.dialect.skipLocked)),
            placed AS (
                SELECT id AS placed_id, share_step * row_number() OVER (
                        PARTITION BY queue, share_key ORDER BY run_at, id) AS distance,
                    (SELECT max(ahead.rank) FROM jobs AS ahead WHERE ahead.state = 'queued'
                        AND ahead.queue = jobs.queue AND ahead.share_key = jobs.share_key) AS behind
                FROM due JOIN jobs ON id = due_id WHERE share_key IS NOT NULL)
            UPDATE jobs SET state = 'queued', rank = CASE
                    WHEN placed_id IS NULL THEN run_at - head_start
                    WHEN behind + distance > run_at - head_start + distance - share_step THEN behind + distance
                    ELSE run_at - head_start + distance - share_step END
            FROM due LEFT JOIN placed ON placed_id = due_id WHERE id = due_id
            """)
        return due == batch
    }

    /// Gives jobs whose worker has not been heard of to others, or fails them when they have no try left: a job that
    /// takes its process down with it must not do so for ever.
    /// - Returns: the jobs that were rescued or failed.
    func rescue(in transaction: Transaction) throws -> [ClaimedJob] {
        let now = clock.now()
        let lost = try transaction.all(
            "jobs.lost",
            """
            SELECT \(ClaimedJob.columns) FROM jobs WHERE state = 'running' AND lease_until < \(now)
            ORDER BY lease_until LIMIT 100\(transaction.dialect.skipLocked)
            """
        ) { try ClaimedJob($0) }
        for job in lost {
            var note = JobErrorNote(
                at: now, attempt: job.attempt, code: "worker_lost", message: "The run was interrupted.",
                detail: "The worker's lease ran out.")
            note.startedAt = job.startedAt
            (note.done, note.total) = (job.done, job.total)
            note.node = try job.holder.flatMap { try node(of: $0, in: transaction) }
            try transaction.execute(
                "jobs.count_rescue", "UPDATE jobs SET rescues = rescues + 1 WHERE \(job.mine)")
            let end = job.mayRetry ? JobEnd.again(at: now, note: note, counts: true) : .failed(note)
            _ = try self.end(job, end, progress: nil, in: transaction)
        }
        return lost
    }

    /// Removes what ended long ago, some thousand rows at most, and keeps traces where they are wanted.
    /// - Returns: number of jobs removed.
    func purge(_ retention: JobRetention, in transaction: Transaction) throws -> Int {
        let now = clock.now()
        let batch = 5000
        let old: SQL = """
            SELECT id FROM jobs WHERE finished_at IS NOT NULL AND finished_at < \(now - retention.ended)
                AND (NOT \(JobQueue.mayFollow) OR finished_at < \(now - retention.failed))
                AND NOT \(isNeeded(retention, at: now))
            ORDER BY finished_at LIMIT \(batch)
            """
        let done =
            try retention.archive == nil
            ? transaction.execute("jobs.purge", "DELETE FROM jobs WHERE id IN (\(old))")
            : archive(old, at: now, in: transaction)
        try purgeArchive(retention, at: now, in: transaction)
        try transaction.execute(
            "jobs.purge_starts",
            """
            DELETE FROM job_starts WHERE (rate_key, started_at) IN (
                SELECT rate_key, started_at FROM job_starts WHERE counts_until < \(now)
                ORDER BY counts_until LIMIT \(batch))
            """)
        try transaction.execute(
            "jobs.purge_groups",
            """
            DELETE FROM job_groups WHERE id IN (
                SELECT id FROM job_groups WHERE created_at < \(now - retention.failed) AND open <= 0
                ORDER BY created_at LIMIT \(batch))
            """)
        try purgeWorkflows(before: now - retention.failed, in: transaction)
        return done
    }
}
