import Foundation
import PorticoTelemetry
import Testing

/// The checker that comes with Prometheus, where it is installed.
private let promtool = ["/usr/bin/promtool", "/usr/local/bin/promtool"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

@Suite(.enabled(if: promtool != nil, "promtool is not installed"))
struct PromtoolTests {
    @Test("finds nothing to complain about", .timeLimit(.minutes(10)))
    func lint() throws {
        let registry = MetricsRegistry(maximumLabelSets: 2)
        ProcessMetrics.register(in: registry, version: "odd \"\\\n version")
        let hits = registry.counter("hits_total", help: "Hits, \\ and\nmore.", labels: ["who"])
        for who in ["a", "b", "c"] { hits.with(who).increment() }
        registry.histogram("wait_seconds", help: "Waits.", labels: ["route"]).with("/a/{id}").observe(seconds: 0.2)
        registry.histogram("body_size_bytes", help: "Sizes.", buckets: .bytes).observe(1e5)
        registry.observe(gauge: "pool_in_use", help: "In use.", labels: ["pool"]) { [(["a"], 1.5)] }

        let process = Process()
        let input = Pipe()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: try #require(promtool))
        process.arguments = ["check", "metrics"]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(registry.prometheusText()))
        try input.fileHandleForWriting.close()
        let complaints = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(String(decoding: complaints, as: UTF8.self) == "")
        #expect(process.terminationStatus == 0)
    }
}
