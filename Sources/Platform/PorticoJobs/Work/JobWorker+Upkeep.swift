import Logging
import PorticoEvents
import PorticoSQL
import PorticoTelemetry
import PorticoValues
import Synchronization

/// When this process last looked after what happens by itself.
struct UpkeepTimes: Sendable {
    /// Monotonic nanoseconds of the last look for what is due and lost.
    var look: Int64?
    /// By the process's clock, because leases are.
    var heartbeat: Instant?
    var purge: Instant?
    /// By the process's clock, because others go by it.
    var sign: Instant?
    var figures: Int64?
    var call: Int64?
    /// When jobs that wait for their rate may begin next, by the process's clock; nil when none waits.
    var opening: Instant?
    /// Monotonic nanoseconds of the last reading of what operators say of queues, and the change it saw.
    var terms: Int64?
    var termsChange = 0
}

extension JobWorker {
    /// What happens by itself, once a second: jobs become due, leases are extended, lost jobs are rescued, late ones
    /// are ended, schedules fire, old rows go.
    /// - Parameter thorough: whether to look at everything now.
    /// - Returns: whether there is nothing more to do at once.
    func upkeep(thorough: Bool) async throws -> Bool {
        let (now, elapsed) = (queue.clock.now(), elapsed())
        let isDue = state.withLock { state in
            if let last = state.upkeep.look, elapsed - last < 1_000_000_000, !thorough { return false }
            state.upkeep.look = elapsed
            return true
        }
        guard isDue else { return true }
        try await fire()
        await endLateRuns()
        try await heedCancellation()
        for running in state.withLock({ Array($0.running.values) }) { try await running.run.settleProgress() }
        // Leases first: a clock that was moved forward must not make this process lose its own jobs.
        try await extendLeases()
        try await giveSign(at: now)
        let (lost, hasMore, rates) = try await database.write { [queue] transaction in
            (
                try queue.rescue(in: transaction), try queue.promote(in: transaction),
                try JobRates(now: now).open(in: transaction)
            )
        }
        state.withLock { state in
            if hasMore { state.upkeep.look = nil }
            state.upkeep.opening = rates.opensAt
        }
        for job in lost {
            metrics.rescued(job)
            logger.warning("job rescued", metadata: job.metadata)
        }
        let isClean = try await purge(at: now)
        try await countUp(elapsed)
        return !hasMore && isClean
    }

    /// Lets jobs go whose rate has room again, at the moment it has.
    func openRates() async throws {
        let now = queue.clock.now()
        guard state.withLock({ $0.upkeep.opening.map { $0 <= now } ?? false }) else { return }
        let rates = try await database.write { try JobRates(now: now).open(in: $0) }
        state.withLock { $0.upkeep.opening = rates.opensAt }
    }

    /// How long to wait for a ring: a second, or until a rate has room.
    var patience: Span {
        let now = queue.clock.now()
        guard let opening = state.withLock(\.upkeep.opening) else { return .seconds(1) }
        return .milliseconds(min(1000, max(10, (opening - now).milliseconds)))
    }

    /// Reads what operators say of queues, once a second and whenever it was changed here.
    func readTerms() async throws {
        let change = queue.termsChanges.load(ordering: .relaxed)
        let now = elapsed()
        let isDue = state.withLock { state in
            if let last = state.upkeep.terms, now - last < 1_000_000_000, state.upkeep.termsChange == change {
                return false
            }
            (state.upkeep.terms, state.upkeep.termsChange) = (now, change)
            return true
        }
        guard isDue else { return }
        let terms = try await database.read { [queue] in try queue.terms(in: $0) }
        state.withLock { $0.terms = terms }
    }

    /// Wakes the workers of other nodes, four times a second at most: there is more to do than this process has places.
    func callOthers() async throws {
        guard database.dialect == .postgresql else { return }
        let now = elapsed()
        let isDue = state.withLock { state in
            if let last = state.upkeep.call, now - last < 250_000_000 { return false }
            state.upkeep.call = now
            return true
        }
        guard isDue else { return }
        try await database.write { transaction in
            try transaction.executeLater(
                "jobs.notify", "SELECT pg_notify(\(JobQueue.channel), current_schema()::text)")
        }
    }

