import Logging
// example
import PorticoTelemetry
import PorticoValues
// end of example
import Testing

@Suite("The README's spans") struct TraceExampleTests {
    @Test("are recorded, kept and sent")
    func example() {
        let (metrics, logger) = (MetricsRegistry(), Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        // example
        let exporter = SpanExporter(
            SpanExporter.Configuration(resource: [SpanAttribute("service.name", "bags")], version: "1.4.0"),
            metrics: metrics, logger: logger
        ) { body, end in
            .taken(rejected: 0)  // the node sends the body to `telemetry.otlp_endpoint`
        }
        let tracer = Tracer(Tracer.Configuration(perThousand: 100, slowMilliseconds: 500)) { exporter.offer($0) }

        let spans = tracer.request("request-1", traceparent: nil, isBelieved: false)
        let measure = RequestMeasure(requestID: "request-1", traceparent: nil, spans: spans)
        RequestMeasure.$current.withValue(measure) {
            let call = RequestMeasure.current?.spans?.open()  // its `traceparent` goes with the call
            let started = monotonicNanoseconds()
            RequestMeasure.current?.spans?.record(call, kind: .client, name: "POST", from: started)
        }
        spans.finish(name: "POST /bags/{code}", attributes: [], isFailed: true)  // failed: kept
        // end of example
        #expect(exporter.waiting == 2)
    }
}
