import Glibc
import PorticoValues
import Synchronization

/// Collects the spans of one request, or of one run of a job, until it is known whether they are worth keeping.
///
/// It hangs on the ``RequestMeasure`` of the work, so that threads of the database reach it too. Bounded: what comes after
/// ``limit`` spans is added up and told by the span of the work itself.
public final class SpanRecorder: Sendable {
    /// Spans of one piece of work, its own included.
    public static let limit = 128
    /// How many of them statements may be, so that calls and jobs behind many statements have theirs.
    static let statementLimit = 96

    /// The span of the work itself. What is done elsewhere on its behalf carries it on.
    public let context: TraceContext
    private let parent: UInt64?
    private let kind: TraceSpan.Kind
    private let links: [TraceContext]
    /// Monotonic nanoseconds.
    private let started: Int64
    /// From monotonic nanoseconds to those since 1970.
    private let offset: Int64
    private let tracer: Tracer
    private let state: Mutex<State>

    private struct State {
        var ids: SpanIDs
        var spans: [TraceSpan] = []
        /// Spans that have a place, ended or not; the work's own is the first.
        var places = 1
        var leftOut = 0
        var leftOutNanoseconds: Int64 = 0
        var isFinished = false
    }

    /// - Parameters:
    ///   - trace: the trace it belongs to; nil for a new one.
    ///   - isSampled: whether it is kept whatever becomes of it, by the id of its span.
    init(
        _ kind: TraceSpan.Kind, of trace: TraceContext.TraceID?, parent: UInt64?, links: [TraceContext] = [],
        started: Int64, tracer: Tracer, isSampled: (UInt64) -> Bool
    ) {
        var ids = SpanIDs(seed: UInt64.random(in: .min ... .max))
        let id = ids.next()
        let trace = trace ?? TraceContext.TraceID(high: ids.next(), low: ids.next())
        context = TraceContext(traceID: trace, spanID: id, isSampled: isSampled(id))
        self.parent = parent
        self.kind = kind
        self.links = links
        self.started = started
        self.tracer = tracer
        offset = SpanRecorder.wallNanoseconds() - monotonicNanoseconds()
        state = Mutex(State(ids: ids))
    }

    /// A place for something that begins now and others must know of before it has ended: a call, an enqueueing. Ended by
    /// ``record(_:kind:name:from:attributes:isFailed:)``.
    /// - Returns: nil when there is none left; the work's own ``context`` stands for it then.
    public func open() -> TraceContext? {
        state.withLock { state in
            guard state.places < SpanRecorder.limit, !state.isFinished else { return nil }
            state.places += 1
            return context.with(spanID: state.ids.next())
        }
    }

    /// Records what was opened, or counts what found no place.
    /// - Parameter start: monotonic nanoseconds.
    public func record(
        _ opened: TraceContext?, kind: TraceSpan.Kind, name: String, from start: Int64,
        attributes: [SpanAttribute] = [], isFailed: Bool = false
    ) {
        let end = monotonicNanoseconds()
        state.withLock { state in
            guard !state.isFinished else { return }
            guard let opened else { return leaveOut(end - start, &state) }
            state.spans.append(
                TraceSpan(
                    opened, parent: context.spanID, kind: kind, name: name, start: start + offset, end: end + offset,
                    attributes: attributes, isFailed: isFailed))
        }
    }

    /// Records a statement that has just ended.
    /// - Parameters:
    ///   - system: `sqlite` or `postgresql`.
    ///   - error: what kind of failure ended it; nil for none.
    public func record(statement name: String, in system: String, nanoseconds: Int64, rows: Int, error: String? = nil) {
        let end = monotonicNanoseconds() + offset
        state.withLock { state in
            guard !state.isFinished else { return }
            guard state.places < SpanRecorder.statementLimit else { return leaveOut(nanoseconds, &state) }
            state.places += 1
            var attributes = [
                SpanAttribute("db.system.name", system), SpanAttribute("db.query.summary", name),
                SpanAttribute("portico.rows", rows),
            ]
            if let error { attributes.append(SpanAttribute("error.type", error)) }
            // An engine in the process is called by nobody (semantic conventions of database spans).
            state.spans.append(
                TraceSpan(
                    context.with(spanID: state.ids.next()), parent: context.spanID,
                    kind: system == "sqlite" ? .inner : .client, name: name, start: end - max(0, nanoseconds), end: end,
                    attributes: attributes, isFailed: error != nil))
        }
    }

    /// Ends the work: its spans are kept, or forgotten. What is recorded later is nobody's.
    /// - Parameters:
    ///   - isFailed: whether it failed.
    ///   - keepsFailure: whether it is kept for that alone. No where there may be thousands like it.
    public func finish(
        name: String, attributes: [SpanAttribute], isFailed: Bool, keepsFailure: Bool = true
    ) {
        let end = monotonicNanoseconds()
        let ended = state.withLock { state -> State? in
            guard !state.isFinished else { return nil }
            state.isFinished = true
            defer { state.spans = [] }
            return state
        }
        guard let ended else { return }
        guard context.isSampled || isFailed && keepsFailure || end - started >= tracer.slowNanoseconds else { return }
        var attributes = attributes
        if ended.leftOut > 0 {
            attributes.append(SpanAttribute("portico.spans.left_out", ended.leftOut))
            let time = Int(ended.leftOutNanoseconds / 1000)
            attributes.append(SpanAttribute("portico.spans.left_out_microseconds", time))
        }
        let own = TraceSpan(
            context, parent: parent, kind: kind, name: name, start: started + offset, end: end + offset,
            attributes: attributes, links: links, isFailed: isFailed)
        tracer.keep([own] + ended.spans)
    }

    private func leaveOut(_ nanoseconds: Int64, _ state: inout State) {
        state.leftOut += 1
        state.leftOutNanoseconds += max(0, nanoseconds)
    }

    /// The system's time, also where tests move the process's clock: other services' spans stand beside these.
    private static func wallNanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
