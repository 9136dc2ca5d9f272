import PorticoTelemetry
import Testing

@Suite struct MetricsRegistryTests {
    private func text(_ registry: MetricsRegistry) -> String {
        String(decoding: registry.prometheusText(), as: UTF8.self)
    }

    private func openMetrics(_ registry: MetricsRegistry) -> String {
        String(decoding: registry.openMetricsText(), as: UTF8.self)
    }

    @Test("writes a counter with help, type and labels")
    func counter() {
        let registry = MetricsRegistry()
        let scans = registry.counter("bags_scans_total", help: "Scans.", labels: ["kind", "outcome"])
        scans.with("child", "linked").increment()
        scans.with("child", "linked").increment(by: 2)
        scans.with("bill", "refused").increment()
        #expect(
            text(registry).hasPrefix(
                """
                # HELP bags_scans_total Scans.
                # TYPE bags_scans_total counter
                bags_scans_total{kind="bill",outcome="refused"} 1
                bags_scans_total{kind="child",outcome="linked"} 3

                """))
    }

    @Test("names a counter without its suffix in OpenMetrics, and ends with the marker")
    func openMetricsCounter() {
        let registry = MetricsRegistry()
        registry.counter("work_seconds_total", help: "Say \"work\".").increment()
        let text = openMetrics(registry)
        #expect(text.contains("# HELP work_seconds Say \\\"work\\\".\n# TYPE work_seconds counter\n"))
        #expect(text.contains("# UNIT work_seconds seconds\nwork_seconds_total 1\n"))
        #expect(text.hasSuffix("\n# EOF\n"))
        #expect(text.components(of: "# EOF") == 1)
    }

    @Test("a counter never falls")
    func monotonic() {
        let counter = MetricsRegistry().counter("events_total", help: "Events.")
        counter.increment(by: 3)
        counter.increment(by: -2)
        counter.increment(by: 0)
        #expect(counter.value == 3)
    }

    @Test("a gauge is set and added to")
    func gauge() {
        let registry = MetricsRegistry()
        let gauge = registry.gauge("queue_depth", help: "Waiting.")
        gauge.set(2.5)
        gauge.add(-4)
        #expect(gauge.value == -1.5)
        #expect(text(registry).contains("\nqueue_depth -1.5\n"))
    }

    @Test("a histogram has cumulative buckets, sum and count", arguments: [true, false])
    func histogram(openMetrics isOpenMetrics: Bool) {
        let registry = MetricsRegistry()
        let histogram = registry.histogram("wait_seconds", help: "Waits.", buckets: HistogramBuckets([1, 0.5]))
        histogram.observe(seconds: 0.5)
        histogram.observe(nanoseconds: 750_000_000)
        histogram.observe(seconds: 4)
        histogram.observe(seconds: .nan)
        let one = isOpenMetrics ? "1.0" : "1"
        let expected = """
            wait_seconds_bucket{le="0.5"} 1
            wait_seconds_bucket{le="\(one)"} 2
            wait_seconds_bucket{le="+Inf"} 3
            wait_seconds_sum 5.25
            wait_seconds_count 3

            """
        #expect((isOpenMetrics ? openMetrics(registry) : text(registry)).contains(expected))
        #expect(histogram.count == 3 && histogram.sum == 5.25 && histogram.cumulativeCounts == [1, 2, 3])
    }

    @Test("the default buckets are those of HTTP request durations; byte buckets reach 64 MiB")
    func buckets() {
        let bounds = MetricsRegistry().histogram("a_seconds", help: "A.").bounds
        #expect(bounds == [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10])
        #expect(HistogramBuckets.bytes.bounds.first == 256 && HistogramBuckets.bytes.bounds.last == 67_108_864)
        #expect(HistogramBuckets([2, 1, 2, .infinity]).bounds == [1, 2])
    }

    @Test("registering a name again returns the same family and handle")
    func sameFamily() {
        let registry = MetricsRegistry()
        let first = registry.gauge("size_bytes", help: "Size.", labels: ["pool"])
        let second = registry.gauge("size_bytes", help: "Size.", labels: ["pool"])
        #expect(first === second)
        #expect(first.with("a") === second.with(["a"]))
        #expect(registry.counter("x_total", help: "X.") === registry.counter("x", help: "X."))
    }

    @Test("escapes help and label values")
    func escaping() {
        let registry = MetricsRegistry()
        registry.gauge("odd", help: "a\\b\n\"c\"", labels: ["v"]).with("q\"b\\n\n✓").set(1)
        #expect(text(registry).contains("# HELP odd a\\\\b\\n\"c\"\n"))
        #expect(text(registry).contains("odd{v=\"q\\\"b\\\\n\\n✓\"} 1\n"))
    }

    @Test("makes OpenTelemetry names legal")
    func names() {
        let registry = MetricsRegistry()
        registry.counter("http.server.requests", help: "R.", labels: ["http.route", "2nd"]).with("/a", "b").increment()
        #expect(text(registry).contains("http_server_requests_total{http_route=\"/a\",_2nd=\"b\"} 1\n"))
    }

    @Test("sends label sets beyond the bound to _other_ and counts them")
    func bounded() {
        let registry = MetricsRegistry(maximumLabelSets: 2)
        let family = registry.counter("hits_total", help: "Hits.", labels: ["who"])
        for who in ["a", "b", "c", "d", "a"] { family.with(who).increment() }
        let text = text(registry)
        #expect(text.contains("hits_total{who=\"_other_\"} 2\nhits_total{who=\"a\"} 2\nhits_total{who=\"b\"} 1\n"))
        #expect(text.contains("\nportico_metrics_dropped_label_sets_total 2\n"))
        #expect(family.series.map(\.labels) == [["_other_"], ["a"], ["b"]])
    }

    @Test("holds 1,000 label sets by default")
    func defaultBound() {
        let family = MetricsRegistry().gauge("g", help: "G.", labels: ["n"])
        for number in 0..<1500 { family.with("\(number)").set(1) }
        #expect(family.series.count == 1001)
    }

    @Test("writes special numbers as the formats want them")
    func numbers() {
        let registry = MetricsRegistry()
        let family = registry.gauge("n", help: "N.", labels: ["of"])
        family.with("a").set(.infinity)
        family.with("b").set(-.infinity)
        family.with("c").set(.nan)
        family.with("d").set(1e15)
        family.with("e").set(0.1)
        let values = text(registry).split(separator: "\n").filter { $0.hasPrefix("n{") }
            .map { $0.split(separator: " ")[1] }
        #expect(values == ["+Inf", "-Inf", "NaN", "1000000000000000", "0.1"])
    }

    @Test("orders families by name and leaves out families without series")
    func order() {
        let registry = MetricsRegistry()
        registry.gauge("b", help: "B.").set(1)
        registry.gauge("a", help: "A.").set(1)
        _ = registry.gauge("empty", help: "E.", labels: ["x"])
        let types = text(registry).split(separator: "\n").filter { $0.hasPrefix("# TYPE") }.map(String.init)
        #expect(
            types == [
                "# TYPE a gauge", "# TYPE b gauge", "# TYPE portico_metrics_dropped_label_sets_total counter",
            ])
        #expect(text(registry) == text(registry))
    }

    @Test("loses no increment under contention")
    func contention() async {
        let registry = MetricsRegistry()
        let counters = registry.counter("c_total", help: "C.", labels: ["n"])
        let gauge = registry.gauge("g", help: "G.")
        let histogram = registry.histogram("h_seconds", help: "H.")
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        counters.with("\(task % 2)").increment()
                        gauge.add(0.5)
                        histogram.observe(seconds: 1)
                    }
                }
            }
        }
        #expect(counters.with("0").value == 4000 && counters.with("1").value == 4000)
        #expect(gauge.value == 4000)
        #expect(histogram.count == 8000 && histogram.sum == 8000)
    }
}

extension String {
    /// How often `part` occurs.
    func components(of part: String) -> Int {
        ranges(of: part).count
    }
}
