import Logging
import Synchronization

/// What one request, or one run of a job, cost in the database, collected while it runs, and where it comes from.
///
/// The server binds it around the handler with `RequestMeasure.$current.withValue(RequestMeasure()) { … }`. Database
/// closures run on other threads, where a task-local is not to be seen: the engine reads ``current`` once, before it
/// leaves the task, and records on the object.
public final class RequestMeasure: Sendable {
    /// The measure of the request or the run that this task serves, if any.
    @TaskLocal public static var current: RequestMeasure?

    /// Runs of one statement in one request beyond which it is reported as repeated (an N+1 pattern).
    public static let repetitionThreshold = 5

    /// Where spans of the work are recorded; nil where nobody traces it.
    public let spans: SpanRecorder?

    private static let maximumNames = 256
    private let requestID: String?
    private let traceparent: String?
    private let job: Int64?
    private let state = Mutex(State())

    /// A measure of nothing yet.
    public init() {
        (requestID, traceparent, job) = (nil, nil, nil)
        spans = nil
    }

    /// A measure of a request.
    /// - Parameters:
    ///   - traceparent: as the caller sent it.
    ///   - spans: records the spans of the request.
    public init(requestID: String, traceparent: String?, spans: SpanRecorder? = nil) {
        (self.requestID, self.traceparent, job) = (requestID, traceparent, nil)
        self.spans = spans
    }

    /// A measure of one run of a job.
    /// - Parameters:
    ///   - origin: where the job comes from; nil where no request made it necessary.
    ///   - spans: records the spans of the run.
    public init(job: Int64, origin: WorkOrigin?, spans: SpanRecorder? = nil) {
        (requestID, traceparent, self.job) = (origin?.requestID, origin?.traceparent, job)
        self.spans = spans
    }

    /// The request that what is measured comes from; nil when none is known. Made when it is asked for, because few ask.
    /// Where spans are recorded, its `traceparent` is that of the work's own span.
    public var origin: WorkOrigin? {
        requestID.map { WorkOrigin(requestID: $0, traceparent: spans?.context.traceparent ?? traceparent) }
    }

    /// What log lines of the task carry by themselves.
    public static let metadata = Logger.MetadataProvider {
        guard let measure = current else { return [:] }
        var metadata = measure.origin?.metadata ?? [:]
        if let job = measure.job { metadata["job"] = "\(job)" }
        return metadata
    }

    /// Adds one execution of a named statement: how long it took and how many rows it returned or changed.
    public func record(statement name: String, nanoseconds: Int64, rows: Int) {
        state.withLock { state in
            state.statements += 1
            state.rows += max(0, rows)
            state.nanoseconds += max(0, nanoseconds)
            state.last = name
            guard state.counts[name] != nil || state.counts.count < RequestMeasure.maximumNames else { return }
            state.counts[name, default: 0] += 1
        }
    }

    /// Says that another of many equal parts begins, as the next scan of a batch: from here on repetition is judged anew.
    public func beginPart() {
        state.withLock { state in
            state.kept = state.repeated
            state.counts.removeAll(keepingCapacity: true)
        }
    }

    /// What was collected so far; may be read while the request still runs.
    public var summary: RequestSummary {
        let state = self.state.withLock { $0 }
        guard state.statements > 0 else { return .nothing }
        let repeated = state.repeated.map { RepeatedStatement(name: $0.key, count: $0.value) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
        return RequestSummary(
            statements: state.statements, rows: state.rows, databaseNanoseconds: state.nanoseconds,
            repeated: repeated, lastStatement: state.last)
    }

    private struct State {
        var statements = 0
        var rows = 0
        var nanoseconds: Int64 = 0
        var counts: [String: Int] = [:]
        /// What was repeated in parts before this one, each with its greatest count.
        var kept: [String: Int] = [:]
        var last: String?

        var repeated: [String: Int] {
            kept.merging(counts.filter { $0.value > RequestMeasure.repetitionThreshold }) { max($0, $1) }
        }
    }
}

/// The database work of one request.
public struct RequestSummary: Sendable, Equatable {
    /// Statements executed.
    public let statements: Int
    /// Rows returned or changed.
    public let rows: Int
    /// Time inside the database, in nanoseconds; statements that ran side by side are added up.
    public let databaseNanoseconds: Int64
    /// Statements that ran more than ``RequestMeasure/repetitionThreshold`` times, each once, most frequent first.
    public let repeated: [RepeatedStatement]
    /// Name of the statement that ran last; nil when none did.
    public let lastStatement: String?

    static let nothing = RequestSummary(
        statements: 0, rows: 0, databaseNanoseconds: 0, repeated: [], lastStatement: nil)
}

/// A statement that one request ran again and again.
public struct RepeatedStatement: Sendable, Equatable {
    /// The statement's name.
    public let name: String
    /// How often it ran.
    public let count: Int
}
