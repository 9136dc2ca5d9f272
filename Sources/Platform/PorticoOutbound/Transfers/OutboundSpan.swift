import PorticoTelemetry
import PorticoValues

/// The span of one try of a call, by the semantic conventions of HTTP clients: whom, and how it ended. Addresses are often
/// secrets, so there is none but the origin's.
struct OutboundSpan {
    private let spans: SpanRecorder
    private let span: TraceContext?
    private let started = monotonicNanoseconds()

    /// A span that begins now; nil where the work is not traced.
    init?() {
        guard let spans = RequestMeasure.current?.spans else { return nil }
        self.spans = spans
        span = spans.open()
    }

    /// What the other side is told: the span, or what stands for it.
    var traceparent: String { (span ?? spans.context).traceparent }

    /// Ends it.
    func record(_ request: OutboundRequest, to destination: String, _ outcome: TransferOutcome) {
        var attributes = [
            SpanAttribute("http.request.method", request.method), SpanAttribute("url.scheme", request.url.scheme),
            SpanAttribute("server.address", request.url.host), SpanAttribute("server.port", request.url.port),
            SpanAttribute("portico.destination", destination),
        ]
        var failure: String?
        switch outcome {
        case .answered(let answer):
            attributes.append(SpanAttribute("http.response.status_code", answer.status))
            if answer.status >= 400 { failure = String(answer.status) }
        case .failed(let error): failure = error.code.description
        case .cancelled: failure = "cancelled"
        }
        if let failure { attributes.append(SpanAttribute("error.type", failure)) }
        spans.record(
            span, kind: .client, name: request.method, from: started, attributes: attributes, isFailed: failure != nil)
    }
}
