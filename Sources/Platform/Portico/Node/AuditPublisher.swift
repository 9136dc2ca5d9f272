import Logging
import Synchronization

/// Publishes checkpoints of an application's audit: at each time of a schedule, on one node of all, it appends one to a
/// file outside the database when the chain has grown.
///
/// A file that can't be written to holds nothing else up. It is told in the log once, in the node's health while it
/// lasts, and among the figures; the next time comes as planned.
final class AuditPublisher: Sendable {
    /// What `audit.checkpoint_minutes` takes: parts of an hour, and hours that part a day, so that checkpoints come at
    /// the same times on every day.
    static let intervals = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440]

    /// How the file stands, as this node knows it.
    private struct State {
        /// Why it can't be opened; nil when it can.
        var closed: String?
        /// Why the last checkpoint that was due here is not in it; nil when it is.
        var unwritten: String?
        /// The last one that this node has written.
        var newest: AuditCheckpoint?

        var trouble: String? { closed ?? unwritten }
    }

    private let file: AuditCheckpointFile
    private let database: Database
    private let minutes: Int
    private let logger: Logger
    private let results: CounterFamily
    private let state = Mutex(State())

    /// - Parameter minutes: one of ``intervals``.
    init(
        _ file: AuditCheckpointFile, of database: Database, minutes: Int, logger: Logger, metrics: MetricsRegistry
    ) {
        self.file = file
        self.database = database
        self.minutes = minutes
        self.logger = logger
        results = metrics.counter(
            "portico_audit_checkpoints_total",
            help: "Times a checkpoint of the audit was due here, by what came of it.",
            labels: ["application", "result"])
        // A counter that begins at 1 has not grown, and no alert would hear of it.
        for result in ["written", "unchanged", "failed"] { _ = results.with(file.keys.application, result) }
    }

    /// What the settings ask for; nil when they name no file.
    convenience init?(_ environment: ApplicationEnvironment, application: String) {
        guard let file = environment.checkpoints(of: application) else { return nil }
        self.init(
            file, of: environment.database, minutes: environment.settings.integer("audit.checkpoint_minutes"),
            logger: environment.logger, metrics: environment.metrics)
    }

    /// Adds publishing to what the application's worker does. The queue is its own: nodes without a file take no jobs
    /// of it.
    /// - Returns: when it is done, for the worker's schedules.
    func register(in book: inout JobBook) throws(ScheduleError) -> Schedule {
        book.handle(PublishCheckpoint.self) { [self] _, run in try await publish(at: run.now) }
        return try Schedule("audit.checkpoint", AuditPublisher.cron(every: minutes)) { _ in PublishCheckpoint() }
    }

    /// The expression that comes true every so many minutes.
    static func cron(every minutes: Int) -> String {
        minutes < 60 ? "*/\(minutes) * * * *" : "0 */\(minutes / 60) * * *"
    }

    /// Appends a checkpoint when the chain has grown since the last one in the file.
    /// - Throws: ``SQLError``; nothing when the file is at fault.
    func publish(at now: Instant) async throws {
        do {
            guard let made = try await file.publish(from: database, at: now) else { return count("unchanged") }
            count("written")
            change {
                $0.newest = made
                $0.closed = nil
                $0.unwritten = nil
            }
        } catch let error as AuditCheckpointFileError {
            count("failed")
            change { $0.unwritten = error.description }
        }
    }

    /// Looks every minute whether the file can be opened, the first time at once, until the task is cancelled.
    func watch() async {
        while !Task.isCancelled {
            await look()
            guard (try? await Task.sleep(for: .seconds(60))) != nil else { return }
        }
    }

    /// Finds out whether the file can be opened for writing.
    func look() async {
        do {
            try await file.prepare()
            change { $0.closed = nil }
        } catch {
            guard !Task.isCancelled else { return }
            change { $0.closed = "\(error)" }
        }
    }

    /// How it stands. Asks nobody, because a disk that does not answer must not keep the node's health waiting.
    var check: HealthCheck {
        HealthCheck("\(file.keys.application).audit_checkpoints", isEssential: false) { [self] in
            let (trouble, newest) = state.withLock { ($0.trouble, $0.newest) }
            if let trouble { return HealthCheck.Result(.degraded, trouble) }
            let detail = newest.map { "row \($0.seq) at \($0.at.rfc3339)" } ?? "none by this node yet"
            return HealthCheck.Result(.healthy, detail)
        }
    }

    /// Changes what is known, and tells what is new about it.
    private func change(_ body: @Sendable (inout State) -> Void) {
        let (before, after) = state.withLock { state in
            let before = state.trouble
            body(&state)
            return (before, state.trouble)
        }
        guard before != after else { return }
        guard let after else {
            return logger.notice("checkpoints of the audit are written again", metadata: ["file": "\(file.path)"])
        }
        logger.warning(
            "checkpoints of the audit are not written", metadata: ["file": "\(file.path)", "error": "\(after)"])
    }

    private func count(_ result: String) {
        results.with(file.keys.application, result).increment()
    }
}

extension ApplicationEnvironment {
    /// The file that checkpoints of an application's audit are published in, from `audit.checkpoint_file`; nil where
    /// none is named.
    public func checkpoints(of application: String) -> AuditCheckpointFile? {
        let path = settings.text("audit.checkpoint_file")
        guard !path.isEmpty else { return nil }
        return AuditCheckpointFile(
            path: path, keys: AuditCheckpointKeys(application: application, keys: keys, previous: previousKeys))
    }
}

/// Appends a checkpoint of the audit to the file.
struct PublishCheckpoint: Job {
    static let name = "audit.checkpoint"
    static let policy = JobPolicy(queue: "audit")
    var payload: JSONValue { [:] }
    var uniqueness: JobUniqueness? { .whileActive("checkpoint") }

    init() {}
    init(payload: JSONValue) {}
}
