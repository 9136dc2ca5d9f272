import PorticoHTTP
import PorticoIdentity
import PorticoJSON
import PorticoJobs
import PorticoSQL
import PorticoValues

/// What operators see of the jobs of an application and do with them. Everything done is in the audit.
public struct JobConsole: Sendable {
    let queue: JobQueue
    let database: Database
    let cursors: CursorSigner

    /// A console over the jobs of an application.
    /// - Parameter cursors: signs the positions of lists.
    public init(queue: JobQueue, database: Database, cursors: CursorSigner) {
        self.queue = queue
        self.database = database
        self.cursors = cursors
    }

    /// One queue as it stands.
    struct QueueStanding: Sendable {
        let queue: String
        let terms: JobQueueTerms
        let counts: [JobState: Int]
        let oldestDue: Instant?
        let times: JobTimes?
        /// Processes that work on it now.
        let workers: Int
        /// Jobs of it that they do at once together.
        let places: Int

        func count(_ states: JobState...) -> Int { states.reduce(0) { $0 + (counts[$1] ?? 0) } }
    }

    /// All queues that this process works on, hold jobs, or have held some lately.
    func queues(in session: some SQLSession) throws -> [QueueStanding] {
        try queues(with: queue.workers(in: session), in: session)
    }

    /// The same, with the processes that work now.
    func queues(with workers: [JobWorkerStanding], in session: some SQLSession) throws -> [QueueStanding] {
        let overview = Dictionary(uniqueKeysWithValues: try queue.overview(in: session).map { ($0.queue, $0) })
        let times = try queue.times(in: session)
        let names = Set(overview.keys).union(times.keys).union(queue.knownQueues).union(workers.flatMap(\.places.keys))
        return names.sorted().map { name in
            let standing = overview[name]
            let terms = standing?.terms ?? JobQueueTerms()
            let places = workers.compactMap { $0.places[name] }
            return QueueStanding(
                queue: name, terms: terms, counts: standing?.counts ?? [:], oldestDue: standing?.oldestDue,
                times: times[name], workers: places.count,
                places: places.reduce(0) { $0 + (terms.perNode ?? $1) })
        }
    }

    /// Pauses, resumes and scales a queue.
    /// - Returns: how it stands then.
    /// - Throws: ``Problem`` 404 for a queue that nobody knows; ``SQLError``.
    func change(_ name: String, to terms: JobQueueTerms, by context: RequestContext) async throws -> QueueStanding {
        try await database.write { [self] transaction in
            let before = try standing(name, in: transaction).terms
            if terms.isPaused != before.isPaused {
                if terms.isPaused {
                    try queue.pause(name, in: transaction)
                } else {
                    try queue.resume(name, in: transaction)
                }
            }
            if terms.atMost != before.atMost || terms.perNode != before.perNode {
                try queue.scale(name, atMost: terms.atMost, perNode: terms.perNode, in: transaction)
            }
            if terms != before {
                try transaction.audit(
                    AuditEntry(
                        "queue.changed", entity: name, before: before.audited, after: terms.audited, by: context))
            }
            return try standing(name, in: transaction)
        }
    }

    /// - Throws: ``Problem`` 404.
    func standing(_ name: String, in session: some SQLSession) throws -> QueueStanding {
        guard let standing = try queues(in: session).first(where: { $0.queue == name }) else {
            throw Problem(404, "not_found", "There is no queue of this name.")
        }
        return standing
    }

    /// One schedule.
    /// - Throws: ``Problem`` 404; ``SQLError``.
    func schedule(_ name: String, in session: some SQLSession) throws -> ScheduleStanding {
        guard let standing = try queue.schedules(in: session).first(where: { $0.name == name }) else {
            throw JobConsole.noSuchSchedule
        }
        return standing
    }

    static var noSuchSchedule: Problem { Problem(404, "not_found", "There is no schedule of this name.") }

    /// One job with why it does not run, and the node that runs it.
    struct OneJob: Sendable {
        let job: JobRecord
        let obstacles: [JobObstacle]
        let node: String?
    }

    /// One job.
    /// - Throws: ``Problem`` 404.
    func job(_ id: Int64, in session: some SQLSession) throws -> OneJob {
        guard let job = try queue.record(id, in: session) else {
            throw Problem(404, "job_not_found", "There is no such job.")
        }
        let node = try job.holder.flatMap { holder in
            try queue.workers(in: session).first { $0.holder == holder }?.node
        }
        return OneJob(job: job, obstacles: try queue.obstacles(to: job, in: session), node: node)
    }

    /// What can be done with one job.
    enum Deed: String, Sendable, CaseIterable {
        case replay, discard, cancel

        /// Whether it can be done with a job that stands there.
        func fits(_ state: JobState) -> Bool {
            switch self {
            case .replay: state == .failed || state == .cancelled
            case .discard: state.isFinal
            case .cancel: !state.isFinal
            }
        }

        var audited: String {
            switch self {
            case .replay: "job.replayed"
            case .discard: "job.discarded"
            case .cancel: "job.cancelled"
            }
        }
    }

