import PorticoTelemetry
import Testing

@Suite struct ProcessMetricsTests {
    @Test("reads plausible values of this process")
    func sample() throws {
        let sample = try #require(ProcessSample.now())
        #expect(sample.cpuSeconds >= 0)
        #expect(sample.residentBytes > 1_000_000)
        #expect(sample.threads >= 1)
        #expect(sample.startSeconds > 1_600_000_000)
        #expect(sample.openDescriptors >= 1 && sample.openDescriptors < sample.maximumDescriptors)
    }

    @Test("registers the shared names once, however often it is asked")
    func register() {
        let registry = MetricsRegistry()
        ProcessMetrics.register(in: registry, version: "1.2.3")
        ProcessMetrics.register(in: registry, version: "1.2.3")
        let text = String(decoding: registry.prometheusText(), as: UTF8.self)
        let names = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != " " } }
        #expect(
            names == [
                "portico_build_info{version=\"1.2.3\"}", "portico_metrics_dropped_label_sets_total",
                "process_cpu_seconds_total", "process_max_fds", "process_open_fds", "process_resident_memory_bytes",
                "process_start_time_seconds", "process_threads",
            ])
        #expect(text.contains("# TYPE process_cpu_seconds_total counter"))
    }
}
