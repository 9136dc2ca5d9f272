import PorticoValues

/// Decides which work is traced and kept: what was slow or failed always, of the rest a share, and what a caller who is
/// believed has marked.
///
/// The decision by share is made once, where a trace begins, and goes on in the flags: a job follows the request that
/// enqueued it, and so do the services that are called.
public final class Tracer: Sendable {
    /// What is kept.
    public struct Configuration: Sendable {
        /// How many of a thousand are kept whatever becomes of them.
        public var perThousand: Int
        /// Work that takes longer is kept, in milliseconds.
        public var slowMilliseconds: Int64

        /// All of them.
        public init(perThousand: Int = 1000, slowMilliseconds: Int64 = 1000) {
            self.perThousand = perThousand
            self.slowMilliseconds = slowMilliseconds
        }
    }

    let slowNanoseconds: Int64
    private let perThousand: UInt64
    private let sink: @Sendable ([TraceSpan]) -> Void

    /// A tracer that gives the spans of each piece of work that is kept to `sink`, the work's own first. `sink` must be quick.
    public init(_ configuration: Configuration = Configuration(), to sink: @escaping @Sendable ([TraceSpan]) -> Void) {
        perThousand = UInt64(min(max(0, configuration.perThousand), 1000))
        slowNanoseconds = configuration.slowMilliseconds * 1_000_000
        self.sink = sink
    }

    /// Begins the spans of a request. Its trace is the one that its log lines name (``WorkOrigin``).
    /// - Parameters:
    ///   - traceparent: as the caller sent it.
    ///   - isBelieved: whether the caller may have the trace kept by marking it.
    ///   - started: monotonic nanoseconds.
    public func request(
        _ id: String, traceparent: String?, isBelieved: Bool, started: Int64 = monotonicNanoseconds()
    ) -> SpanRecorder {
        let caller = traceparent.flatMap { TraceContext(traceparent: $0) }
        let trace = caller ?? TraceContext(traceparent: WorkOrigin(requestID: id).traceparent)
        let isMarked = isBelieved && caller?.isSampled == true
        return SpanRecorder(.server, of: trace?.traceID, parent: caller?.spanID, started: started, tracer: self) {
            isMarked || $0 % 1000 < perThousand
        }
    }

    /// Begins the spans of a run of a job, in the trace of whatever enqueued it and linked to that.
    /// - Parameter sender: the `traceparent` that was kept with the job; nil for what nobody enqueued.
    public func run(of sender: String?) -> SpanRecorder {
        let sender = sender.flatMap { TraceContext(traceparent: $0) }
        return SpanRecorder(
            .consumer, of: sender?.traceID, parent: sender?.spanID, links: sender.map { [$0] } ?? [],
            started: monotonicNanoseconds(), tracer: self
        ) {
            sender?.isSampled ?? ($0 % 1000 < perThousand)
        }
    }

    func keep(_ spans: [TraceSpan]) {
        sink(spans)
    }
}
