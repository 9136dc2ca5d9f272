import Logging
import PorticoEvents
import PorticoSQL
import PorticoValues
import Synchronization

/// How runs end: their rows are written, and their places go to the next.
extension JobWorker {
    /// How often an end is tried that could not be written while the worker gives back what it has. Before that it is
    /// tried for as long as the job is the worker's.
    private static let lastTries = 5

    /// What came of writing an end.
    private struct Written {
        /// Whether the run was still entitled to its job.
        var isEntitled: Bool
        /// The job that takes its place, when there is one.
        var next: ClaimedJob?
        /// The claim that brought it, to be settled when it is known.
        var claim: Int
    }

    /// Takes a run from the table, writes its end, and begins the next. Does nothing for a run that is gone.
    /// - Parameter end: nil when the run wrote its end itself or has nothing to write.
    func finish(_ running: RunningJob, _ end: JobEnd?) async {
        guard beginEnding(running) else { return }
        await conclude(running, end)
    }

    /// Whether the caller is the one who ends a run that is still there.
    func beginEnding(_ running: RunningJob) -> Bool {
        let key = running.job.key
        return state.withLock { state in state.running[key] != nil && state.ending.insert(key).inserted }
    }

    /// The rest of ``finish(_:_:)``, for the one who may.
    func conclude(_ running: RunningJob, _ end: JobEnd?) async {
        let job = running.job
        let took = elapsed() - running.startedAt
        let isFinished = running.run.isFinished
        var end: JobEnd? = isFinished ? .succeeded(nil) : end
        var written: Written?
        if let wanted = end, !isFinished {
            written = await write(wanted, of: running)
            if written?.isEntitled != true { end = nil }
        }
        metrics.finished(job, end, nanoseconds: took)
        tell(running, end, nanoseconds: took)
        if let next = written?.next {
            start(next, replacing: job.key)
        } else {
            state.withLock { $0.remove(job.key) }
            bell.ring()
        }
        if let claim = written?.claim { state.withLock { $0.claims.settle(claim) } }
    }

    /// Writes the end of a run and takes the next job for its place, in one transaction.
    ///
    /// What could not be written is kept and tried again, every second in the end, until it is written or somebody else
    /// has the job: from the first failure on its lease is left to run out, so that neither an end that can never be
    /// written nor a database that is away for long keeps the job from running again.
    /// - Returns: nil when the worker ends before it was written.
    private func write(_ end: JobEnd, of running: RunningJob) async -> Written? {
        var mayBeWritten = false
        for attempt in 1... {
            do {
                var written = try await writeOnce(end, of: running)
                // Not ours any more, and the answer to an earlier commit was lost: that commit ended it.
                written.isEntitled = written.isEntitled || mayBeWritten
                if !written.isEntitled { logger.notice("job was lost", metadata: running.job.metadata) }
                return written
            } catch {
                mayBeWritten = mayBeWritten || (error as? SQLError)?.code == .commitUnknown
                guard waits(with: running, attempt, error) else { return nil }
                // In a task of its own, because this one may be cancelled and would not sleep.
                await Task { try? await Task.sleep(for: .milliseconds(min(1000, 200 * attempt))) }.value
            }
        }
        return nil
    }

    /// Notes that an end could not be written.
    /// - Returns: whether to try again.
    private func waits(with running: RunningJob, _ attempt: Int, _ error: any Error) -> Bool {
        let isLast = state.withLock { state in
            state.unwritten.insert(running.job.key)
            return state.isLeaving && attempt >= JobWorker.lastTries
        }
        // The first times, and then about once a minute.
        guard isLast || attempt <= JobWorker.lastTries || attempt % 60 == 0 else { return true }
        var metadata = running.job.metadata
        metadata["error"] = "\(error)"
        metadata["tries"] = "\(attempt)"
        logger.warning(isLast ? "the end of a job is not written" : "the end of a job waits", metadata: metadata)
        return !isLast
    }

    private func writeOnce(_ end: JobEnd, of running: RunningJob) async throws -> Written {
        let (job, progress) = (running.job, running.run.lastProgress)
        let (mayGoOn, terms, number) = state.withLock { state in
            let busy = state.running.values.count { $0.job.queue == job.queue }
            let terms = state.terms[job.queue]
            return (!state.isDraining && busy <= terms?.perNode ?? .max, terms, state.claims.begin())
        }
        let claim = JobClaim(holder: holder, lease: configuration.lease, now: queue.clock.now())
        do {
            let (isEntitled, next) = try await database.write { [queue] transaction in
                let isEntitled = try queue.end(job, end, progress: progress, in: transaction)
                let next = mayGoOn ? try claim.take(1, of: job.queue, atMost: terms?.atMost, in: transaction) : nil
                for job in next?.jobs ?? [] { try queue.tell(job, in: transaction) }
                return (isEntitled, next)
            }
            if let next { noteOpening(next) }
            return Written(isEntitled: isEntitled, next: next?.jobs.first, claim: number)
        } catch {
            abandon(number, after: error)
            throw error
        }
    }

    /// Notes that nobody will say what a claim brought. Where it may have brought something all the same, the table is
    /// asked for it.
    func abandon(_ claim: Int, after error: any Error) {
        let isInDoubt = (error as? SQLError)?.code == .commitUnknown
        let end = queue.clock.now() + configuration.lease
        state.withLock { state in
            state.claims.settle(claim)
            if isInDoubt { state.upkeep.doubt = end }
        }
    }
}
