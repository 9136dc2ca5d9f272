import Foundation
import Testing

private let promtool = ["/usr/bin/promtool", "/usr/local/bin/promtool"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

/// What operators give to Prometheus.
@Suite(.enabled(if: promtool != nil, "promtool is not installed"), .timeLimit(.minutes(5)))
struct AlertRuleTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../deploy/prometheus").standardizedFileURL

    @Test("rules of alerts are well-formed and fire at what their tests say", arguments: ["bags", "jobs"])
    func rules(name: String) throws {
        try AlertRuleTests.run(["check", "rules", "\(name).rules.yml"])
        try AlertRuleTests.run(["test", "rules", "\(name).rules.test.yml"])
    }

    private static func run(_ arguments: [String]) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: try #require(promtool))
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: said, as: UTF8.self))")
    }
}
