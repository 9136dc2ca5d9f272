import PorticoSQL
import PorticoTelemetry
import PorticoValues

/// The trace of a job that was removed because it had ended long ago.
///
/// Without arguments, keys, results and what servers and handlers said: it tells what ran when and how it ended, and
/// nothing that somebody might have to be forgotten by.
public struct ArchivedJob: Sendable, Hashable {
    /// Id that the job had.
    public let id: Int64
    /// Name of its kind.
    public let name: String
    /// The queue it was in.
    public let queue: String
    /// How it ended.
    public let state: JobState
    /// By which operators found it.
    public let tags: [String]
    /// Runs begun that counted.
    public let attempt: Int
    /// How often its worker was lost.
    public let rescues: Int
    /// The code of its last error; nil where nothing went wrong.
    public let errorCode: String?
    /// The request that enqueued it.
    public let requestID: String?
    /// The workflow it was a step of.
    public let workflowID: Int64?
    /// When it was enqueued.
    public let createdAt: Instant
    /// When its last run began.
    public let startedAt: Instant?
    /// When it ended.
    public let finishedAt: Instant
    /// When it was removed.
    public let archivedAt: Instant

    static let columns = [
        "id", "name", "queue", "state", "tags", "attempt", "rescues", "error_code", "request_id", "workflow_id",
        "created_at", "started_at", "finished_at", "archived_at",
    ]

    init(_ row: Row) throws {
        try self.init(row, errorCode: row[7], archivedAt: row[13])
    }

    /// The trace of a job that is being removed, out of ``removed``.
    init(removed row: Row, at now: Instant) throws {
        try self.init(row, errorCode: JobErrorNote.list(row[7]).last?.code, archivedAt: now)
    }

    /// What a removed job and its trace have at the same places.
    private init(_ row: Row, errorCode: String?, archivedAt: Instant) throws {
        id = try row[0]
        name = try row[1]
        queue = try row[2]
        state = try row[3]
        tags = JobTag.list(try row[4])
        attempt = try row[5]
        rescues = try row[6]
        self.errorCode = errorCode
        requestID = try row[8]
        workflowID = try row[9]
        createdAt = try row[10]
        startedAt = try row[11]
        finishedAt = try row[12]
        self.archivedAt = archivedAt
    }

    /// What is read of a job that is being removed.
    static let removed: SQL = """
        id, name, queue, state, tags, attempt, rescues, errors, request_id, workflow_id, created_at, started_at,
        finished_at
        """

    /// The values of ``columns``.
    var row: [SQLValue] {
        [
            id.sqlValue, name.sqlValue, queue.sqlValue, state.sqlValue, JobTag.text(tags).sqlValue, attempt.sqlValue,
            rescues.sqlValue, errorCode.sqlValue, requestID.sqlValue, workflowID.sqlValue, createdAt.sqlValue,
            startedAt.sqlValue, finishedAt.sqlValue, archivedAt.sqlValue,
        ]
    }
}
