import Logging
import PorticoEvents
import PorticoJSON
import PorticoSQL
import PorticoTelemetry
import PorticoValues
import Synchronization

/// A run that this process has begun.
struct RunningJob: Sendable {
    let job: ClaimedJob
    let run: JobRun
    let policy: JobPolicy
    /// Monotonic nanoseconds.
    let startedAt: Int64
    let task: Task<Void, Never>

    /// Asks the run to end.
    func stop(_ reason: JobRun.Stop) {
        run.stop(reason)
        task.cancel()
    }
}

extension JobWorker {
    /// Begins a run, in the place of one that has ended where there is one. The worker owns its task; whoever takes it
    /// from the table ends it.
    func start(_ job: ClaimedJob, replacing ended: Int64? = nil) {
        let run = JobRun(job, queue: queue, database: database, elapsed: elapsed)
        let entry = book.entries[job.name]
        let startedAt = elapsed()
        metrics.began(job, at: queue.clock.now())
        state.withLock { state in
            let task = Task { [self] in
                let end = await outcome(of: run, entry)
                guard let running = self.state.withLock({ $0.running[job.id] }), running.job.turn == job.turn else {
                    return
                }
                await finish(running, end)
            }
            if let ended { state.remove(ended) }
            state.running[job.id] = RunningJob(
                job: job, run: run, policy: entry?.policy ?? JobPolicy(), startedAt: startedAt, task: task)
        }
    }

    /// Takes a run from the table, writes its end, and begins the next. Does nothing for a run that is gone.
    /// - Parameter end: nil when the run wrote its end itself or has nothing to write.
    func finish(_ running: RunningJob, _ end: JobEnd?) async {
        let job = running.job
        let isMine = state.withLock { state in
            guard state.running[job.id]?.job.turn == job.turn else { return false }
            return state.ending.insert(job.id).inserted
        }
        guard isMine else { return }
        var next: ClaimedJob?
        if let end { next = await write(end, of: running) }
        let took = elapsed() - running.startedAt
        let end = end ?? (running.run.isFinished ? .succeeded(nil) : nil)
        metrics.finished(job, end, nanoseconds: took)
        tell(running, end, nanoseconds: took)
        guard let next else {
            state.withLock { $0.remove(job.id) }
            return bell.ring()
        }
        start(next, replacing: job.id)
    }

    /// Writes the end of a run and takes the next job for its place, in one transaction. While the database is away it
    /// is tried again; after that the lease runs out, and others go on.
    /// - Returns: the next job, when there is one.
    private func write(_ end: JobEnd, of running: RunningJob) async -> ClaimedJob? {
        for attempt in 1...5 {
            do {
                return try await writeOnce(end, of: running)
            } catch {
                let isLast = attempt == 5
                var metadata = running.job.metadata
                metadata["error"] = "\(error)"
                logger.warning(
                    isLast ? "the end of a job is not written" : "the end of a job waits", metadata: metadata)
                // In a task of its own, because this one may be cancelled and would not sleep.
                if !isLast { await Task { try? await Task.sleep(for: .milliseconds(200 * attempt)) }.value }
            }
        }
        return nil
    }

    private func writeOnce(_ end: JobEnd, of running: RunningJob) async throws -> ClaimedJob? {
        let (job, progress) = (running.job, running.run.lastProgress)
        let (mayGoOn, terms) = state.withLock { state in
            let busy = state.running.values.count { $0.job.queue == job.queue }
            let terms = state.terms[job.queue]
            return (!state.isDraining && busy <= terms?.perNode ?? .max, terms)
        }
        let claim = JobClaim(holder: holder, lease: configuration.lease, now: queue.clock.now())
        let (isEntitled, next) = try await database.write { [queue] transaction in
            let isEntitled = try queue.end(job, end, progress: progress, in: transaction)
            let next = mayGoOn ? try claim.take(1, of: job.queue, atMost: terms?.atMost, in: transaction) : nil
            for job in next?.jobs ?? [] { try queue.tell(job, in: transaction) }
            return (isEntitled, next)
        }
        if let next { noteOpening(next) }
        if !isEntitled { logger.notice("job was lost", metadata: job.metadata) }
        return next?.jobs.first
    }