    /// Does something with one job.
    /// - Throws: ``Problem`` 404 for a job that is not there, 409 where it does not stand so; ``SQLError``.
    func act(_ deed: Deed, on id: Int64, by context: RequestContext) async throws {
        try await database.write { [self] transaction in
            let job = try self.job(id, in: transaction).job
            let isDone =
                switch deed {
                case .replay: try replayOrRefuse(id, in: transaction)
                case .discard: try queue.discard(id, in: transaction)
                case .cancel: deed.fits(job.state) ? try queue.cancel(id, in: transaction) != nil : false
                }
            guard isDone else {
                if deed == .discard, job.state.isFinal { throw JobConsole.neededByWorkflow }
                throw Problem(409, "job_state", "The job is \(job.state.rawValue): that can't be done with it.")
            }
            try transaction.audit(AuditEntry(deed.audited, entity: "\(id)", before: job.audited, by: context))
        }
    }

    /// How many jobs something was done with, and how many were left as they are.
    struct Count: Sendable {
        var done = 0
        var skipped = 0
    }

    /// Tries again or removes the ended jobs that fit, a thousand at most.
    /// - Returns: how many.
    /// - Throws: ``Problem`` 409 where another job with the key of one came at this very moment; ``SQLError``.
    func act(_ deed: Deed, onAll search: JobSearch, by context: RequestContext) async throws -> Count {
        try await database.write { [self] transaction in
            let counted =
                switch deed {
                case .replay: try replayAll(search, in: transaction)
                case .discard: Count(done: try queue.discard(search, in: transaction))
                case .cancel: Count()
                }
            let count = counted.done
            let filter: JSONValue = [
                "state": search.state.map { .string($0.rawValue) } ?? .null,
                "queue": search.queue.map { .string($0) } ?? .null, "text": .string(search.text),
                "tag": search.tag.map { .string($0) } ?? .null,
                "count": .integer(Int64(count)),
            ]
            if count > 0 {
                try transaction.audit(AuditEntry(deed.audited, entity: nil, after: filter, by: context))
            }
            return counted
        }
    }

    /// Tries again or removes chosen jobs: all of them, or none.
    /// - Throws: ``Problem`` 409 that names each with which it can't be done; ``SQLError``.
    func act(_ deed: Deed, onChosen ids: [Int64], by context: RequestContext) async throws {
        try await database.write { [self] transaction in
            let jobs = try queue.records(ids, in: transaction)
            let errors = ids.enumerated().compactMap { index, id in
                JobConsole.obstacle(to: deed, id, jobs[id]).map {
                    Problem.FieldError(field: "ids[\(index)]", code: $0.code, message: $0.message)
                }
            }
            guard errors.isEmpty else {
                throw Problem(
                    409, "job_state", "Nothing was done, because it can't be done with all of them.", errors: errors)
            }
            for (index, id) in ids.enumerated() where ids.firstIndex(of: id) == index {
                guard let refused = try refusal(of: deed, id, in: transaction) else { continue }
                let error = Problem.FieldError(
                    field: "ids[\(index)]", code: refused.code, message: "Job \(id): \(refused.detail)")
                throw Problem(
                    409, "job_state", "Nothing was done, because it can't be done with all of them.", errors: [error])
            }
            let chosen: JSONValue = ["ids": .array(ids.map { .integer($0) }), "count": .integer(Int64(jobs.count))]
            try transaction.audit(AuditEntry(deed.audited, entity: nil, after: chosen, by: context))
        }
    }

    private static func obstacle(to deed: Deed, _ id: Int64, _ job: JobRecord?) -> (code: String, message: String)? {
        guard let job else { return ("job_not_found", "Job \(id) is not there any more.") }
        guard !deed.fits(job.state) else { return nil }
        let verb = deed == .replay ? "tried again" : "removed"
        return ("job_state", "Job \(id) is \(job.state.rawValue) and can't be \(verb).")
    }

    /// What can be done with a schedule.
    enum ScheduleDeed: String, Sendable, CaseIterable {
        case run, pause, resume
    }

    /// Does something with a schedule.
    /// - Returns: how it stands then.
    /// - Throws: ``Problem`` 404 for a schedule that is not there, 409 for one that is not understood here; ``SQLError``.
    func act(_ deed: ScheduleDeed, onSchedule name: String, by context: RequestContext) async throws
        -> ScheduleStanding
    {
        try await database.write { [self] transaction in
            let isThere =
                switch deed {
                case .run: try queue.runScheduleNow(name, in: transaction)
                case .pause: try queue.pauseSchedule(name, in: transaction)
                case .resume: try JobConsole.understood { try queue.resumeSchedule(name, in: transaction) }
                }
            guard isThere else { throw JobConsole.noSuchSchedule }
            let standing = try schedule(name, in: transaction)
            try transaction.audit(AuditEntry("schedule.\(deed.rawValue)", entity: name, by: context))
            return standing
        }
    }
}

extension JobQueueTerms {
    /// As the audit keeps them.
    var audited: JSONValue {
        [
            "paused": .bool(isPaused), "at_most": atMost.map { .integer(Int64($0)) } ?? .null,
            "per_node": perNode.map { .integer(Int64($0)) } ?? .null,
        ]
    }
}

extension JobRecord {
    /// As the audit keeps it: which it was, not what it was told.
    fileprivate var audited: JSONValue {
        ["name": .string(name), "queue": .string(queue), "state": .string(state.rawValue)]
    }
}
