import Logging
import PorticoEvents
import PorticoSQL
import PorticoValues

/// Calls the workers of other nodes over the database: the first call after a quiet time goes out at once, later ones
/// together, four times a second at most.
struct JobCaller: Sendable {
    /// Between two calls.
    private static let rest = Duration.milliseconds(250)

    private let database: Database
    private let queue: JobQueue
    private let logger: Logger
    private let bell = EventBell()

    /// A caller for the process of a worker. From now on what is asked for waits for ``run()``.
    init(for worker: JobWorker) {
        (database, queue, logger) = (worker.database, worker.queue, worker.logger)
        queue.calls.add(bell)
    }

    /// Calls until the task is cancelled, and then what is left to be called.
    func run() async {
        while !Task.isCancelled {
            await bell.wait(atMost: .hours(1))
            guard await send() else { continue }
            try? await Task.sleep(for: JobCaller.rest)
        }
        queue.calls.remove(bell)
        _ = await send()
    }

    /// - Returns: whether there was anything to call.
    private func send() async -> Bool {
        guard let matter = queue.calls.take() else { return false }
        let address = JobCall.address(of: matter, from: queue.name)
        do {
            // The schema tells the applications of one database apart.
            try await database.write { transaction in
                try transaction.executeLater(
                    "jobs.notify",
                    "SELECT pg_notify(\(JobQueue.channel), CAST(\(address) AS text) || current_schema()::text)")
            }
        } catch {
            // They look by themselves within a second.
            logger.warning("other nodes were not called", metadata: ["error": "\(error)"])
        }
        return true
    }
}