    /// A line for each run, for whoever debugs: with the request that made the job necessary.
    private func tell(_ running: RunningJob, _ end: JobEnd?, nanoseconds: Int64) {
        guard logger.logLevel <= .debug else { return }
        var metadata = running.job.metadata
        let summary = running.run.measure.summary
        metadata["queue"] = "\(running.job.queue)"
        metadata["attempt"] = "\(running.job.attempt)"
        metadata["outcome"] = "\(end?.state.rawValue ?? "lost")"
        metadata["duration_ms"] = "\(nanoseconds / 1_000_000)"
        metadata["db.statements"] = "\(summary.statements)"
        metadata["db.rows"] = "\(summary.rows)"
        logger.debug("job", metadata: metadata)
    }

    /// Does the job. What the handler enqueues and logs carries the same origin.
    func outcome(of run: JobRun, _ entry: JobBook.Entry?) async -> JobEnd? {
        await RequestMeasure.$current.withValue(run.measure) { await performed(run, entry) }
    }

    private func performed(_ run: JobRun, _ entry: JobBook.Entry?) async -> JobEnd? {
        let now = queue.clock.now()
        guard let entry, run.job.version <= entry.version else {
            // A newer release enqueued it, and a newer node does it.
            return .again(
                at: now + .minutes(1), note: note(run, "unknown_job", "Nobody here can do it."), counts: false)
        }
        do {
            let payload = try payload(of: run.job)
            let result = try await book.perform(entry, payload, run)
            return run.isFinished ? nil : .succeeded(result)
        } catch {
            if run.isFinished { return nil }
            return end(of: run, after: error, entry.policy)
        }
    }

    /// - Throws: ``JobFailure`` when it does not open.
    private func payload(of job: ClaimedJob) throws -> JSONValue {
        do {
            guard job.isSealed else { return try JSONValue(parsing: Array(job.payload.utf8)) }
            guard let seal = queue.seal else { throw JobSealError.missing }
            return try JSONValue(parsing: try seal.payload(job.payload, name: job.name))
        } catch {
            throw JobFailure.permanent("bad_payload", "The job can't be read.", detail: "\(error)", because: error)
        }
    }

    private func end(of run: JobRun, after error: any Error, _ policy: JobPolicy) -> JobEnd? {
        if error is JobLost { return nil }
        switch run.stop {
        case .unwanted: return .cancelled
        case .draining: return .released
        case .lost: return nil
        case .late: return retry(run, policy, note(run, "timeout", "The run took too long."), after: nil)
        case nil: break
        }
        guard let failure = error as? JobFailure else {
            var metadata = run.job.metadata
            metadata["attempt"] = "\(run.attempt)"
            metadata["error"] = "\(error)"
            logger.warning("job failed", metadata: metadata)
            let note = note(
                run, "internal", "Something went wrong here.", detail: "\(error)", JobErrorCause.chain(of: error))
            return retry(run, policy, note, after: nil)
        }
        let note = note(run, failure.code, failure.message, detail: failure.detail, failure.causes)
        switch failure.verdict {
        case .permanent: return .failed(note)
        case .retry(let span): return retry(run, policy, note, after: span)
        case .postponed(let span): return .again(at: queue.clock.now() + span, note: note, counts: false)
        }
    }

    /// The end of a run that failed: another try, or none.
    func retry(_ run: JobRun, _ policy: JobPolicy, _ note: JobErrorNote, after least: Span?) -> JobEnd {
        guard run.job.mayRetry else { return .failed(note) }
        var generator = SystemRandomNumberGenerator()
        let wait = policy.wait(beforeRetry: run.attempt, using: &generator)
        return .again(at: queue.clock.now() + max(wait, least ?? wait), note: note, counts: true)
    }

    func note(
        _ run: JobRun, _ code: String, _ message: String, detail: String? = nil, _ causes: [JobErrorCause] = []
    ) -> JobErrorNote {
        var note = JobErrorNote(
            at: queue.clock.now(), attempt: run.attempt, code: code, message: message,
            detail: detail.map { String($0.prefix(2000)) })
        let progress = run.lastProgress
        note.causes = causes
        note.startedAt = run.job.startedAt
        note.node = configuration.node
        (note.done, note.total) = (progress?.done, progress?.total)
        note.lastStatement = run.measure.summary.lastStatement
        return note
    }
}
