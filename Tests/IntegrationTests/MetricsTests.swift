import Foundation
import PorticoTesting
import Testing

/// The checker that comes with Prometheus, where it is installed.
private let promtool = ["/usr/bin/promtool", "/usr/local/bin/promtool"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

@Suite(
    "The metrics of a node that runs", .enabled(if: Program.isThere, Program.missing),
    .enabled(if: promtool != nil, "promtool is not installed"), .timeLimit(.minutes(10)))
struct MetricsTests {
    @Test("please the checker of Prometheus after a scan, a refusal and a page", arguments: TestEngine.available)
    func lint(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let node = try await RunningPortico.start(premises)
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: node))
            let attempt = hall.attempt(into: try await hall.sacks(1)[0])
            #expect(try await hall.scan(attempt).status == 201)
            #expect(try await hall.dispatcher.get("/bags/SB77777").status == 404)
            #expect(try await hall.dispatcher.send("GET", "/bags/").status == 200)
            let metrics = try await Visitor(port: node.port).send("GET", "/metrics")
            #expect(metrics.status == 200)
            #expect(metrics.text.contains("bags_scans_total{"))
            #expect(metrics.text.contains("bags_scan_duration_seconds_bucket{"))
            let (complaints, status) = try check(metrics.text)
            #expect(complaints == "")
            #expect(status == 0)
            try await node.stop()
        }
    }

    /// What `promtool check metrics` says of a text. It reads a file, so that neither side waits for a full pipe.
    private func check(_ text: String) throws -> (complaints: String, status: Int32) {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (input, output) = (folder.file("metrics"), folder.file("complaints"))
        try Data(text.utf8).write(to: URL(fileURLWithPath: input))
        try Data().write(to: URL(fileURLWithPath: output))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(promtool))
        process.arguments = ["check", "metrics"]
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: input))
        let complaints = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardOutput = complaints
        process.standardError = complaints
        try process.run()
        process.waitUntilExit()
        return (try String(contentsOfFile: output, encoding: .utf8), process.terminationStatus)
    }
}
