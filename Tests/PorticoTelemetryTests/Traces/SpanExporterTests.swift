import Logging
import PorticoValues
import Synchronization
import Testing

@testable import PorticoTelemetry

@Suite(.timeLimit(.minutes(2))) struct SpanExporterTests {
    /// A collector that says what it is told to, and then that it has taken everything.
    private final class Collector: Sendable {
        private let state: Mutex<(answers: [SpanExporter.Outcome], sizes: [Int])>

        init(_ answers: [SpanExporter.Outcome] = []) {
            state = Mutex((answers, []))
        }

        /// How many spans each call brought.
        var sizes: [Int] { state.withLock(\.sizes) }

        func take(_ body: [UInt8]) -> SpanExporter.Outcome {
            let count = Collector.spans(in: body)
            return state.withLock { state in
                state.sizes.append(count)
                return state.answers.isEmpty ? .taken(rejected: 0) : state.answers.removeFirst()
            }
        }

        private static func spans(in body: [UInt8]) -> Int {
            var group = ProtobufReader(body)
            guard case .bytes(let resource)? = group.next()?.value else { return 0 }
            var scopes = ProtobufReader(resource)
            var count = 0
            while let field = scopes.next() {
                guard field.number == 2, case .bytes(let scope) = field.value else { continue }
                var spans = ProtobufReader(scope)
                while let field = spans.next() { count += field.number == 2 ? 1 : 0 }
            }
            return count
        }
    }

    private let metrics = MetricsRegistry()
    private let ring = LogRing()

    private func exporter(
        to collector: Collector, _ change: (inout SpanExporter.Configuration) -> Void = { _ in }
    ) -> SpanExporter {
        var configuration = SpanExporter.Configuration(resource: [], version: "1")
        change(&configuration)
        let logs = LogConfiguration(sink: .ring(ring), level: LogLevelBox(.info))
        let logger = Logger(label: "test") { JSONLogHandler(label: $0, configuration: logs) }
        return SpanExporter(configuration, metrics: metrics, logger: logger) { body, _ in
            collector.take(body)
        }
    }

    private func spans(_ count: Int) -> [TraceSpan] {
        (1...count).map { number in
            TraceSpan(
                TraceContext(traceID: TraceContext.TraceID(high: 1, low: 1), spanID: UInt64(number), isSampled: true),
                kind: .server, name: "x", start: 1, end: 2)
        }
    }

    private func count(_ outcome: String) -> Int {
        let text = String(decoding: metrics.prometheusText(), as: UTF8.self)
        let line = text.split(separator: "\n").first {
            $0.hasPrefix("portico_trace_spans_total{outcome=\"\(outcome)\"}")
        }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    @Test("sends what waits in batches")
    func batches() async {
        let collector = Collector()
        let exporter = exporter(to: collector) { $0.batch = 2 }
        exporter.offer(spans(3))
        exporter.offer(spans(2))
        await exporter.send(within: .seconds(60))
        #expect(collector.sizes == [2, 2, 1] && exporter.waiting == 0 && count("exported") == 5)
    }

    @Test("what finds no room is lost and counted, whole pieces of work at a time")
    func full() async {
        let collector = Collector()
        let exporter = exporter(to: collector) { $0.capacity = 4 }
        exporter.offer(spans(3))
        exporter.offer(spans(2))
        exporter.offer(spans(1))
        #expect(exporter.waiting == 4 && count("queue_full") == 2)
        await exporter.send(within: .seconds(60))
        #expect(count("exported") == 4)
    }

    @Test("a batch is tried again in the next round, before all others, and given up in the end")
    func away() async {
        let collector = Collector([.later, .later, .later, .later, .taken(rejected: 1)])
        let exporter = exporter(to: collector) {
            $0.batch = 3
            $0.tries = 3
        }
        exporter.offer(spans(3))
        exporter.offer(spans(2))
        for _ in 0..<3 { await exporter.send(within: .seconds(60)) }
        #expect(collector.sizes == [3, 3, 3] && count("undelivered") == 3 && exporter.waiting == 2)
        for _ in 0..<2 { await exporter.send(within: .seconds(60)) }
        #expect(collector.sizes == [3, 3, 3, 2, 2] && exporter.waiting == 0)
        #expect(count("exported") == 1 && count("rejected") == 1)
        #expect(ring.lines.map(\.level) == [.warning, .notice])
    }

    @Test("what a collector never takes is not sent twice")
    func refused() async {
        let collector = Collector([.refused])
        let exporter = exporter(to: collector) { $0.batch = 1 }
        exporter.offer(spans(2))
        await exporter.send(within: .seconds(60))
        #expect(collector.sizes == [1, 1] && count("rejected") == 1 && count("exported") == 1)
    }

    @Test("sends what is left when its task is cancelled, and counts what is not taken then")
    func farewell() async {
        let collector = Collector([.taken(rejected: 0), .later])
        let exporter = exporter(to: collector) {
            $0.batch = 2
            $0.interval = .hours(1)
        }
        exporter.offer(spans(5))
        let task = Task { await exporter.run() }
        task.cancel()
        await task.value
        #expect(collector.sizes == [2, 2] && count("exported") == 2 && count("undelivered") == 3)
        #expect(exporter.waiting == 0)
    }
}
