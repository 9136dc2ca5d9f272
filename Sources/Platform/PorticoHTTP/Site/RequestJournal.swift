import Logging
import PorticoTelemetry
import PorticoValues
import Synchronization

/// Counts, times and logs every request, and tells the client how long it took.
struct RequestJournal: Sendable {
    private let logger: Logger
    private let durations: HistogramFamily
    private let brokenStreams: CounterFamily
    private let slowNanoseconds: Int64
    let scheme: String
    private let refusals = RefusalNotice()
    /// The series of a route and a status: found by numbers, because every request needs one.
    private let series = SeriesCache()

    init(_ configuration: Site.Configuration) {
        logger = configuration.logger
        slowNanoseconds = configuration.slowMilliseconds * 1_000_000
        scheme = configuration.isSecure ? "https" : "http"
        durations = configuration.metrics.histogram(
            "http_server_request_duration_seconds", help: "Time from the whole request to its answer.",
            labels: ["http_request_method", "http_route", "http_response_status_code"])
        brokenStreams = configuration.metrics.counter(
            "http_server_broken_streams_total",
            help: "Answers that broke off after their head was sent, through no fault of the client.",
            labels: ["http_route"])
    }

    /// A body that tells when it breaks off: its client only sees the end of a connection, and its status has long been sent.
    func watched(
        _ produce: @escaping @Sendable (any BodyWriter) async throws -> Void, of exchange: Exchange
    ) -> Response.Body {
        let (requestID, route) = (exchange.requestID, route(exchange))
        return .stream { [logger, brokenStreams] writer in
            do {
                try await produce(writer)
            } catch {
                if !Task.isCancelled, !(error is StreamClosed), !(error is CancellationError) {
                    brokenStreams.with(route).increment()
                    logger.error(
                        "answer broke off",
                        metadata: ["request.id": "\(requestID)", "http.route": "\(route)", "error": "\(error)"])
                }
                throw error
            }
        }
    }

    func finish(_ exchange: Exchange, _ response: inout Response, measure: RequestMeasure?) {
        let elapsed = monotonicNanoseconds() - exchange.startedNanoseconds
        let summary = measure?.summary
        response.headers.add("x-response-time", DurationText.responseTime(elapsed))
        response.headers.add("server-timing", DurationText.serverTiming(elapsed, summary))
        // What is made for everybody is counted for each who gets it.
        if !exchange.request.isForEverybody { duration(exchange, response).observe(nanoseconds: elapsed) }
        record(exchange, response, elapsed, summary, measure?.origin)
        if let spans = measure?.spans { finish(spans, exchange, response, summary) }
    }

    /// Counts an answer that was given from memory.
    func count(_ method: HTTPMethod, _ served: ServedRoute, _ status: HTTPStatus, _ elapsed: Int64) {
        let key = RequestJournal.key(served, isHead: method == .head, status)
        series.find(key) { durations.with(method.name, served.pattern, String(status.code)) }
            .observe(nanoseconds: elapsed)
    }

    private static func key(_ served: ServedRoute, isHead: Bool, _ status: HTTPStatus) -> Int {
        (served.position.mount << 12 | served.position.route) << 11 | (isHead ? 1024 : 0) | status.code
    }

    func log(_ exchange: Exchange, _ level: Logger.Level, _ message: Logger.Message, error: any Error) {
        logger.log(
            level: level, message,
            metadata: ["request.id": "\(exchange.requestID)", "http.route": "\(route(exchange))", "error": "\(error)"])
    }

    /// Changes, refusals and slow answers are always told; plain reads only when somebody debugs.
    private func record(
        _ exchange: Exchange, _ response: Response, _ elapsed: Int64, _ summary: RequestSummary?,
        _ origin: @autoclosure () -> WorkOrigin?
    ) {
        let isNoteworthy =
            !exchange.request.head.method.isSafe || response.status.code >= 400 || elapsed >= slowNanoseconds
        let isFailure = RequestJournal.isFailure(response.status)
        // A line for each of thousands that are refused would cost more than refusing them.
        let level: Logger.Level = exchange.isShed ? .debug : isFailure ? .error : isNoteworthy ? .info : .debug
        if exchange.isShed, let count = refusals.count(at: monotonicNanoseconds()) {
            logger.error("overloaded: requests refused", metadata: ["count": "\(count)"])
        }
        let repeated = summary?.repeated ?? []
        guard logger.logLevel <= level || !repeated.isEmpty else { return }
        var metadata: Logger.Metadata = [
            "request.id": "\(exchange.requestID)", "http.method": "\(exchange.request.head.method)",
            "http.route": "\(route(exchange))", "http.status": "\(response.status.code)",
            "duration_ms": "\(DurationText.milliseconds(elapsed))", "client.address": "\(exchange.clientAddress)",
        ]
        if let origin = origin() { metadata["trace.id"] = "\(origin.traceID)" }
        if let principal = exchange.principal { metadata["account.id"] = "\(principal.accountID)" }
        if let summary {
            metadata["db.statements"] = "\(summary.statements)"
            metadata["db.rows"] = "\(summary.rows)"
        }
        logger.log(level: level, "request", metadata: metadata)
        for item in repeated {
            logger.warning(
                "same statement many times in one request",
                metadata: [
                    "request.id": "\(exchange.requestID)", "http.route": "\(route(exchange))",
                    "db.statement": "\(item.name)", "count": "\(item.count)",
                ])
        }
    }

    /// 501 and 505 answer what a client made up; they are no failure of ours.
    static func isFailure(_ status: HTTPStatus) -> Bool {
        status.code >= 500 && ![501, 505].contains(status.code)
    }

    private func route(_ exchange: Exchange) -> String {
        exchange.served?.pattern ?? "(none)"
    }

    private func duration(_ exchange: Exchange, _ response: Response) -> Histogram {
        let method = method(exchange)
        guard let served = exchange.served else {
            return durations.with(method, route(exchange), String(response.status.code))
        }
        let key = RequestJournal.key(served, isHead: method == "HEAD", response.status)
        return series.find(key) { durations.with(method, self.route(exchange), String(response.status.code)) }
    }

    /// The method, or `_OTHER` for one that no route has.
    func method(_ exchange: Exchange) -> String {
        switch exchange.request.head.method {
        case .get, .head, .post, .put, .patch, .delete, .options: exchange.request.head.method.name
        default: "_OTHER"
        }
    }
}

private final class SeriesCache: Sendable {
    private let known = Mutex<[Int: Histogram]>([:])

    func find(_ key: Int, make: () -> Histogram) -> Histogram {
        known.withLock { known in
            if let histogram = known[key] { return histogram }
            let histogram = make()
            known[key] = histogram
            return histogram
        }
    }
}

/// Tells of refused requests together: the first at once, those after it every ten seconds.
final class RefusalNotice: Sendable {
    private static let interval: Int64 = 10_000_000_000

    private struct State {
        var untold = 0
        var toldAt: Int64?
    }

    private let state = Mutex(State())

    /// Counts one.
    /// - Returns: how many to tell of now; nil when it is too early.
    func count(at nanoseconds: Int64) -> Int? {
        state.withLock { state in
            state.untold += 1
            if let toldAt = state.toldAt, nanoseconds - toldAt < RefusalNotice.interval { return nil }
            state.toldAt = nanoseconds
            defer { state.untold = 0 }
            return state.untold
        }
    }
}
