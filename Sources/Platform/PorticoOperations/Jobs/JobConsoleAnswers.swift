import PorticoHTTP
import PorticoJSON
import PorticoJobs
import PorticoTelemetry
import PorticoValues

/// A queue as programs of operators see it.
struct QueueAnswer: JSONRepresentable {
    private let standing: JobConsole.QueueStanding

    init(_ standing: JobConsole.QueueStanding) {
        self.standing = standing
    }

    static let schemaName = "JobQueue"
    static let example = QueueAnswer(
        JobConsole.QueueStanding(
            queue: "imports", terms: JobQueueTerms(), counts: [.queued: 12, .running: 8],
            oldestDue: Instant(milliseconds: 1_795_258_800_000), times: nil, workers: 2, places: 16))

    func write(to object: inout JSONObjectWriter) {
        object.field("queue", standing.queue, "Its name")
        object.field("paused", standing.terms.isPaused, "Whether no job of it starts")
        object.field(
            "at_most", standing.terms.atMost, "Jobs that run at once on all nodes together; null: as many as may")
        object.field("per_node", standing.terms.perNode, "Places on each node; null: what the node itself has")
        object.field("scheduled", standing.count(.scheduled), "Jobs whose time has not come")
        object.field("queued", standing.count(.queued), "Jobs that run as soon as there is a place")
        object.field("held_back", standing.count(.blocked, .throttled), "Jobs that wait for their limit or rate")
        object.field("running", standing.count(.running), "Jobs that run")
        object.field("failed", standing.count(.failed), "Dead letters")
        object.field("workers", standing.workers, "Processes that work on it now, on all nodes")
        object.field("places", standing.places, "Jobs of it that they do at once together")
        object.field("oldest_due", standing.oldestDue, "Since when the oldest job is due; null when none is")
        object.field("recent", standing.times?.count ?? 0, "Jobs that the times are from, the last that ended")
        object.field("wait_p50_ms", standing.times?.wait.half.milliseconds, "Half waited at most so long for their run")
        object.field("wait_p95_ms", standing.times?.wait.most.milliseconds, "95 of 100 did")
        object.field("wait_p99_ms", standing.times?.wait.nearlyAll.milliseconds, "99 of 100 did")
        object.field("run_p50_ms", standing.times?.run.half.milliseconds, "Half ran at most so long")
        object.field("run_p95_ms", standing.times?.run.most.milliseconds, "95 of 100 did")
        object.field("run_p99_ms", standing.times?.run.nearlyAll.milliseconds, "99 of 100 did")
    }
}

/// A job as programs of operators see it.
struct OperatedJobAnswer: JSONRepresentable {
    private let job: JobRecord?
    private let obstacles: [JobObstacle]

    init(_ job: JobRecord, _ obstacles: [JobObstacle] = []) {
        self.job = job
        self.obstacles = obstacles
    }

    private init() {
        job = nil
        obstacles = []
    }

    static let schemaName = "OperatedJob"
    static let example = OperatedJobAnswer()

    func write(to object: inout JSONObjectWriter) {
        let due = job?.runAt ?? Instant(milliseconds: 1_795_258_800_000)
        object.field("id", id: job?.id ?? 12, "Id")
        object.field("name", job?.name ?? "bags.import", "Its kind")
        object.field("queue", job?.queue ?? "imports", "The queue it is in")
        object.field("state", job?.state ?? .queued, "Where it stands")
        object.field("run_at", due, "When it became, or becomes, due")
        object.field("arguments", job?.payload ?? ["file": "a.csv"], "What it is told; null when sealed")
        object.field(
            "sealed", job?.isSealed ?? false, "Whether what it is told, what comes of it and what it says are encrypted"
        )
        object.field("unique_key", job?.uniqueKey, "What makes it the same as another, with its scope")
        object.field("limit_key", job?.limitKey, "With which others it shares a limit")
        object.field("rate_key", job?.rateKey, "With which others it shares a rate")
        object.field("share_key", job?.shareKey, "Whose share of the queue it takes")
        object.field("tags", job?.tags ?? ["import:12"], "By which operators find it")
        object.field("request_id", job?.origin?.requestID, "The request that enqueued it, itself or by another job")
        object.field("trace_id", job?.origin?.traceID, "The trace of that request; in log lines as trace.id")
        object.field("workflow_id", id: job?.workflowID, "The workflow it is a step of; null when of none")
        object.field("attempt", job?.attempt ?? 1, "Runs begun that count")
        object.field("retries", job?.retries ?? 3, "Runs it may have after the first")
        object.field("rescues", job?.rescues ?? 0, "How often its worker was lost")
        object.field("done", job?.done, "Units done")
        object.field("total", job?.total, "Units there are; null while nobody knows")
        object.field("created_at", job?.createdAt ?? due, "When it was enqueued")
        object.field("started_at", job?.startedAt, "When its last run began")
        object.field("finished_at", job?.finishedAt, "When it ended")
        object.optionalField("result", job?.result, "What came of it; absent when sealed")
        object.field(
            "errors", JSONValue.array((job?.errors ?? []).map(\.operatorJSON)),
            "What went wrong, the newest last; without words when sealed")
        object.field("waits_for", obstacles.map { ObstacleText($0).text }, "Why it does not run, in words")
    }
}

