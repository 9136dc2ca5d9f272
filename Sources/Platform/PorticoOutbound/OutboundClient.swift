import PorticoLimits
import PorticoTelemetry
import PorticoValues

/// Calls other people's services, over connections that are kept and shared (libcurl; HTTP/1.1 and HTTP/2).
///
/// ```swift
/// let client = try OutboundClient(clock: clock, metrics: metrics)
/// let rates = client.destination("exchange_rates")
/// let answer = try await client.send(OutboundRequest("GET", try OutboundURL("https://example.org/rates")), to: rates)
/// ```
///
/// Certificates are always checked, redirects are not followed unless the request says so, and a call never goes to an
/// address that its destination's policy does not permit. Shut it down before its last reference goes.
public final class OutboundClient: Sendable {
    /// How a client calls.
    public struct Configuration: Sendable {
        /// The longest a connection may take to come about.
        public var connectTimeout = Span.seconds(5)
        /// How long nothing may come or go once there is one; whole seconds, rounded up.
        public var readTimeout = Span.seconds(20)
        /// Connections to all hosts together; calls beyond wait.
        public var connections = 256
        /// Connections to one host; calls beyond wait.
        public var connectionsPerHost = 32
        /// Addresses of names that the resolver is not asked for, as a hosts file has them. A destination's policy judges
        /// them like any others.
        public var addresses: [String: [String]] = [:]
        /// File with the certificates that are trusted instead of the system's.
        public var authorities: String?
        /// What the client calls itself.
        public var userAgent = "Portico"
        /// The trace that a call belongs to, where ``OutboundScope/traceparent`` says none and the work is not traced.
        public var traceparent: @Sendable () -> String? = { nil }

        /// The usual ones.
        public init() {}
    }

    private let configuration: Configuration
    private let clock: Clock
    private let registry: MetricsRegistry
    private let loop: TransferLoop

    /// A running client.
    /// - Throws: ``OutboundError`` `.closed` when the system has no thread for it.
    public init(
        _ configuration: Configuration = Configuration(), clock: Clock, metrics: MetricsRegistry
    ) throws(OutboundError) {
        self.configuration = configuration
        self.clock = clock
        self.registry = metrics
        self.loop = try TransferLoop(
            connections: max(1, configuration.connections), perHost: max(1, configuration.connectionsPerHost))
    }

    deinit { loop.begin() }

    /// A destination under a name of the program's; make each once and keep it.
    public func destination(
        _ name: StaticString, _ settings: OutboundDestination.Settings = OutboundDestination.Settings()
    ) -> OutboundDestination {
        OutboundDestination(name.description, settings, registry)
    }

    /// Makes a call, and makes it again where that is allowed and may help.
    /// - Throws: ``OutboundError``; `CancellationError` when the task is cancelled. An answer of any status is none.
    public func send(_ request: OutboundRequest, to destination: OutboundDestination) async throws -> OutboundResponse {
        if let flaw = request.flaw {
            throw OutboundError(.invalidRequest, origin: request.url.origin, detail: flaw)
        }
        let end = OutboundScope.end(of: request.timeout)
        destination.budget.noteCall(at: clock.now())
        var attempt = 1
        while true {
            let outcome = try await follow(request, to: destination, end: end)
            guard let wait = pause(after: outcome, request, destination, attempt: attempt, end: end) else {
                var answer = try outcome.get()
                answer.attempts = attempt
                return answer
            }
            try await Task.sleep(for: .milliseconds(wait.milliseconds))
            destination.metrics.retried()
            attempt += 1
        }
    }

    /// Ends calls that are under way, closes the connections, and returns when that is done.
    public func shutdown() async {
        await loop.close()
    }

    // MARK: One try

    /// Calls, and goes where the answer points if the request allows it.
    private func follow(
        _ request: OutboundRequest, to destination: OutboundDestination, end: Int64
    ) async throws -> Result<OutboundResponse, OutboundError> {
        var request = request
        while true {
            let outcome = try await call(request, to: destination, end: end)
            guard case .success(let answer) = outcome, Redirect.isOne(answer.status),
                let location = answer.header("location")
            else { return outcome }
            guard request.redirects > 0 else {
                guard request.isFollowing else { return outcome }
                return .failure(OutboundError(.tooManyRedirects, origin: request.url.origin))
            }
            do {
                request = try Redirect.next(request, status: answer.status, location: location)
            } catch {
                let refusal = OutboundError(.refusedDestination, origin: request.url.origin, detail: error.detail)
                return refuse(refusal, destination)
            }
        }
    }

