import Logging
import PorticoPostgreSQL

extension ApplicationEnvironment {
    /// Does the application's jobs, the platform's among them, until the task is cancelled.
    func work(_ running: RunningApplication, application: String) async {
        var book = JobBook()
        var schedules = running.schedules
        mails.register(in: &book, database: database)
        do {
            schedules.append(try mails.register(purgeAfter: .days(30), in: &book, database: database))
        } catch {
            logger.error("old mails stay", metadata: ["error": "\(error)"])
        }
        running.jobs(&book)
        let worker = JobWorker(
            database: database, queue: jobs, book: book, schedules: schedules, logger: logger, metrics: metrics,
            configuration: JobWorker.Configuration(application: application))
        if let engine = database.engine as? PostgreSQLEngine {
            _ = try? await engine.listen(channel: JobQueue.channel) { [jobs] _ in jobs.wake() }
        }
        await worker.run()
    }
}
