import Logging
import PorticoPostgreSQL

/// Hears what other nodes call about the jobs of an application, and has its workers here look at once.
struct JobCallListener: Sendable {
    /// Between two tries to begin: seconds, doubling up to the longest.
    private static let longestRest = 30

    private let engine: PostgreSQLEngine
    private let jobs: JobQueue
    private let logger: Logger

    /// A listener; nil for a database that one process has for itself.
    init?(_ database: Database, jobs: JobQueue, logger: Logger) {
        guard let engine = database.engine as? PostgreSQLEngine else { return nil }
        (self.engine, self.jobs, self.logger) = (engine, jobs, logger)
    }

    /// Listens until the task is cancelled. The engine makes a lost connection anew by itself and says so; what can't
    /// begin is begun again, and workers look by themselves meanwhile.
    func run() async {
        var failures = 0
        while !Task.isCancelled {
            do {
                let subscription = try await listen()
                if failures > 0 { logger.notice("calls of other nodes about jobs are heard") }
                while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
                subscription.cancel()
            } catch {
                failures += 1
                logger.warning("calls of other nodes about jobs are not heard", metadata: ["error": "\(error)"])
                let rest = min(JobCallListener.longestRest, 1 << min(failures - 1, 5))
                try? await Task.sleep(for: .seconds(rest))
            }
        }
    }

    private func listen() async throws -> PostgreSQLSubscription {
        let schema = engine.configuration.schema
        let subscription = try await engine.listen(channel: JobQueue.channel) { [jobs] payload in
            jobs.hear(payload, in: schema)
        }
        // What was called before is not heard any more.
        jobs.hear("", in: schema)
        return subscription
    }
}
