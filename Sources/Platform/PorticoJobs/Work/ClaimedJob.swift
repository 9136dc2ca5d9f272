import Logging
import PorticoSQL
import PorticoTelemetry
import PorticoValues

/// A job that this process may run: what it needs to run it, and the turn that entitles it to change the row.
struct ClaimedJob: Sendable {
    let id: Int64
    let name: String
    let queue: String
    let payload: String
    /// The run of the job this claim is for. Another claim has another turn, and this one can change nothing any more.
    let turn: Int64
    let attempt: Int
    let retries: Int
    let owner: Int64?
    let groupID: Int64?
    let followsGroup: Int64?
    let workflowID: Int64?
    let stepID: Int64?
    /// Whether it stops to count as the only one with its key when it starts.
    let givesKeyUp: Bool
    let limitKey: String?
    let limitMost: Int?
    let rank: Int64
    let headStart: Int64
    let runAt: Instant
    let errors: String
    let version: Int
    let isSealed: Bool
    let rate: JobRate?
    /// When the run began.
    let startedAt: Instant
    let origin: WorkOrigin?
    /// The span that enqueued it.
    let traceparent: String?
    /// The worker that has it, or had it.
    let holder: String?
    /// How far it was told to be.
    let done: Int64?
    let total: Int64?

    static let columns: SQL = """
        id, name, queue, payload, turns, attempt, retries, owner, group_id, follows_group, limit_key, limit_most, rank,
        head_start, run_at, errors, version, is_sealed, rate_key, rate_most, rate_span, started_at,
        request_id, traceparent, holder, done, total, workflow_id, step_id, unique_ends_at_start
        """

    init(_ row: Row) throws {
        id = try row[0]
        name = try row[1]
        queue = try row[2]
        payload = try row[3]
        turn = try row[4]
        attempt = try row[5]
        retries = try row[6]
        owner = try row[7]
        groupID = try row[8]
        followsGroup = try row[9]
        limitKey = try row[10]
        limitMost = try row[11]
        rank = try row[12]
        headStart = try row[13]
        runAt = try row[14]
        errors = try row[15]
        version = try row[16]
        isSealed = try row[17]
        let (rateKey, rateMost, rateSpan): (String?, Int?, Int64?) = (try row[18], try row[19], try row[20])
        rate = rateKey.map { JobRate($0, atMost: rateMost ?? 1, per: .milliseconds(rateSpan ?? 1000)) }
        startedAt = try row[21] ?? runAt
        origin = try WorkOrigin(row, 22)
        traceparent = try row[23]
        holder = try row[24]
        done = try row[25]
        total = try row[26]
        workflowID = try row[27]
        stepID = try row[28]
        givesKeyUp = try row[29]
    }

    /// What log lines about the job carry: which it is, and which request made it necessary.
    var metadata: Logger.Metadata {
        var metadata = origin?.metadata ?? [:]
        metadata["job"] = "\(id)"
        metadata["name"] = "\(name)"
        return metadata
    }

    /// Whether another try remains.
    var mayRetry: Bool { attempt <= retries }

    /// The rows that this claim may change.
    var mine: SQL { "id = \(id) AND state = 'running' AND turns = \(turn)" }

    /// Gives the job back as if it had not been claimed, to wait in another state.
    func returning(to state: JobState) -> SQL {
        """
        UPDATE jobs SET state = '\(SQL(trusted: state.rawValue))', attempt = attempt - 1, holder = NULL,
            lease_until = NULL, started_at = NULL
        WHERE \(mine)
        """
    }
}
