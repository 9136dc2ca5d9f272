import PorticoJSON
import PorticoSQL
import PorticoTelemetry
import PorticoValues

/// Everything that is known of a job.
public struct JobRecord: Sendable, Hashable {
    /// Id.
    public let id: Int64
    /// Name of its kind.
    public let name: String
    /// The queue it is in.
    public let queue: String
    /// Where it stands.
    public let state: JobState
    /// When it became, or becomes, due.
    public let runAt: Instant
    /// The values it needs; null when they are sealed.
    public let payload: JSONValue
    /// Whether the values are encrypted, and with them what came of it (``JobQueue/opened(_:)``).
    public let isSealed: Bool
    /// What makes it the same as another, with its scope.
    public let uniqueKey: String?
    /// Key of its limit.
    public let limitKey: String?
    /// Key of its rate.
    public let rateKey: String?
    /// Whose share of the queue it takes.
    public let shareKey: String?
    /// By which operators find it.
    public let tags: [String]
    /// Account that follows it.
    public let owner: Int64?
    /// The request that enqueued it, itself or by a job it enqueued; nil for what no request made necessary.
    public let origin: WorkOrigin?
    /// The form of its payload.
    public let version: Int
    /// The worker that has it; nil while it does not run.
    public let holder: String?
    /// The group it belongs to.
    public let groupID: Int64?
    /// The group whose end it waits or waited for.
    public let followsGroup: Int64?
    /// The workflow it is a step of, or one of the jobs of a step.
    public let workflowID: Int64?
    /// That step.
    public let stepID: Int64?
    /// Runs begun that count towards its retries.
    public let attempt: Int
    /// Runs it may have after the first.
    public let retries: Int
    /// How often a lease ran out and somebody else took it over.
    public let rescues: Int
    /// Whether its end was asked for.
    public let isCancelRequested: Bool
    /// How far it is, in units of its own.
    public let done: Int64?
    /// How far it will come, when known.
    public let total: Int64?
    /// What came of it; nil where that is sealed.
    public internal(set) var result: JSONValue?
    /// What came of it as it is encrypted; nil where it is not, or nothing did.
    let sealedResult: String?
    /// What went wrong, the newest last, at most ten.
    public internal(set) var errors: [JobErrorNote]
    /// When it was enqueued.
    public let createdAt: Instant
    /// When its last run began.
    public let startedAt: Instant?
    /// When it ended.
    public let finishedAt: Instant?

    /// How many of ``errors`` a job keeps.
    public static let keptErrors = JobErrorNote.kept

    /// Whether something came of it that is sealed and was not opened.
    public var isResultSealed: Bool { sealedResult != nil && result == nil }

    static let columns: SQL = """
        id, name, queue, state, run_at, payload, owner, group_id, follows_group, attempt, retries, rescues,
        cancel_requested, done, total, result, errors, created_at, started_at, finished_at, is_sealed, unique_key,
        limit_key, rate_key, share_key, request_id, traceparent, version, holder, workflow_id, step_id,
        tags
        """

    init(_ row: Row) throws {
        let payload: String = try row[5]
        let result: String? = try row[15]
        id = try row[0]
        name = try row[1]
        queue = try row[2]
        state = try row[3]
        runAt = try row[4]
        isSealed = try row[20]
        self.payload = isSealed ? .null : try JSONValue(parsing: Array(payload.utf8))
        owner = try row[6]
        groupID = try row[7]
        followsGroup = try row[8]
        attempt = try row[9]
        retries = try row[10]
        rescues = try row[11]
        isCancelRequested = try row[12]
        done = try row[13]
        total = try row[14]
        self.result = isSealed ? nil : try result.map { try JSONValue(parsing: Array($0.utf8)) }
        sealedResult = isSealed ? result : nil
        errors = JobErrorNote.list(try row[16])
        createdAt = try row[17]
        startedAt = try row[18]
        finishedAt = try row[19]
        uniqueKey = try row[21]
        limitKey = try row[22]
        rateKey = try row[23]
        shareKey = try row[24]
        origin = try WorkOrigin(row, 25)
        version = try row[27]
        holder = try row[28]
        workflowID = try row[29]
        stepID = try row[30]
        tags = JobTag.list(try row[31])
    }
}

extension WorkOrigin {
    /// Where a job comes from, out of its two columns; nil when nothing is known of it.
    init?(_ row: Row, _ column: Int) throws {
        let (request, traceparent): (String?, String?) = (try row[column], try row[column + 1])
        guard let request else { return nil }
        self.init(requestID: request, traceparent: traceparent)
    }
}
