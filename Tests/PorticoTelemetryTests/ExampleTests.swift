// example
import Logging
import PorticoTelemetry
// end of example
import Testing

@Suite("The README's metrics and logs") struct ExampleTests {
    @Test("are counted, scraped, written and masked")
    func example() {
        // example
        let registry = MetricsRegistry()
        ProcessMetrics.register(in: registry, version: "1.4.0")
        let scans = registry.counter("bags_scans_total", help: "Scans by outcome.", labels: ["kind", "outcome"])
        scans.with("child", "linked").increment()
        let text = registry.prometheusText()  // what /metrics answers

        let recent = LogRing(capacity: 500)
        let level = LogLevelBox(.info)
        let output = LogConfiguration(sink: .ring(recent), level: level)  // or .all(.standardError, .ring(recent))
        let logger = Logger(label: "bags") { JSONLogHandler(label: $0, configuration: output) }
        logger.info("scanned", metadata: ["bag": "3000001", "token": "abc"])  // the token is masked
        level.level = .debug  // at any time, for every logger of this configuration
        // end of example
        #expect(
            String(decoding: text, as: UTF8.self).contains(#"bags_scans_total{kind="child",outcome="linked"} 1"#))
        #expect(recent.lines.count == 1 && recent.lines[0].text.contains(#""bag":"3000001""#))
        #expect(!recent.lines[0].text.contains("abc") && logger.logLevel == .debug)
    }
}
