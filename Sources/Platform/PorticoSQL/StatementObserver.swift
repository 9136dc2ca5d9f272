import PorticoTelemetry

/// What hears of every statement of one closure: the query log, the request that caused it, and the session it belongs to.
public struct StatementObserver: Sendable {
    private let log: QueryLog
    private let dialect: Dialect
    private let request: RequestMeasure?
    /// What copies must know before they answer the caller; nil where nobody asked.
    public let session: ReadSession?

    /// An observer for one closure.
    public init(log: QueryLog, dialect: Dialect, request: RequestMeasure? = nil, session: ReadSession? = nil) {
        self.log = log
        self.dialect = dialect
        self.request = request
        self.session = session
    }

    /// The request that the statements are run for; nil when none is known.
    public var origin: WorkOrigin? { request?.origin }
    /// Where the spans of that request are recorded; nil where nobody traces it.
    var spans: SpanRecorder? { request?.spans }

    func isSlow(_ nanoseconds: Int64) -> Bool {
        nanoseconds >= log.slowNanoseconds
    }

    func record(_ name: String, nanoseconds: Int64, rows: Int) {
        log.statistics.record(name, nanoseconds: nanoseconds, rows: rows)
        request?.record(statement: name, nanoseconds: nanoseconds, rows: rows)
        spans?.record(statement: name, in: dialect.rawValue, nanoseconds: nanoseconds, rows: rows)
    }

    func recordFailure(_ name: String, nanoseconds: Int64, _ code: SQLError.Code) {
        log.statistics.record(name, nanoseconds: nanoseconds, failed: true)
        request?.record(statement: name, nanoseconds: nanoseconds, rows: 0)
        spans?.record(
            statement: name, in: dialect.rawValue, nanoseconds: nanoseconds, rows: 0, error: code.description)
    }

    func recordSlow(_ name: String, nanoseconds: Int64, plan: [String]) {
        log.reportSlow(name, nanoseconds: nanoseconds, plan: plan)
    }
}
