import Glibc
import Logging

extension ApplicationEnvironment {
    /// Does the application's jobs, the platform's among them, until the task is cancelled.
    func work(
        _ running: RunningApplication, application: String, publisher: AuditPublisher? = nil, tracer: Tracer? = nil
    ) async {
        var book = JobBook()
        var schedules = running.schedules
        mails.register(in: &book, database: database)
        texts.register(in: &book, database: database)
        do {
            schedules.append(try mails.register(purgeAfter: .days(30), in: &book, database: database))
            schedules.append(try texts.register(purgeAfter: .days(30), in: &book, database: database))
        } catch {
            logger.error("old mails and text messages stay", metadata: ["error": "\(error)"])
        }
        do {
            if let publisher { schedules.append(try publisher.register(in: &book)) }
        } catch {
            logger.error("no checkpoints of the audit", metadata: ["error": "\(error)"])
        }
        do {
            // SQLite uses the room of removed entries again.
            if database.dialect == .postgresql {
                schedules.append(try JobIndexGuard(database: database).register(in: &book))
            }
        } catch {
            logger.error("nobody looks after the indexes of jobs", metadata: ["error": "\(error)"])
        }
        running.jobs(&book)
        let places = settings.integer("jobs.places")
        let archiveDays = Int64(settings.integer("jobs.archive_days"))
        var configuration = JobWorker.Configuration(
            application: application, concurrency: [WebhookDesk.queue: WebhookDesk.places(of: places)],
            defaultConcurrency: places,
            drain: .seconds(Int64(settings.integer("jobs.drain_seconds"))),
            retention: JobRetention(archive: archiveDays > 0 ? .days(archiveDays) : nil))
        configuration.node = ApplicationEnvironment.nodeName
        configuration.tracer = tracer
        configuration.programAt = ApplicationEnvironment.programAt
        let worker = JobWorker(
            database: database, queue: jobs, book: book, schedules: schedules, logger: logger, metrics: metrics,
            configuration: configuration)
        let listener = JobCallListener(database, jobs: jobs, logger: logger)
        let listening = Task { if let listener { await listener.run() } }
        await worker.run()
        listening.cancel()
    }

    /// From when the file of the program is: that of a later release is younger.
    private static var programAt: Instant {
        var status = stat()
        guard stat("/proc/self/exe", &status) == 0 else { return Instant(milliseconds: 0) }
        return Instant(seconds: Int64(status.st_mtim.tv_sec))
    }

    /// What operators call this process: the host and the process's number.
    static var nodeName: String {
        var bytes = [CChar](repeating: 0, count: 256)
        let isNamed = gethostname(&bytes, bytes.count - 1) == 0
        let host = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(isNamed && !host.isEmpty ? host : "localhost"):\(getpid())"
    }
}

extension JobSeal {
    /// Payloads, and what comes of their jobs, sealed with the application's keys, each for the kind of job it belongs to.
    init(_ fields: FieldSeal) {
        self.init { plain, name in
            fields.seal(plain, at: SealedPlace(table: "jobs", column: "payload", row: name))
        } open: { sealed, name in
            fields.open(sealed, at: SealedPlace(table: "jobs", column: "payload", row: name))
        }
    }
}
