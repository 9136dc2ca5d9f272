import PorticoSQL
import PorticoValues

/// Why a job that is not done does not run.
public enum JobObstacle: Sendable, Hashable {
    /// Its time has not come: it was enqueued for later.
    case notBefore(Instant)
    /// Its last run did not end well; the next is due then.
    case nextTry(Instant)
    /// Its queue is paused.
    case paused
    /// No process works on its queue.
    case nobody
    /// Processes work on its queue, and none of them knows its kind in this version: a newer release enqueued it.
    case unknown(name: String, version: Int)
    /// As many of its queue run as may on all nodes together.
    case full(atMost: Int)
    /// As many with the key run as may; these are the first of them.
    case limit(key: String, atMost: Int, running: [Int64])
    /// As many with the key have begun as may; a place comes then.
    case rate(key: String, opensAt: Instant?)
    /// The group it follows has so many jobs that have not ended; these are the first of them.
    case group(id: Int64, open: Int, members: [Int64])
    /// Steps of its workflow come before it: those that have not ended, and those that failed and whose success it awaits.
    case steps(workflow: Int64, open: [String], failed: [String])
    /// So many jobs of its queue are before it.
    case behind(Int)
    /// All places of its queue are taken.
    case busy(running: Int, places: Int)
}

extension JobQueue {
    /// Why a job does not run; empty when nothing keeps it from running at once, or when it runs or has ended.
    /// - Throws: ``SQLError``.
    public func obstacles(to job: JobRecord, in session: some SQLSession) throws -> [JobObstacle] {
        switch job.state {
        case .scheduled:
            let isNextTry = job.attempt > 0 && !job.errors.isEmpty
            return [isNextTry ? .nextTry(job.runAt) : .notBefore(job.runAt)]
                + (try obstacles(toQueueOf: job, in: session))
        case .queued: return try obstaclesInQueue(of: job, in: session)
        case .blocked: return try holders(of: job, in: session) + obstacles(toQueueOf: job, in: session)
        case .throttled:
            guard let key = job.rateKey else { return [] }
            let opensAt = try session.first(
                "jobs.opens", "SELECT opens_at FROM job_rates WHERE rate_key = \(key)"
            ) { try $0[0] as Instant }
            return [.rate(key: key, opensAt: opensAt)] + (try obstacles(toQueueOf: job, in: session))
        case .waiting: return try openMembers(before: job, in: session) + openSteps(before: job, in: session)
        case .running, .succeeded, .failed, .cancelled: return []
        }
    }

    /// The jobs that have the places of its limit.
    private func holders(of job: JobRecord, in session: some SQLSession) throws -> [JobObstacle] {
        guard let key = job.limitKey else { return [] }
        let running = try session.all(
            "jobs.holders",
            "SELECT id, limit_most FROM jobs WHERE state = 'running' AND limit_key = \(key) ORDER BY id LIMIT 5"
        ) { (id: try $0[0] as Int64, most: try $0[1] as Int) }
        return [.limit(key: key, atMost: running.first?.most ?? 1, running: running.map(\.id))]
    }

    private func openMembers(before job: JobRecord, in session: some SQLSession) throws -> [JobObstacle] {
        guard let group = job.followsGroup else { return [] }
        let open = try session.scalar(
            "jobs.group_open", "SELECT open FROM job_groups WHERE id = \(group)", as: Int.self)
        let members = try session.all(
            "jobs.open_members",
            "SELECT id FROM jobs WHERE group_id = \(group) AND finished_at IS NULL ORDER BY id LIMIT 5"
        ) { try $0[0] as Int64 }
        return [.group(id: group, open: open ?? 0, members: members)]
    }

    private func openSteps(before job: JobRecord, in session: some SQLSession) throws -> [JobObstacle] {
        guard let workflow = job.workflowID, let step = job.stepID else { return [] }
        let before = try session.all(
            "jobs.steps_before",
            """
            SELECT name, state FROM job_edges JOIN job_steps ON job_steps.id = before_step
            WHERE job_edges.workflow_id = \(workflow) AND after_step = \(step)
                AND (state IN ('waiting', 'started') OR (state = 'failed' AND condition = 'succeeded'))
            ORDER BY place
            """
        ) { (name: try $0[0] as String, state: try $0[1] as JobStepState) }
        let failed = before.filter { $0.state == .failed }.map(\.name)
        return [.steps(workflow: workflow, open: before.filter { $0.state != .failed }.map(\.name), failed: failed)]
    }

    /// What keeps its whole queue, or all jobs of its kind, from running.
    private func obstacles(toQueueOf job: JobRecord, in session: some SQLSession) throws -> [JobObstacle] {
        let terms = try terms(in: session)[job.queue] ?? JobQueueTerms()
        return JobQueue.obstacles(to: job, terms, try workers(in: session))
    }

    private static func obstacles(
        to job: JobRecord, _ terms: JobQueueTerms, _ workers: [JobWorkerStanding]
    ) -> [JobObstacle] {
        let paused: [JobObstacle] = terms.isPaused ? [.paused] : []
        let own = workers.filter { $0.places[job.queue] != nil }
        if own.isEmpty { return paused + [.nobody] }
        return own.contains { $0.knows(job) } ? paused : paused + [.unknown(name: job.name, version: job.version)]
    }

    private func obstaclesInQueue(of job: JobRecord, in session: some SQLSession) throws -> [JobObstacle] {
        let terms = try terms(in: session)[job.queue] ?? JobQueueTerms()
        let workers = try workers(in: session)
        let standing = try session.first(
            "jobs.ahead",
            """
            SELECT (SELECT count(*) FROM (SELECT 1 AS one FROM jobs AS other WHERE other.state = 'queued'
                    AND other.queue = \(job.queue)
                    AND (other.rank, other.id) < (SELECT rank, id FROM jobs WHERE id = \(job.id)) LIMIT 10000) AS counted),
                (SELECT count(*) FROM jobs WHERE state = 'running' AND queue = \(job.queue))
            """
        ) { (ahead: try $0[0] as Int, running: try $0[1] as Int) }
        let (ahead, running) = (standing?.ahead ?? 0, standing?.running ?? 0)
        var obstacles = JobQueue.obstacles(to: job, terms, workers)
        if let most = terms.atMost, running >= most { obstacles.append(.full(atMost: most)) }
        if ahead > 0 { obstacles.append(.behind(ahead)) }
        let places = workers.reduce(0) { sum, worker in
            worker.places[job.queue].map { sum + (terms.perNode ?? $0) } ?? sum
        }
        if places > 0, running >= places { obstacles.append(.busy(running: running, places: places)) }
        return obstacles
    }
}
