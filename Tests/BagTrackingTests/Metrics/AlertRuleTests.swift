import Foundation
import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The checker that comes with Prometheus, where it is installed.
private let promtool = ["/usr/bin/promtool", "/usr/local/bin/promtool"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

/// The rules for Prometheus, their tests, and what operators read about them.
@Suite struct AlertRuleTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
    private static let folder = root.appending(path: "deploy/prometheus")

    private func text(_ path: String) throws -> String {
        try String(contentsOf: AlertRuleTests.root.appending(path: path), encoding: .utf8)
    }

    private func alerts() throws -> [String] {
        try text("deploy/prometheus/bags.rules.yml").matches(of: /alert: ([A-Za-z]+)/).map { String($0.1) }
    }

    @Test(
        "do what their tests say", .enabled(if: promtool != nil, "promtool is not installed"),
        .timeLimit(.minutes(5)),
        arguments: [["check", "rules", "bags.rules.yml"], ["test", "rules", "bags.rules.test.yml"]]
    )
    func promtoolAgrees(arguments: [String]) throws {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: try #require(promtool))
        process.arguments = arguments
        process.currentDirectoryURL = AlertRuleTests.folder
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: said, as: UTF8.self))")
    }

    @Test("each fires in one of their tests, and stays silent in one")
    func tested() throws {
        let cases = try text("deploy/prometheus/bags.rules.test.yml").split(separator: "- eval_time:").dropFirst()
        let alerts = try alerts()
        #expect(alerts.count >= 14)
        for alert in alerts {
            let own = cases.filter { $0.contains("alertname: \(alert)\n") }
            #expect(own.contains { $0.contains("exp_alerts") }, "\(alert) fires in no test")
            #expect(own.contains { !$0.contains("exp_alerts") }, "\(alert) is silent in no test")
        }
    }

    @Test("each is explained to operators")
    func explained() throws {
        let guide = try text("docs/operating.md")
        for alert in try alerts() { #expect(guide.contains("| `\(alert)`"), "\(alert)") }
    }

    @Test("errors are counted on every route that takes scans, by scripts and by forms, and on no other")
    func scanRoutes() async throws {
        let rules = try text("deploy/prometheus/bags.rules.yml")
        let patterns = Set(rules.matches(of: /http_route=~"([^"]+)"/).map { String($0.1) })
        let pattern = try #require(patterns.first)
        #expect(patterns.count == 1)
        try await withApp { app in
            let regex = try Regex(pattern)
            let posts = app.mount.routes.filter { $0.method == .post }
            let scanning = Set(posts.filter { ["scan", "batch"].contains($0.limit.name) }.map { "/bags\($0.path)" })
            let counted = Set(posts.map { "/bags\($0.path)" }.filter { $0.wholeMatch(of: regex) != nil })
            #expect(scanning.contains("/bags/scan") && scanning.contains("/bags/api/v1/scans/child"))
            #expect(counted == scanning)
        }
    }
}
