import PorticoTelemetry

/// What hears of every statement of one closure: the query log, the request that caused it, and the session it belongs to.
public struct StatementObserver: Sendable {
    private let log: QueryLog
    private let request: RequestMeasure?
    /// What copies must know before they answer the caller; nil where nobody asked.
    public let session: ReadSession?

    /// An observer for one closure.
    public init(log: QueryLog, request: RequestMeasure? = nil, session: ReadSession? = nil) {
        self.log = log
        self.request = request
        self.session = session
    }

    /// The request that the statements are run for; nil when none is known.
    public var origin: WorkOrigin? { request?.origin }

    func isSlow(_ nanoseconds: Int64) -> Bool {
        nanoseconds >= log.slowNanoseconds
    }

    func record(_ name: String, nanoseconds: Int64, rows: Int) {
        log.statistics.record(name, nanoseconds: nanoseconds, rows: rows)
        request?.record(statement: name, nanoseconds: nanoseconds, rows: rows)
    }

    func recordFailure(_ name: String, nanoseconds: Int64) {
        log.statistics.record(name, nanoseconds: nanoseconds, failed: true)
        request?.record(statement: name, nanoseconds: nanoseconds, rows: 0)
    }

    func recordSlow(_ name: String, nanoseconds: Int64, plan: [String]) {
        log.reportSlow(name, nanoseconds: nanoseconds, plan: plan)
    }
}
