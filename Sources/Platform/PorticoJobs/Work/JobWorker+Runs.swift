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
    func start(_ job: ClaimedJob, replacing ended: JobTurn? = nil) {
        let run = JobRun(
            job, queue: queue, database: database, tracer: configuration.tracer, elapsed: elapsed)
        let entry = book.entries[job.name]
        let startedAt = elapsed()
        metrics.began(job, at: queue.clock.now())
        state.withLock { state in
            let task = Task { [self] in
                let end = await outcome(of: run, entry)
                guard let running = self.state.withLock({ $0.running[job.key] }) else { return }
                await finish(running, end)
            }
            if let ended { state.remove(ended) }
            state.running[job.key] = RunningJob(
                job: job, run: run, policy: entry?.policy ?? JobPolicy(), startedAt: startedAt, task: task)
        }
    }

    /// A line for each run, for whoever debugs: with the request that made the job necessary.
    func tell(_ running: RunningJob, _ end: JobEnd?, nanoseconds: Int64) {
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
        let end = await RequestMeasure.$current.withValue(run.measure) { await performed(run, entry) }
        run.finishSpans(end)
        return end
    }

    private func performed(_ run: JobRun, _ entry: JobBook.Entry?) async -> JobEnd? {
        let now = queue.clock.now()
        guard let entry, run.job.version <= entry.version else {
            // A newer release enqueued it, and a newer node does it.
            return .again(
                at: now + .minutes(1), note: note(run, JobErrorNote.unknownJob, "Nobody here can do it."),
                counts: false)
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
            metadata["error"] = run.job.isSealed ? "\(String(reflecting: type(of: error)))" : "\(error)"
            logger.warning("job failed", metadata: metadata)
            let note = note(
                run, "internal", "Something went wrong here.", detail: "\(error)", JobErrorCause.chain(of: error))
            return retry(run, policy, hiding(note, of: run.job), after: nil)
        }
        let note = hiding(
            note(run, failure.code, failure.message, detail: failure.detail, failure.causes), of: run.job)
        switch failure.verdict {
        case .permanent: return .failed(note)
        case .retry(let span): return retry(run, policy, note, after: span)
        case .postponed(let span): return .again(at: queue.clock.now() + span, note: note, counts: false)
        }
    }

    /// What an error says may be what a sealed job was told.
    private func hiding(_ note: JobErrorNote, of job: ClaimedJob) -> JobErrorNote {
        job.isSealed ? note.sealed(by: queue.seal, of: job.name) : note
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
