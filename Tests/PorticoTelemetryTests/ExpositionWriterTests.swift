import Testing

@testable import PorticoTelemetry

@Suite struct ExpositionWriterTests {
    @Test(
        "writes numbers both formats can read",
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (-3, "-3"), (0.25, "0.25"), (1e-7, "1e-07"), (1e20, "1e+20"),
            (9_007_199_254_740_991, "9007199254740991"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        ] as [(Double, String)])
    func numbers(value: Double, expected: String) {
        #expect(metricNumber(value) == expected)
    }

    @Test("ends only OpenMetrics with a marker")
    func finish() {
        var classic = ExpositionWriter(.prometheus)
        classic.finish()
        #expect(classic.bytes.isEmpty)
        var open = ExpositionWriter(.openMetrics)
        open.finish()
        #expect(open.bytes == Array("# EOF\n".utf8))
    }

    @Test("names the unit in OpenMetrics only")
    func units() {
        let descriptor = MetricDescriptor(kind: .counter, name: "cpu_seconds", help: "CPU.", labels: [])
        var classic = ExpositionWriter(.prometheus)
        classic.appendHeader(of: descriptor)
        #expect(
            String(decoding: classic.bytes, as: UTF8.self)
                == "# HELP cpu_seconds_total CPU.\n# TYPE cpu_seconds_total counter\n")
        var open = ExpositionWriter(.openMetrics)
        open.appendHeader(of: descriptor)
        #expect(
            String(decoding: open.bytes, as: UTF8.self)
                == "# HELP cpu_seconds CPU.\n# TYPE cpu_seconds counter\n# UNIT cpu_seconds seconds\n")
    }
}
