import PorticoSQL
import PorticoValues
import Synchronization

/// Single statements of all tasks on a few connections in pipeline mode. One thread, which only ever waits in `poll`,
/// sends whatever has gathered in one go and hands the results to the tasks.
final class Multiplexer: Sendable {
    /// A statement and the task that waits for it.
    struct Job: Sendable {
        let sql: SQL
        let caller: CheckedContinuation<ResultSet, any Error>
        let queuedAt: Int64
        /// Whether it was skipped because of another one's failure; then it travels alone.
        var isAlone = false
    }

    /// What reaches the thread from outside.
    struct Mail: Sendable {
        var jobs: [Job] = []
        var links: [(lane: Int, link: Result<Link, SQLError>)] = []
        var isClosed = false
        fileprivate var isAwaited = false
        fileprivate var isRunning = false
        fileprivate var laneStatus = (inUse: 0, open: 0, waiting: 0)
    }

    let settings: ConnectionSettings
    let lanes: Int
    let acquireNanoseconds: Int64
    let observeWait: @Sendable (_ nanoseconds: Int64) -> Void
    let bell = Bell()
    private let mail = Mutex(Mail())

    init(
        _ settings: ConnectionSettings, lanes: Int, acquireTimeout: Span,
        observeWait: @escaping @Sendable (_ nanoseconds: Int64) -> Void
    ) {
        self.settings = settings
        self.lanes = max(1, lanes)
        self.acquireNanoseconds = acquireTimeout.milliseconds * 1_000_000
        self.observeWait = observeWait
    }

    /// Runs a statement on one of the lanes.
    /// - Throws: ``SQLError``.
    func fetch(_ sql: SQL) async throws -> ResultSet {
        try await withCheckedThrowingContinuation { caller in
            submit(Job(sql: sql, caller: caller, queuedAt: monotonicNanoseconds()))
        }
    }

    /// How the lanes stand. A lane is in use while statements are under way on it.
    var status: PoolStatus {
        mail.withLock {
            PoolStatus(
                inUse: $0.laneStatus.inUse, idle: $0.laneStatus.open - $0.laneStatus.inUse,
                waiting: $0.laneStatus.waiting + $0.jobs.count, capacity: lanes)
        }
    }

    /// Refuses new statements and waits until those under way have ended.
    func close() {
        mail.withLock { $0.isClosed = true }
        bell.ring()
        let pause = ThreadLock()
        pause.lock()
        while mail.withLock({ $0.isRunning }) { pause.wait(until: monotonicNanoseconds() + 5_000_000) }
        pause.unlock()
    }

    /// Everything that has come since the last time. The thread is awake from here on.
    func collect(inUse: Int, open: Int, waiting: Int) -> Mail {
        mail.withLock { mail in
            mail.laneStatus = (inUse, open, waiting)
            mail.isAwaited = false
            let all = mail
            mail.jobs = []
            mail.links = []
            return all
        }
    }

    /// Whether the thread may sleep: nothing has come, and whoever comes next rings the bell.
    func mayRest() -> Bool {
        mail.withLock { mail in
            mail.isAwaited = mail.jobs.isEmpty && mail.links.isEmpty
            return mail.isAwaited
        }
    }

    /// Ends the thread unless something has come meanwhile.
    func end() -> Bool {
        mail.withLock { mail in
            guard mail.jobs.isEmpty else { return false }
            mail.isRunning = false
            return true
        }
    }

    /// Opens a connection for a lane on a thread of its own; connecting blocks.
    func connect(_ lane: Int) {
        do {
            try startThread("pg-connect") { [self] in
                do {
                    let link = try settings.connect(.lane)
                    arrive(lane, .success(link))
                } catch {
                    arrive(lane, .failure(error as? SQLError ?? .lost))
                }
            }
        } catch {
            arrive(lane, .failure(error as? SQLError ?? .lost))
        }
    }

    private func arrive(_ lane: Int, _ link: Result<Link, SQLError>) {
        mail.withLock { $0.links.append((lane, link)) }
        bell.ring()
    }

    private func submit(_ job: Job) {
        enum Next { case refuse, start, ring, nothing }
        let next = mail.withLock { mail -> Next in
            guard !mail.isClosed else { return .refuse }
            mail.jobs.append(job)
            if !mail.isRunning {
                mail.isRunning = true
                return .start
            }
            defer { mail.isAwaited = false }
            return mail.isAwaited ? .ring : .nothing
        }
        switch next {
        case .refuse: job.caller.resume(throwing: SQLError(.unavailable, message: "the database is closed"))
        case .start: start()
        case .ring: bell.ring()
        case .nothing: return
        }
    }

    private func start() {
        do {
            try startThread("pg-single") { [self] in
                let loop = MultiplexerLoop(self)
                loop.run()
            }
        } catch {
            let stranded = mail.withLock { mail in
                mail.isRunning = false
                defer { mail.jobs = [] }
                return mail.jobs
            }
            for job in stranded { job.caller.resume(throwing: error) }
        }
    }
}
