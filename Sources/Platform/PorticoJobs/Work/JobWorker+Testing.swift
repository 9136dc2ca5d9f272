import PorticoSQL
import PorticoValues
import Synchronization

/// How tests do jobs: `runUntilIdle` does by hand whatever is due, and ``perform(_:_:)`` does one job where it is asked for.
extension JobWorker {
    /// Enqueues a job, does it here and now, and tells how it stands then. It passes everything that waits, and no limit,
    /// rate or timeout holds it; its row, result, retries and follow-ups are those of any job.
    /// - Throws: ``SQLError``, ``JobSealError``; what a handler throws is in the record's errors. What is sealed is opened.
    public func perform(_ job: some Job, _ options: JobOptions = JobOptions()) async throws -> JobRecord? {
        let claim = JobClaim(holder: holder, lease: configuration.lease, now: queue.clock.now())
        // Under way until it is done: a round of the worker must not take the job for a stray.
        let number = state.withLock { $0.claims.begin() }
        defer { state.withLock { $0.claims.settle(number) } }
        let (ticket, claimed) = try await database.write { [queue] transaction in
            let ticket = try queue.enqueue(job, options, in: transaction)
            let claimed = try claim.take(job: ticket.id, in: transaction)
            if let claimed { try queue.tell(claimed, in: transaction) }
            return (ticket, claimed)
        }
        if let claimed {
            let run = JobRun(
                claimed, queue: queue, database: database, tracer: configuration.tracer, elapsed: elapsed)
            if let end = await outcome(of: run, book.entries[claimed.name]) {
                _ = try await database.write { [queue] transaction in
                    try queue.end(claimed, end, progress: run.lastProgress, in: transaction)
                }
            }
        }
        return try await database.read { [queue] in try queue.record(ticket.id, in: $0).map { queue.opened($0) } }
    }
}
