import PorticoSQL
import PorticoValues

/// Traces of jobs that were removed because of their age. No statement changes one: they come with the removal of their
/// job, in one transaction, and go when they are old themselves.
extension JobQueue {
    /// Traces that fit, the newest job first. A search by text or tag looks at the newest ``JobSearch/reach`` that fit
    /// otherwise.
    /// - Parameter before: only jobs with lower ids, for the next page.
    /// - Throws: ``SQLError``.
    public func archived(
        _ search: JobSearch, before: Int64? = nil, limit: Int = 50, in session: some SQLSession
    ) throws -> [ArchivedJob] {
        let columns = SQL(trusted: ArchivedJob.columns.joined(separator: ", "))
        let state: SQL = search.state.map { " AND state = \($0)" } ?? ""
        let queue: SQL = search.queue.map { " AND queue = \($0)" } ?? ""
        let hit = search.archiveHit(session.dialect)
        let most = max(1, min(limit, 1000))
        return try session.all(
            "jobs.archived",
            """
            SELECT \(columns) FROM job_archive WHERE id IN (
                SELECT id FROM job_archive WHERE id < \(before ?? Int64.max)\(state)\(queue)
                ORDER BY id DESC LIMIT \(hit.text.isEmpty ? most : JobSearch.reach))
            \(hit) ORDER BY id DESC LIMIT \(most)
            """
        ) { try ArchivedJob($0) }
    }

    /// Removes the jobs that `selection` names by their ids and keeps a trace of each.
    /// - Returns: number of jobs.
    func archive(_ selection: SQL, at now: Instant, in transaction: Transaction) throws -> Int {
        let traces = try transaction.all(
            "jobs.archive", "DELETE FROM jobs WHERE id IN (\(selection)) RETURNING \(ArchivedJob.removed)"
        ) { try ArchivedJob(removed: $0, at: now) }
        guard !traces.isEmpty else { return 0 }
        try transaction.bulkInsert(
            "jobs.keep_trace", into: "job_archive", columns: ArchivedJob.columns, rows: traces.lazy.map(\.row))
        return traces.count
    }

    /// Removes traces that are older than they are to be, some thousand at most; all where none is to be kept.
    func purgeArchive(_ retention: JobRetention, at now: Instant, in transaction: Transaction) throws {
        let oldest = now - (retention.archive ?? .milliseconds(0))
        try transaction.execute(
            "jobs.purge_archive",
            """
            DELETE FROM job_archive WHERE id IN (
                SELECT id FROM job_archive WHERE archived_at < \(oldest) ORDER BY archived_at LIMIT 5000)
            """)
    }
}

extension JobSearch {
    fileprivate func archiveHit(_ dialect: Dialect) -> SQL {
        let position: SQL = dialect == .sqlite ? "instr" : "strpos"
        let marked: String? = tag.map { " \(JobTag.cleaned($0)) " }
        let tagged: SQL = marked.map { " AND \(position)(coalesce(tags, ''), \($0)) > 0" } ?? ""
        guard !text.isEmpty else { return tagged }
        let wanted = text.lowercased()
        return """
            \(tagged) AND (\(position)(lower(name), \(wanted)) > 0
                OR \(position)(lower(coalesce(tags, '')), \(wanted)) > 0
                OR \(position)(lower(coalesce(error_code, '')), \(wanted)) > 0 OR id = \(Int64(text) ?? -1))
            """
    }
}
