import PorticoSQL
import PorticoTelemetry
import PorticoValues

/// One enqueueing, of one job or of many at once: where they come from, and, where that work is traced, a span of its own that
/// their runs are linked to.
struct JobSending {
    /// The request that enqueues; nil when none does.
    let origin: WorkOrigin?
    /// What is kept with the jobs: the span of the enqueueing, or what stands for it.
    let traceparent: String?
    private let spans: SpanRecorder?
    private let span: TraceContext?
    private let started: Int64

    init(in transaction: Transaction) {
        origin = transaction.channel.origin
        spans = transaction.channel.spans
        span = spans?.open()
        traceparent = (span ?? spans?.context)?.traceparent ?? origin?.traceparent
        started = spans == nil ? 0 : monotonicNanoseconds()
    }

    /// Records the span after the commit, by the semantic conventions of messaging. Without one nothing was enqueued.
    /// - Parameters:
    ///   - name: of the kind of job, or of the workflow.
    ///   - id: of the job, when it is one and its id is known.
    func record(_ name: String, queue: String?, jobs: Int, id: Int64? = nil, in transaction: Transaction) {
        guard let spans, jobs > 0 else { return }
        var attributes = [
            SpanAttribute("messaging.system", JobSending.system),
            SpanAttribute("messaging.operation.name", "enqueue"), SpanAttribute("messaging.operation.type", "send"),
            SpanAttribute("portico.job.name", name),
        ]
        if let queue { attributes.append(SpanAttribute("messaging.destination.name", queue)) }
        if let id { attributes.append(SpanAttribute("messaging.message.id", String(id))) }
        if jobs > 1 { attributes.append(SpanAttribute("messaging.batch.message_count", jobs)) }
        transaction.afterCommit { [span, started, attributes] in
            spans.record(span, kind: .producer, name: "enqueue \(name)", from: started, attributes: attributes)
        }
    }

    /// What jobs are called among the systems that carry messages.
    static let system = "portico"
}
