import PorticoSQL
import PorticoValues

/// What of workflows is kept, and how long.
extension JobQueue {
    /// Jobs that somebody may want to try again, with what waits for them: failed ones, and those that were cancelled
    /// because their group failed.
    static let mayFollow: SQL = "(state = 'failed' OR (state = 'cancelled' AND follows_group IS NOT NULL))"

    /// Jobs whose workflow has not ended, or not long ago: its later steps read their results.
    func isNeeded(_ retention: JobRetention, at now: Instant) -> SQL {
        """
        EXISTS (SELECT 1 FROM job_workflows WHERE job_workflows.id = jobs.workflow_id
            AND (job_workflows.finished_at IS NULL OR job_workflows.finished_at >= \(now - retention.failed)
                AND (job_workflows.is_failed = 1 OR job_workflows.finished_at >= \(now - retention.ended))))
        """
    }

    /// Removes workflows that ended long ago, some hundred at most.
    func purgeWorkflows(before time: Instant, in transaction: Transaction) throws {
        let removed = try transaction.all(
            "jobs.purge_workflows",
            """
            DELETE FROM job_workflows WHERE id IN (
                SELECT id FROM job_workflows WHERE finished_at IS NOT NULL AND finished_at < \(time)
                ORDER BY finished_at LIMIT 200\(transaction.dialect.skipLocked))
            RETURNING id
            """
        ) { try $0[0] as Int64 }
        for workflow in removed {
            try transaction.execute("jobs.purge_edges", "DELETE FROM job_edges WHERE workflow_id = \(workflow)")
            try transaction.execute("jobs.purge_steps", "DELETE FROM job_steps WHERE workflow_id = \(workflow)")
        }
    }
}
