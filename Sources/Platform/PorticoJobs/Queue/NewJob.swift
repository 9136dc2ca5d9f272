import PorticoJSON
import PorticoSQL
import PorticoTelemetry
import PorticoValues

/// A job on its way into the table.
struct NewJob {
    let name: String
    let version: Int
    let policy: JobPolicy
    let priority: JobPriority
    let payload: String
    let isSealed: Bool
    /// What makes it the same as another, in its scope; nil when it counts for itself.
    let uniqueKey: String?
    let uniqueness: JobUniqueness?
    let limit: JobLimit?
    let rate: JobRate?
    let share: JobShare?
    let owner: Int64?
    /// By which operators find it.
    let tags: [String]
    /// The request that enqueues it.
    let origin: WorkOrigin?
    /// What its run is linked to.
    let traceparent: String?
    let runAt: Instant
    var groupID: Int64?
    var followsGroup: Int64?
    /// Its place in a workflow.
    var step: JobStepPlace?
    /// Where it stands in its queue; later than by time alone where much of its share waits.
    var rank: Instant

    /// - Throws: ``JobSealError/missing``.
    init<Kind: Job>(
        _ job: Kind, _ options: JobOptions, at now: Instant, seal: JobSeal?, from sending: JobSending
    ) throws {
        name = Kind.name
        version = Kind.version
        policy = Kind.policy
        priority = options.priority ?? policy.priority
        isSealed = Kind.isSealed
        if Kind.isSealed {
            guard let seal else { throw JobSealError.missing }
            payload = seal.text(of: job.payload, name: Kind.name)
        } else {
            payload = String(decoding: job.payload.bytes, as: UTF8.self)
        }
        uniqueness = job.uniqueness
        uniqueKey = uniqueness?.stored(name: name, queue: policy.queue)
        limit = job.limit
        rate = job.rate
        share = job.share
        owner = options.owner
        tags = JobTag.clean(job.tags + options.tags)
        origin = sending.origin
        traceparent = sending.traceparent
        runAt = max(options.notBefore ?? now, now)
        rank = runAt - priority.headStart
    }

    func state(at now: Instant) -> JobState {
        if followsGroup != nil || step?.waits == true { return .waiting }
        return runAt > now ? .scheduled : .queued
    }

    /// Whether nothing needs to be known of its row: neither whether its key was taken, nor the id.
    var isLoadable: Bool { uniqueKey == nil && tags.isEmpty }

    static let columns = [
        "name", "version", "queue", "state", "rank", "head_start", "run_at", "payload", "is_sealed", "owner",
        "unique_key", "unique_ends_at_start", "unique_until", "limit_key", "limit_most", "rate_key", "rate_most",
        "rate_span", "share_key", "share_step", "group_id", "follows_group", "turns", "attempt", "retries", "rescues",
        "cancel_requested", "errors", "created_at", "request_id", "traceparent", "own_key",
        "workflow_id", "step_id", "tags",
    ]

    /// The values of ``columns``, for a load of many.
    func row(at now: Instant) -> [SQLValue] {
        [
            name.sqlValue, version.sqlValue, policy.queue.sqlValue, state(at: now).sqlValue, rank.sqlValue,
            priority.headStart.milliseconds.sqlValue, runAt.sqlValue, payload.sqlValue, isSealed.sqlValue,
            owner.sqlValue, uniqueKey.sqlValue, (uniqueness?.endsAtStart ?? false).sqlValue,
            (uniqueness?.period.map { now + $0 }).sqlValue, (limit?.key).sqlValue, (limit?.atMost).sqlValue,
            (rate?.key).sqlValue, (rate?.atMost).sqlValue, (rate?.span.milliseconds).sqlValue,
            (share?.key).sqlValue, (share?.step.milliseconds).sqlValue, groupID.sqlValue, followsGroup.sqlValue,
            .integer(0), .integer(0), policy.retries.sqlValue, .integer(0), .integer(0), .text("[]"), now.sqlValue,
            (origin?.requestID).sqlValue, traceparent.sqlValue, uniqueKey.sqlValue,
            (step?.workflow).sqlValue, (step?.id).sqlValue, JobTag.text(tags).sqlValue,
        ]
    }

    /// Adds the rows whose keys are not taken, and tells which were added.
    static func insertion(_ jobs: some Sequence<NewJob>, at now: Instant) -> SQL {
        var rows: SQL = ""
        for job in jobs { rows = rows.text.isEmpty ? job.values(at: now) : "\(rows), \(job.values(at: now))" }
        return """
            INSERT INTO jobs (\(SQL(trusted: columns.joined(separator: ", ")))) VALUES \(rows)
            ON CONFLICT DO NOTHING RETURNING id, unique_key, tags
            """
    }

    /// ``row(at:)`` as statement text.
    private func values(at now: Instant) -> SQL {
        """
        (\(name), \(version), \(policy.queue), \(state(at: now)), \(rank), \(priority.headStart.milliseconds),
        \(runAt), \(payload), \(isSealed), \(owner), \(uniqueKey), \(uniqueness?.endsAtStart ?? false),
        \(uniqueness?.period.map { now + $0 }), \(limit?.key), \(limit?.atMost), \(rate?.key), \(rate?.atMost),
        \(rate?.span.milliseconds), \(share?.key), \(share?.step.milliseconds), \(groupID), \(followsGroup),
        0, 0, \(policy.retries), 0, 0, '[]', \(now), \(origin?.requestID), \(traceparent),
        \(uniqueKey), \(step?.workflow), \(step?.id), \(JobTag.text(tags)))
        """
    }
}