    private func call(
        _ request: OutboundRequest, to destination: OutboundDestination, end: Int64
    ) async throws -> Result<OutboundResponse, OutboundError> {
        let origin = request.url.origin
        if let flaw = destination.settings.policy.flaw(of: request.url) {
            return refuse(OutboundError(.refusedDestination, origin: origin, detail: flaw), destination)
        }
        guard let permit = destination.limit.admit() else {
            return refuse(OutboundError(.busy, origin: origin, detail: "too many calls are under way"), destination)
        }
        defer { permit.finish() }
        var granted: CircuitCall?
        switch destination.circuit?.permission(at: clock.now()) {
        case .refused(let span):
            let detail = "it failed too often of late"
            return refuse(OutboundError(.circuitOpen, origin: origin, detail: detail, retryAfter: span), destination)
        case .granted(let call): granted = call
        case nil: break
        }
        let outcome = try await transfer(request, destination, end: end)
        if let granted, let isHealthy = OutboundClient.speaksForDestination(outcome) {
            destination.circuit?.record(granted, success: isHealthy, at: clock.now())
        }
        return outcome
    }

    private func transfer(
        _ request: OutboundRequest, _ destination: OutboundDestination, end: Int64
    ) async throws -> Result<OutboundResponse, OutboundError> {
        try Task.checkCancellation()
        let started = monotonicNanoseconds()
        guard end > started else {
            let late = OutboundError(.timeout, origin: request.url.origin, detail: "no time is left")
            return refuse(late, destination)
        }
        let settings = TransferSettings(
            policy: destination.settings.policy, connectTimeout: configuration.connectTimeout,
            readTimeout: configuration.readTimeout, authorities: configuration.authorities,
            userAgent: configuration.userAgent, addresses: configuration.addresses[request.url.host] ?? [],
            milliseconds: max(1, (end - started) / 1_000_000))
        let span = OutboundSpan()
        guard let transfer = Transfer(traced(request, span), settings) else {
            return refuse(OutboundError(.closed, detail: "no memory for a call"), destination)
        }
        let outcome = await loop.perform(transfer)
        let took = monotonicNanoseconds() - started
        span?.record(request, to: destination.name, outcome)
        switch outcome {
        case .answered(let answer):
            destination.metrics.answered(answer.status, nanoseconds: took)
            return .success(answer)
        case .failed(let error):
            destination.metrics.failed(error.code.description, nanoseconds: took)
            return .failure(error)
        case .cancelled:
            destination.metrics.failed("cancelled", nanoseconds: nil)
            throw CancellationError()
        }
    }

    private func traced(_ request: OutboundRequest, _ span: OutboundSpan?) -> OutboundRequest {
        guard !request.has("traceparent"),
            let parent = OutboundScope.traceparent ?? span?.traceparent ?? configuration.traceparent()
        else { return request }
        var traced = request
        traced.headers.append((name: "traceparent", value: parent))
        return traced.flaw == nil ? traced : request
    }

    private func refuse(
        _ error: OutboundError, _ destination: OutboundDestination
    ) -> Result<OutboundResponse, OutboundError> {
        destination.metrics.failed(error.code.description, nanoseconds: nil)
        return .failure(error)
    }

    /// Whether an outcome shows that the other side works; nil when it says nothing.
    private static func speaksForDestination(_ outcome: Result<OutboundResponse, OutboundError>) -> Bool? {
        switch outcome {
        case .success(let answer): answer.status < 500
        case .failure(let error): error.code.countsAgainstDestination ? false : nil
        }
    }

    // MARK: Another try

    /// How long to wait before the next try, or nil when there is none.
    private func pause(
        after outcome: Result<OutboundResponse, OutboundError>, _ request: OutboundRequest,
        _ destination: OutboundDestination, attempt: Int, end: Int64
    ) -> Span? {
        guard request.isIdempotent, attempt <= destination.settings.retries else { return nil }
        var least = Span.milliseconds(0)
        switch outcome {
        case .success(let answer):
            guard [429, 502, 503, 504].contains(answer.status) else { return nil }
            least = RetryAfter.span(answer.header("retry-after"), at: clock.now()) ?? least
        case .failure(let error):
            guard error.code.isWorthRetrying else { return nil }
        }
        let wait = destination.settings.backoff.wait(attempt: attempt, atLeast: least)
        guard monotonicNanoseconds() + wait.milliseconds * 1_000_000 < end else { return nil }
        return destination.budget.takeRetry(at: clock.now()) ? wait : nil
    }
}
