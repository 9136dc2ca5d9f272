import PorticoJSON
import PorticoSQL
import PorticoValues

/// A job on its way into the table.
struct NewJob {
    let name: String
    let policy: JobPolicy
    let priority: JobPriority
    let payload: String
    let uniqueness: JobUniqueness?
    let limit: JobLimit?
    let owner: Int64?
    let runAt: Instant
    var groupID: Int64?
    var followsGroup: Int64?

    init<Kind: Job>(_ job: Kind, _ options: JobOptions, at now: Instant) {
        name = Kind.name
        policy = Kind.policy
        priority = options.priority ?? policy.priority
        payload = String(decoding: job.payload.bytes, as: UTF8.self)
        uniqueness = job.uniqueness
        limit = job.limit
        owner = options.owner
        runAt = max(options.notBefore ?? now, now)
    }

    func state(at now: Instant) -> JobState {
        if followsGroup != nil { return .waiting }
        return runAt > now ? .scheduled : .queued
    }

    static let columns = [
        "name", "queue", "state", "rank", "head_start", "run_at", "payload", "owner", "unique_key",
        "unique_ends_at_start", "limit_key", "limit_most", "group_id", "follows_group", "turns", "attempt", "retries",
        "rescues", "cancel_requested", "errors", "created_at",
    ]

    /// The values of ``columns`` for a load of many, which are never unique.
    func row(at now: Instant) -> [SQLValue] {
        [
            name.sqlValue, policy.queue.sqlValue, state(at: now).sqlValue, (runAt - priority.headStart).sqlValue,
            priority.headStart.milliseconds.sqlValue, runAt.sqlValue, payload.sqlValue, owner.sqlValue, .null,
            .integer(0), (limit?.key).sqlValue, (limit?.atMost).sqlValue, groupID.sqlValue, followsGroup.sqlValue,
            .integer(0), .integer(0), policy.retries.sqlValue, .integer(0), .integer(0), .text("[]"), now.sqlValue,
        ]
    }

    func insertion(at now: Instant) -> SQL {
        """
        INSERT INTO jobs (name, queue, state, rank, head_start, run_at, payload, owner, unique_key,
            unique_ends_at_start, limit_key, limit_most, group_id, follows_group, turns, attempt, retries,
            rescues, cancel_requested, errors, created_at)
        VALUES (\(name), \(policy.queue), \(state(at: now)), \(runAt - priority.headStart),
            \(priority.headStart.milliseconds), \(runAt), \(payload), \(owner), \(uniqueness?.key),
            \(uniqueness?.endsAtStart ?? false), \(limit?.key), \(limit?.atMost), \(groupID), \(followsGroup),
            0, 0, \(policy.retries), 0, 0, '[]', \(now))
        ON CONFLICT DO NOTHING RETURNING id
        """
    }
}