extension JobErrorNote {
    /// With what only operators see: the errors behind it, and where it was when it failed.
    fileprivate var operatorJSON: JSONValue {
        [
            "at": .string(at.rfc3339), "started_at": startedAt.map { .string($0.rfc3339) } ?? .null,
            "attempt": .integer(Int64(attempt)), "code": .string(code), "message": .string(message),
            "detail": detail.map { .string($0) } ?? .null, "node": node.map { .string($0) } ?? .null,
            "done": done.map { .integer($0) } ?? .null, "total": total.map { .integer($0) } ?? .null,
            "statement": statement.map { .string($0) } ?? .null,
            "last_statement": lastStatement.map { .string($0) } ?? .null,
            "causes": .array(causes.map { ["type": .string($0.type), "words": .string($0.words)] }),
        ]
    }
}

/// How many jobs something was done with.
struct JobCountAnswer: JSONRepresentable {
    let count: Int
    /// Those that were left as they are.
    var skipped = 0
    /// Those that were chosen by id.
    var chosen: [Int64] = []

    static let schemaName = "JobCount"
    static let example = JobCountAnswer(count: 12)

    func write(to object: inout JSONObjectWriter) {
        object.field("count", count, "Jobs it was done with")
        object.field(
            "skipped", skipped,
            "Jobs that were left: another counts as the same and is there, or their workflow has ended")
        object.field(
            "items", JSONValue.array(chosen.map { ["id": .string("\($0)")] }), "The jobs that were chosen by id, each")
    }
}

/// A schedule as programs of operators see it.
struct ScheduleAnswer: JSONRepresentable {
    let standing: ScheduleStanding?

    static let schemaName = "JobSchedule"
    static let example = ScheduleAnswer(standing: nil)

    func write(to object: inout JSONObjectWriter) {
        object.field("name", standing?.name ?? "mail.purge", "Its name")
        object.field("cron", standing?.cron ?? "17 3 * * *", "When, as a cron expression")
        object.field("zone", standing?.zone ?? "UTC", "In which zone")
        object.field("next_at", standing?.nextAt, "When it fires next; null when never")
        object.field("last_at", standing?.lastAt, "The time it fired for last")
        object.field("paused", standing?.isPaused ?? false, "Whether it is held")
        let (catchUp, declared) = (standing?.terms.catchUp ?? .once, standing?.declared)
        object.field("missed", ScheduleMissed(catchUp), "What is done about missed times")
        object.field("missed_most", ScheduleMissed.most(catchUp), "Of how many of them, with all; null otherwise")
        object.field("declared_cron", declared?.cron ?? "17 3 * * *", "When, as the program says")
        object.field("declared_zone", declared?.zone ?? "UTC", "In which zone, as the program says")
        object.field(
            "declared_missed", ScheduleMissed.words(declared?.catchUp ?? .once),
            "What is done about missed times, as the program says; all with how many")
        object.field(
            "changed_at", standing?.editedAt, "Since when an operator's word is in force; null where the program's is")
        object.field(
            "overrides_news", standing?.isOverridingNews ?? false,
            "Whether the program says something else since an operator changed it")
    }
}
