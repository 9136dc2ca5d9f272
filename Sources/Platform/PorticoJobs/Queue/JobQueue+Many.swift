import PorticoSQL
import PorticoValues

extension JobQueue {
    /// Enqueues many jobs, the fastest way the engine has. Those that count as the same as another, among them or in the
    /// table, are left out. Ids are not told.
    /// - Returns: number of jobs that are new.
    /// - Throws: ``SQLError``, ``JobSealError/missing``.
    @discardableResult
    public func enqueue(
        all jobs: some Sequence<some Job>, _ options: JobOptions = JobOptions(), in transaction: Transaction
    ) throws -> Int {
        let (now, sending) = (clock.now(), JobSending(in: transaction))
        var shares = JobShares(now: now)
        // Of what is loaded no ids are known, which tags need and keys may be refused.
        var (plain, single): ([[SQLValue]], [NewJob]) = ([], [])
        var count = 0
        var kind: (name: String, queue: String)?
        for job in jobs {
            if kind == nil { kind = (name: type(of: job).name, queue: type(of: job).policy.queue) }
            let new = try shares.placing(
                NewJob(job, options, at: now, seal: seal, from: sending), in: transaction)
            if new.isLoadable { plain.append(new.row(at: now)) } else { single.append(new) }
            if plain.count == JobQueue.load { count += try load(&plain, in: transaction) }
        }
        if !plain.isEmpty { count += try load(&plain, in: transaction) }
        count += try insert(single: single, at: now, in: transaction)
        if count > 0 { announce(in: transaction) }
        if let kind { sending.record(kind.name, queue: kind.queue, jobs: count, in: transaction) }
        return count
    }

    /// Rows that are loaded at a time.
    private static let load = 5000
    /// Rows in one statement, of those that are not loaded.
    private static let batch = 100

    private func load(_ rows: inout [[SQLValue]], in transaction: Transaction) throws -> Int {
        defer { rows.removeAll(keepingCapacity: true) }
        return try transaction.bulkInsert("jobs.load", into: "jobs", columns: NewJob.columns, rows: rows)
    }

    /// In the order of their keys, so that two that load the same jobs at once wait for each other and not both.
    private func insert(single jobs: [NewJob], at now: Instant, in transaction: Transaction) throws -> Int {
        let ordered = jobs.sorted { ($0.uniqueKey ?? "") < ($1.uniqueKey ?? "") }
        var count = 0
        var start = 0
        while ordered.count - start >= JobQueue.batch {
            let batch = ordered[start..<(start + JobQueue.batch)]
            start += JobQueue.batch
            let added = try transaction.all("jobs.load_unique", NewJob.insertion(batch, at: now)) {
                (id: try $0[0] as Int64, key: try $0[1] as String?, tags: JobTag.list(try $0[2] as String?))
            }
            count += added.count
            try note(added.flatMap { row in row.tags.map { (job: row.id, tag: $0) } }, in: transaction)
            // Of those whose key is taken, the ones with a period may find that it is over.
            let taken = Set(added.compactMap(\.key))
            for job in batch where job.uniqueness?.period != nil && !taken.contains(job.uniqueKey ?? "") {
                count += try insert(job, in: transaction).isNew ? 1 : 0
            }
        }
        for job in ordered[start...] { count += try insert(job, in: transaction).isNew ? 1 : 0 }
        return count
    }
}
