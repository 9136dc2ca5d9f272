import Logging
import PorticoValues
import Synchronization

/// Keeps spans until a collector has taken them: a queue with a bound, emptied in batches.
///
/// Whoever offers spans never waits. What finds no room, or is not taken in time, is counted and lost
/// (`portico_trace_spans_total`).
public final class SpanExporter: Sendable {
    /// What became of a batch.
    public enum Outcome: Sendable, Equatable {
        /// The collector has it, but for spans that it rejected.
        case taken(rejected: Int)
        /// It is to be tried again: the collector is away or has too much to do.
        case later
        /// The collector never takes it.
        case refused
    }

    /// Gives an `ExportTraceServiceRequest` to a collector until a moment: monotonic nanoseconds.
    public typealias Delivery = @Sendable (_ body: [UInt8], _ end: Int64) async -> Outcome

    /// How spans are kept and sent.
    public struct Configuration: Sendable {
        /// What the spans come from: `service.name` at least.
        public var resource: [SpanAttribute]
        /// Version of the program.
        public var version: String
        /// Spans that may wait.
        public var capacity = 8192
        /// Spans of a batch.
        public var batch = 512
        /// How often spans are sent.
        public var interval = Span.seconds(1)
        /// The longest that one batch may take.
        public var patience = Span.seconds(30)
        /// How often a batch is tried before it is given up.
        public var tries = 3
        /// How long the last spans have when the process ends.
        public var farewell = Span.seconds(5)

        /// The usual ones.
        public init(resource: [SpanAttribute], version: String) {
            self.resource = resource
            self.version = version
        }
    }

    private struct Batch {
        let spans: [TraceSpan]
        var tries = 0
    }

    private struct State {
        var waiting: [TraceSpan] = []
        /// What was not taken, to be sent again before all others.
        var held: Batch?
        var isAway = false
    }

    private let configuration: Configuration
    private let request: TraceRequest
    private let deliver: Delivery
    private let logger: Logger
    private let counts: CounterFamily
    private let state = Mutex(State())

    /// An exporter that sends nothing yet.
    public init(
        _ configuration: Configuration, metrics: MetricsRegistry, logger: Logger, deliver: @escaping Delivery
    ) {
        self.configuration = configuration
        self.deliver = deliver
        self.logger = logger
        request = TraceRequest(resource: configuration.resource, version: configuration.version)
        counts = metrics.counter(
            "portico_trace_spans_total",
            help: "Spans by what became of them: exported, or lost by a full queue or at the collector.",
            labels: ["outcome"])
        metrics.observe(gauge: "portico_trace_queue_spans", help: "Spans that wait for the collector.") { [weak self] in
            Double(self?.waiting ?? 0)
        }
    }

    /// Spans that wait.
    public var waiting: Int {
        state.withLock { $0.waiting.count + ($0.held?.spans.count ?? 0) }
    }

    /// Takes spans that belong together, all of them or none.
    public func offer(_ spans: [TraceSpan]) {
        let isTaken = state.withLock { state in
            guard state.waiting.count + spans.count <= configuration.capacity else { return false }
            state.waiting += spans
            return true
        }
        if !isTaken { count("queue_full", spans.count) }
    }

    /// Sends spans until the task is cancelled, and then what is left, for as long as ``Configuration/farewell``.
    public func run() async {
        while (try? await Task.sleep(for: .milliseconds(configuration.interval.milliseconds))) != nil {
            await send(within: configuration.patience)
        }
        // A task of its own: this one is cancelled, and the calls must go on.
        await Task { await self.end() }.value
    }

    /// Sends what waits, batch by batch, until nothing is left or a batch is to be tried again.
    func send(within span: Span) async {
        let end = monotonicNanoseconds() + span.milliseconds * 1_000_000
        while monotonicNanoseconds() < end, let batch = next() {
            let outcome = await deliver(request.bytes(batch.spans), end)
            note(outcome)
            switch outcome {
            case .taken(let rejected):
                count("exported", batch.spans.count - rejected)
                count("rejected", rejected)
            case .refused:
                count("rejected", batch.spans.count)
            case .later:
                return keep(batch)
            }
        }
    }

    /// Sends what is left, and gives up the rest.
    func end() async {
        await send(within: configuration.farewell)
        let left = state.withLock { state in
            defer { (state.waiting, state.held) = ([], nil) }
            return state.waiting.count + (state.held?.spans.count ?? 0)
        }
        count("undelivered", left)
    }

    private func next() -> Batch? {
        state.withLock { state in
            if let held = state.held {
                state.held = nil
                return held
            }
            guard !state.waiting.isEmpty else { return nil }
            let spans = Array(state.waiting.prefix(configuration.batch))
            state.waiting.removeFirst(spans.count)
            return Batch(spans: spans)
        }
    }

    private func keep(_ batch: Batch) {
        var batch = batch
        batch.tries += 1
        guard batch.tries < configuration.tries else { return count("undelivered", batch.spans.count) }
        state.withLock { [batch] in $0.held = batch }
    }

    private func count(_ outcome: String, _ spans: Int) {
        guard spans > 0 else { return }
        counts.with(outcome).increment(by: spans)
    }

    /// A line when the collector stops to take spans, and one when it takes them again.
    private func note(_ outcome: Outcome) {
        let isAway = if case .taken = outcome { false } else { true }
        let isNew = state.withLock { state in
            defer { state.isAway = isAway }
            return state.isAway != isAway
        }
        guard isNew else { return }
        if isAway {
            logger.warning("spans are not taken", metadata: ["outcome": "\(outcome)"])
        } else {
            logger.notice("spans are taken again")
        }
    }
}
