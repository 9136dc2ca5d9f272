import PorticoSQL
import PorticoValues

/// Finds the places of jobs whose queue is to be fair: each behind the last of its share that waits.
struct JobShares {
    private struct Place: Hashable {
        let queue: String
        let key: String
    }

    let now: Instant
    private var last: [Place: Instant] = [:]

    init(now: Instant) {
        self.now = now
    }

    /// The job at its place. One that waits for its time gets its place when that has come.
    mutating func placing(_ job: NewJob, in transaction: Transaction) throws -> NewJob {
        guard let share = job.share, job.state(at: now) == .queued else { return job }
        let place = Place(queue: job.policy.queue, key: share.key)
        var placed = job
        if let before = try last[place] ?? rank(of: place, in: transaction) {
            placed.rank = max(placed.rank, before + share.step)
        }
        last[place] = placed.rank
        return placed
    }

    private func rank(of place: Place, in transaction: Transaction) throws -> Instant? {
        try transaction.first(
            "jobs.last_of_share",
            """
            SELECT rank FROM jobs WHERE state = 'queued' AND queue = \(place.queue) AND share_key = \(place.key)
            ORDER BY rank DESC LIMIT 1
            """
        ) { try $0[0] as Instant }
    }
}
