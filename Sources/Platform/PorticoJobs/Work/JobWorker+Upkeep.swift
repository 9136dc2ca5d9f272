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
    var room: Int64?
    /// What operators and owners had said when the table was last compared with what is known.
    var orders = 0
    /// Until when the table may say that the worker has jobs of which it was not told, by the process's clock.
    var doubt: Instant?
    /// When jobs that wait for their rate may begin next, by the process's clock; nil when none waits.
    var opening: Instant?
    /// Monotonic nanoseconds of the last reading of what operators say of queues, and the orders it saw.
    var terms: Int64?
    var termsOrders = 0
}

extension JobWorker {
    /// What happens by itself, once a second: jobs become due, leases are extended, lost jobs are rescued, late ones
    /// are ended, schedules fire, old rows go.
    /// - Parameter thorough: whether to look at everything now.
    /// - Returns: whether there is nothing more to do at once.
    func upkeep(thorough: Bool) async throws -> Bool {
        let (now, elapsed, nanoseconds) = (queue.clock.now(), elapsed(), interval.milliseconds * 1_000_000)
        let isDue = state.withLock { state in
            if let last = state.upkeep.look, elapsed - last < nanoseconds, !thorough { return false }
            state.upkeep.look = elapsed
            return true
        }
        guard isDue else { return true }
        // Before its schedules are declared: an older program that declares its own looks for newer ones.
        try await giveSign(at: now)
        try await fire()
        endLateRuns()
        try await compareHeld()
        for running in state.withLock({ Array($0.running.values) }) { try await running.run.settleProgress() }
        // Leases first: a clock that was moved forward must not make this process lose its own jobs.
        try await extendLeases()
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
        await measureRoom(elapsed)
        return !hasMore && isClean
    }

    /// Lets jobs go whose rate has room again, at the moment it has.
    func openRates() async throws {
        let now = queue.clock.now()
        guard state.withLock({ $0.upkeep.opening.map { $0 <= now } ?? false }) else { return }
        let rates = try await database.write { try JobRates(now: now).open(in: $0) }
        state.withLock { $0.upkeep.opening = rates.opensAt }
    }

    /// How often it looks without being called.
    var interval: Span {
        max(.milliseconds(10), min(configuration.interval, .milliseconds(configuration.lease.milliseconds / 3)))
    }

    /// How long to wait for a ring: until the next look, or until a rate has room.
    var patience: Span {
        let now = queue.clock.now()
        guard let opening = state.withLock(\.upkeep.opening) else { return interval }
        return min(interval, max(.milliseconds(10), opening - now))
    }

    /// Reads what operators say of queues, once a second and whenever it is heard that they have said something.
    func readTerms() async throws {
        let orders = queue.orders.load(ordering: .relaxed)
        let (now, nanoseconds) = (elapsed(), interval.milliseconds * 1_000_000)
        let isDue = state.withLock { state in
            if let last = state.upkeep.terms, now - last < nanoseconds, state.upkeep.termsOrders == orders {
                return false
            }
            (state.upkeep.terms, state.upkeep.termsOrders) = (now, orders)
            return true
        }
        guard isDue else { return }
        let terms = try await database.read { [queue] in try queue.terms(in: $0) }
        state.withLock { $0.terms = terms }
    }

    /// Gives a sign of life, when a third of the lease is over since the last: for each run that this process knows, and
    /// for no row besides. A run whose end could not be written has none to give.
    func extendLeases() async throws {
        let now = queue.clock.now()
        let turns = state.withLock { state -> [JobTurn] in
            let turns = state.running.keys.filter { !state.unwritten.contains($0) }
            guard !turns.isEmpty else {
                state.upkeep.heartbeat = nil
                return []
            }
            let third = configuration.lease.milliseconds / 3
            if let last = state.upkeep.heartbeat, (now - last).milliseconds < third { return [] }
            state.upkeep.heartbeat = now
            return turns
        }
        guard !turns.isEmpty else { return }
        do {
            try await database.write { [queue, configuration] transaction in
                try queue.heartbeat(of: turns, lease: configuration.lease, in: transaction)
            }
        } catch {
            // Again at the next look, not after another third.
            let third = Span.milliseconds(configuration.lease.milliseconds / 3)
            state.withLock { $0.upkeep.heartbeat = now + interval - third }
            throw error
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

    /// Asks runs to end that take too long, and gives up on those that did not heed it.
    private func endLateRuns() {
        let now = elapsed()
        let runs = state.withLock { state in state.running.filter { !state.ending.contains($0.key) }.map(\.value) }
        for running in runs {
            let milliseconds = (now - running.startedAt) / 1_000_000
            if milliseconds >= running.policy.hardTimeout.milliseconds {
                guard beginEnding(running) else { continue }
                let note = note(
                    running.run, "timeout", "The run took too long.", detail: "It did not end when asked to.")
                running.stop(.late)
                metrics.gaveUp(running.job)
                logger.error("job given up", metadata: running.job.metadata)
                let end = retry(running.run, running.policy, note, after: nil)
                // Beside the round: its end may have to wait, and the signs of life of the others must not.
                Task { await conclude(running, end) }
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

    /// Every five minutes, because it changes slowly. Nothing depends on it.
    private func measureRoom(_ elapsed: Int64) async {
        let isDue = state.withLock { state in
            if let last = state.upkeep.room, elapsed - last < 300_000_000_000 { return false }
            state.upkeep.room = elapsed
            return true
        }
        guard isDue, let room = try? await JobIndexGuard(database: database).room() else { return }
        metrics.show(room)
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
