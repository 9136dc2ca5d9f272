import Testing

@testable import PorticoTelemetry

@Suite struct MetricDescriptorTests {
    private func descriptor(_ name: String, _ kind: MetricDescriptor.Kind = .gauge) -> MetricDescriptor {
        MetricDescriptor(kind: kind, name: name, help: "", labels: [])
    }

    @Test(
        "replaces what Prometheus does not allow in a name",
        arguments: [
            ("http.server.duration", "http_server_duration"), ("9lives", "_9lives"), ("a:b", "a:b"), ("", "_"),
            ("größe", "gr____e"), ("A_z0", "A_z0"),
        ])
    func legal(name: String, expected: String) {
        #expect(descriptor(name).name == expected)
    }

    @Test("a colon is legal in a name, not in a label")
    func labels() {
        let descriptor = MetricDescriptor(kind: .gauge, name: "a:b", help: "", labels: ["c:d", "e"])
        #expect(descriptor.labels == ["c_d", "e"])
    }

    @Test("only a counter has the suffix _total")
    func total() {
        #expect(descriptor("a", .counter).name == "a_total" && descriptor("a", .counter).base == "a")
        #expect(descriptor("a_total", .counter).name == "a_total" && descriptor("a_total", .counter).base == "a")
        #expect(descriptor("a_total").name == "a_total" && descriptor("a_total").base == "a_total")
    }

    @Test(
        "finds the unit at the end of the name",
        arguments: [
            ("wait_seconds", "seconds"), ("body_bytes", "bytes"), ("hit_ratio", "ratio"), ("seconds", nil),
            ("wait_seconds_left", nil),
        ] as [(String, String?)])
    func unit(name: String, unit: String?) {
        #expect(descriptor(name).unit == unit)
        #expect(descriptor(name + "_total", .counter).unit == unit)
    }
}