    /// Gives a sign of life, when a third of the lease is over since the last.
    func extendLeases() async throws {
        let now = queue.clock.now()
        let isDue = state.withLock { state in
            guard !state.running.isEmpty else {
                state.upkeep.heartbeat = nil
                return false
            }
            let third = configuration.lease.milliseconds / 3
            if let last = state.upkeep.heartbeat, (now - last).milliseconds < third { return false }
            state.upkeep.heartbeat = now
            return true
        }
        guard isDue else { return }
        try await database.write { [queue, holder, configuration] transaction in
            try queue.heartbeat(of: holder, lease: configuration.lease, in: transaction)
        }
    }

    /// Says that this process works, for operators.
    private func giveSign(at now: Instant) async throws {
        let isDue = state.withLock { state in
            if let last = state.upkeep.sign, now - last < JobWorkerStanding.sign, now >= last { return false }
            state.upkeep.sign = now
            return true
        }
        guard isDue else { return }
        let standing = standing(at: now)
        try await database.write { [queue] in try queue.enlist(standing, in: $0) }
    }

    /// Ends runs that nobody wants any more or that somebody else has taken over.
    private func heedCancellation() async throws {
        let mine = state.withLock { state in state.running.filter { !state.ending.contains($0.key) } }
        guard !mine.isEmpty else { return }
        let held = try await database.read { [queue, holder] in try queue.held(by: holder, in: $0) }
        for (id, running) in mine where !running.run.isFinished {
            guard let row = held[id], row.turn == running.job.turn else {
                running.stop(.lost)
                continue
            }
            if row.isUnwanted { running.stop(.unwanted) }
        }
    }

    /// Asks runs to end that take too long, and gives up on those that did not heed it.
    private func endLateRuns() async {
        let now = elapsed()
        for running in state.withLock({ Array($0.running.values) }) {
            let milliseconds = (now - running.startedAt) / 1_000_000
            if milliseconds >= running.policy.hardTimeout.milliseconds {
                let note = note(
                    running.run, "timeout", "The run took too long.", detail: "It did not end when asked to.")
                running.stop(.late)
                metrics.gaveUp(running.job)
                logger.error("job given up", metadata: running.job.metadata)
                await finish(running, retry(running.run, running.policy, note, after: nil))
            } else if milliseconds >= running.policy.softTimeout.milliseconds {
                running.stop(.late)
            }
        }
    }

    private func fire() async throws {
        guard !schedules.isEmpty else { return }
        do {
            for name in try await schedules.fire(in: database) {
                logger.info("schedule fired", metadata: ["schedule": "\(name)"])
            }
        } catch let error as ScheduleError {
            // A zone that only other nodes know must not keep this one from its jobs.
            logger.warning("schedule not understood", metadata: ["error": "\(error)"])
        }
    }

    /// Once a minute, and again at once while there is more.
    private func purge(at now: Instant) async throws -> Bool {
        let isDue = state.withLock { state in
            if let last = state.upkeep.purge, now - last < .minutes(1) { return false }
            state.upkeep.purge = now
            return true
        }
        guard isDue else { return true }
        let removed = try await database.write { [queue, configuration] in
            try queue.purge(configuration.retention, in: $0)
        }
        if removed >= 5000 { state.withLock { $0.upkeep.purge = nil } }
        return removed < 5000
    }

    /// Every fifteen seconds, because counting what waits takes a while when it is much.
    private func countUp(_ elapsed: Int64) async throws {
        let isDue = state.withLock { state in
            if let last = state.upkeep.figures, elapsed - last < 15_000_000_000 { return false }
            state.upkeep.figures = elapsed
            return true
        }
        guard isDue else { return }
        try await database.write { [queue] in try queue.unblockForgotten(in: $0) }
        let overview = try await database.read { [queue] in try queue.overview(in: $0) }
        metrics.show(overview, queues: book.queues)
    }
}
