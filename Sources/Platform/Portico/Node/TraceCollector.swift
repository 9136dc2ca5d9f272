/// Where spans go: a collector that takes OTLP over HTTP, in the binary form (`/v1/traces`).
///
/// The operator alone names the address, so it may be private. What may be tried again follows the specification of OTLP/HTTP:
/// 429, 502, 503, 504, and calls without an answer; a batch that comes twice holds the same spans.
struct TraceCollector: Sendable {
    /// The longest one call may take.
    private static let timeout = Span.seconds(10)
    /// The most of an answer that is read: bytes.
    private static let answerLimit = 4096
    private static let path = "/v1/traces"

    private let url: OutboundURL
    private let authorization: Secret<String>?
    private let client: OutboundClient
    private let destination: OutboundDestination

    /// - Parameters:
    ///   - url: of the collector itself, or of what takes its traces.
    ///   - authorization: value of the `Authorization` field; nil for none.
    ///   - client: makes the calls; whoever made it shuts it down.
    /// - Throws: ``OutboundError`` when the address is none.
    init(_ url: OutboundURL, authorization: Secret<String>?, client: OutboundClient) throws(OutboundError) {
        var text = url.text
        while text.hasSuffix("/") { text.removeLast() }
        self.url = try OutboundURL(text.hasSuffix(TraceCollector.path) ? text : text + TraceCollector.path)
        self.authorization = authorization
        self.client = client
        // Of a collector that is away the exporter keeps what it can; nobody else waits for its circuit.
        destination = client.destination(
            "otlp", OutboundDestination.Settings(policy: .anywhere, mostUnderWay: 1, circuit: nil, retries: 2))
    }

    /// Gives spans to the collector.
    /// - Parameter end: monotonic nanoseconds, by which it is done.
    func take(_ body: [UInt8], by end: Int64) async -> SpanExporter.Outcome {
        let left = Span.milliseconds((end - monotonicNanoseconds()) / 1_000_000)
        guard left.milliseconds > 0 else { return .later }
        do {
            let request = request(body, within: min(left, TraceCollector.timeout))
            let answer = try await client.send(request, to: destination)
            if answer.isSuccess { return .taken(rejected: TraceCollector.rejected(answer.body)) }
            return [429, 502, 503, 504].contains(answer.status) ? .later : .refused
        } catch let error as OutboundError {
            return [.invalidURL, .invalidRequest, .refusedDestination].contains(error.code) ? .refused : .later
        } catch {
            return .later
        }
    }

    private func request(_ body: [UInt8], within span: Span) -> OutboundRequest {
        var request = OutboundRequest("POST", url, body: body, timeout: span)
        request.headers = [(name: "content-type", value: "application/x-protobuf")]
        if let authorization { request.headers.append((name: "authorization", value: authorization.reveal())) }
        request.isIdempotent = true
        request.bodyLimit = TraceCollector.answerLimit
        request.cutsBody = true
        return request
    }

    /// Spans that the collector says it has rejected: `partial_success.rejected_spans` of an `ExportTraceServiceResponse`.
    static func rejected(_ answer: [UInt8]) -> Int {
        var outer = ProtobufReader(answer)
        while let field = outer.next() {
            guard field.number == 1, case .bytes(let partial) = field.value else { continue }
            var inner = ProtobufReader(partial)
            while let field = inner.next() {
                if field.number == 1, case .number(let count) = field.value { return Int(clamping: count) }
            }
        }
        return 0
    }
}
