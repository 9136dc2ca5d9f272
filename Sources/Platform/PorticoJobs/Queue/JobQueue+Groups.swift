import PorticoSQL
import PorticoValues

extension JobQueue {
    /// Enqueues jobs that belong together, and one that follows when all of them have ended.
    ///
    /// The continuation finds its group in ``JobRun/followsGroup`` and what came of the members with
    /// ``JobQueue/members(ofGroup:in:)``, that of sealed ones with ``JobQueue/opened(_:)``. A member that counts as the same
    /// as a job outside is not waited for.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func enqueueGroup(
        _ jobs: [any Job], then continuation: (any Job)? = nil, when condition: JobGroupCondition = .allSucceeded,
        _ options: JobOptions = JobOptions(), in transaction: Transaction
    ) throws -> JobGroupTicket {
        let (now, sending) = (clock.now(), JobSending(in: transaction))
        let group = try transaction.scalar(
            "jobs.open_group",
            """
            INSERT INTO job_groups (total, open, unsuccessful, condition, created_at)
            VALUES (0, 1, 0, \(condition.rawValue), \(now)) RETURNING id
            """, as: Int64.self)
        guard let group else { throw SQLError(.other, message: "no group was made", statement: "jobs.open_group") }
        let tickets = try jobs.map { try insertMember($0, options, group: group, from: sending, in: transaction) }
        let following = try continuation.map {
            try insertContinuation($0, options, group: group, from: sending, in: transaction)
        }
        let count = tickets.filter(\.isNew).count
        try transaction.execute(
            "jobs.fill_group",
            """
            UPDATE job_groups SET total = \(count), open = open + \(count), continuation = \(following)
            WHERE id = \(group)
            """)
        // The place held while the group was filled; a group without members ends here.
        try closeMember(of: group, succeeded: true, at: now, in: transaction)
        if let first = jobs.first ?? continuation {
            let all = count + (following == nil ? 0 : 1)
            sending.record(type(of: first).name, queue: type(of: first).policy.queue, jobs: all, in: transaction)
        }
        return JobGroupTicket(id: group, jobs: tickets, continuation: following)
    }

    /// The jobs of a group, in the order they were enqueued, with what came of them.
    /// - Throws: ``SQLError``.
    public func members(ofGroup group: Int64, in session: some SQLSession) throws -> [JobRecord] {
        try session.all(
            "jobs.members", "SELECT \(JobRecord.columns) FROM jobs WHERE group_id = \(group) ORDER BY id"
        ) { try JobRecord($0) }
    }

    private func insertMember<Kind: Job>(
        _ job: Kind, _ options: JobOptions, group: Int64, from sending: JobSending, in transaction: Transaction
    ) throws -> JobTicket {
        var new = try NewJob(job, options, at: clock.now(), seal: seal, from: sending)
        new.groupID = group
        return try insert(new, in: transaction)
    }

    private func insertContinuation<Kind: Job>(
        _ job: Kind, _ options: JobOptions, group: Int64, from sending: JobSending, in transaction: Transaction
    ) throws -> Int64 {
        var new = try NewJob(job, options, at: clock.now(), seal: seal, from: sending)
        new.followsGroup = group
        return try insert(new, in: transaction).id
    }

    /// Notes that a member has ended; the last one lets the continuation go.
    func closeMember(of group: Int64, succeeded: Bool, at now: Instant, in transaction: Transaction) throws {
        let standing = try transaction.first(
            "jobs.close_member",
            """
            UPDATE job_groups SET open = open - 1, unsuccessful = unsuccessful + \(succeeded ? 0 : 1)
            WHERE id = \(group) RETURNING open, unsuccessful, continuation, condition
            """
        ) { row in
            (
                open: try row[0] as Int, unsuccessful: try row[1] as Int, continuation: try row[2] as Int64?,
                condition: try row[3] as String
            )
        }
        guard let standing, standing.open <= 0, let continuation = standing.continuation else { return }
        let goes = standing.condition == JobGroupCondition.allEnded.rawValue || standing.unsuccessful == 0
        try transaction.execute(
            "jobs.continue",
            goes
                ? """
                UPDATE jobs SET state = 'queued', run_at = \(now), rank = \(now.milliseconds) - head_start
                WHERE id = \(continuation) AND state = 'waiting'
                """
                : """
                UPDATE jobs SET state = 'cancelled', finished_at = \(now), unique_key = NULL
                WHERE id = \(continuation) AND state = 'waiting'
                """)
        if goes { announce(in: transaction) } else { try tell(continuation, in: transaction) }
    }
}
