import PorticoSQL
import PorticoValues

/// Why a job that is not done does not run.
public enum JobObstacle: Sendable, Hashable {
    /// Its time has not come.
    case notBefore(Instant)
    /// Its queue is paused.
    case paused
    /// As many of its queue run as may on all nodes together.
    case full(atMost: Int)
    /// As many with the key run as may; these are the first of them.
    case limit(key: String, atMost: Int, running: [Int64])
    /// As many with the key have begun as may; a place comes then.
    case rate(key: String, opensAt: Instant?)
    /// The group it follows has so many jobs that have not ended.
    case group(id: Int64, open: Int)
    /// So many jobs of its queue are before it.
    case behind(Int)
}

extension JobQueue {
    /// Why a job does not run; empty when nothing but a free place is missing, or when it runs or has ended.
    /// - Throws: ``SQLError``.
    public func obstacles(to job: JobRecord, in session: some SQLSession) throws -> [JobObstacle] {
        switch job.state {
        case .scheduled: return [.notBefore(job.runAt)]
        case .queued: return try obstaclesInQueue(of: job, in: session)
        case .blocked:
            guard let key = job.limitKey else { return [] }
            let running = try session.all(
                "jobs.holders",
                "SELECT id, limit_most FROM jobs WHERE state = 'running' AND limit_key = \(key) ORDER BY id LIMIT 5"
            ) { (id: try $0[0] as Int64, most: try $0[1] as Int) }
            return [.limit(key: key, atMost: running.first?.most ?? 1, running: running.map(\.id))]
        case .throttled:
            guard let key = job.rateKey else { return [] }
            let opensAt = try session.first(
                "jobs.opens", "SELECT opens_at FROM job_rates WHERE rate_key = \(key)"
            ) { try $0[0] as Instant }
            return [.rate(key: key, opensAt: opensAt)]
        case .waiting:
            guard let group = job.followsGroup else { return [] }
            let open = try session.scalar(
                "jobs.group_open", "SELECT open FROM job_groups WHERE id = \(group)", as: Int.self)
            return [.group(id: group, open: open ?? 0)]
        case .running, .succeeded, .failed, .cancelled: return []
        }
    }

    private func obstaclesInQueue(of job: JobRecord, in session: some SQLSession) throws -> [JobObstacle] {
        let terms = try terms(in: session)[job.queue] ?? JobQueueTerms()
        if terms.isPaused { return [.paused] }
        let ahead = try session.scalar(
            "jobs.ahead",
            """
            SELECT count(*) FROM (SELECT 1 AS one FROM jobs AS other WHERE other.state = 'queued'
                AND other.queue = \(job.queue)
                AND (other.rank, other.id) < (SELECT rank, id FROM jobs WHERE id = \(job.id)) LIMIT 10000) AS counted
            """, as: Int.self)
        let standing: [JobObstacle] = (ahead ?? 0) > 0 ? [.behind(ahead ?? 0)] : []
        guard let most = terms.atMost else { return standing }
        let running = try session.scalar(
            "jobs.count_running", "SELECT count(*) FROM jobs WHERE state = 'running' AND queue = \(job.queue)",
            as: Int.self)
        return (running ?? 0) >= most ? [.full(atMost: most)] + standing : standing
    }
}
