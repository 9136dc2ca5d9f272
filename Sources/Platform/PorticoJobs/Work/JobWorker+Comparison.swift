import Logging
import PorticoSQL
import PorticoValues
import Synchronization

/// How a worker and the table agree on what the worker has.
extension JobWorker {
    /// Looks at once when somebody has asked for the end of a job that runs.
    func heedOrders() async throws {
        let orders = queue.orders.load(ordering: .relaxed)
        if state.withLock({ $0.upkeep.orders != orders }) { try await compareHeld() }
    }

    /// Ends runs that nobody wants any more or that somebody else has taken over, and gives back jobs that are the
    /// worker's and that it does not know.
    func compareHeld() async throws {
        let (orders, now) = (queue.orders.load(ordering: .relaxed), queue.clock.now())
        let (mine, isDue) = state.withLock { state in
            let isInDoubt = state.upkeep.doubt.map { now <= $0 } ?? false
            return (state.running.filter { !state.ending.contains($0.key) }, isInDoubt || !state.running.isEmpty)
        }
        let held = try await isDue ? heldNow() : [:]
        for (key, running) in mine where !running.run.isFinished {
            guard let isUnwanted = held[key] else {
                running.stop(.lost)
                continue
            }
            if isUnwanted { running.stop(.unwanted) }
        }
        let strays = state.withLock { state in
            state.upkeep.orders = orders
            let unknown = Set(held.keys.filter { state.running[$0] == nil })
            return state.claims.strays(among: unknown)
        }
        if !strays.isEmpty { try await giveBack(strays) }
    }

    private func heldNow() async throws -> [JobTurn: Bool] {
        try await database.read { [queue, holder] in try queue.held(by: holder, in: $0) }
    }

    private func giveBack(_ strays: [JobTurn]) async throws {
        let returned = try await database.write { [queue, holder] in
            try queue.giveBack(strays, of: holder, in: $0)
        }
        for job in returned {
            logger.warning("a job was claimed unheard and goes back to its queue", metadata: job.metadata)
        }
    }
}
