import PorticoSQL

extension JobQueue {
    /// Gives a job further tags, such as one that is only known when it is enqueued.
    /// - Returns: whether the job is there.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func tag(_ id: Int64, _ tags: [String], in transaction: Transaction) throws -> Bool {
        let present = try transaction.first(
            "jobs.tags", "SELECT tags FROM jobs WHERE id = \(id)\(transaction.dialect.forUpdate)"
        ) { JobTag.list(try $0[0] as String?) }
        guard let present else { return false }
        let all = JobTag.clean(present + tags)
        guard all.count > present.count else { return true }
        try transaction.execute("jobs.tag", "UPDATE jobs SET tags = \(JobTag.text(all)) WHERE id = \(id)")
        try note(all.dropFirst(present.count).map { (job: id, tag: $0) }, in: transaction)
        return true
    }

    /// Lets jobs that are in the table be found by their tags.
    func note(_ tags: [(job: Int64, tag: String)], in transaction: Transaction) throws {
        guard tags.count > JobTag.most else {
            for (job, tag) in tags {
                try transaction.executeLater(
                    "jobs.note_tag", "INSERT INTO job_tags (job_id, tag) VALUES (\(job), \(tag))")
            }
            return
        }
        try transaction.bulkInsert(
            "jobs.note_tags", into: "job_tags", columns: ["job_id", "tag"],
            rows: tags.map { [.integer($0.job), .text($0.tag)] as [SQLValue] })
    }
}
