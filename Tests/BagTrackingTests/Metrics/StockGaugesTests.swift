import Foundation
import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Gauges that alerts stand on, and the alerts.
@Suite struct StockGaugesTests {
    @Test(
        "sacks, bags, bills and waiting rows of the audit are told as they were at the last reading",
        arguments: TestEngine.available)
    func gauges(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let metrics = MetricsRegistry()
            let gauges = StockGauges(database: hall.database, stats: StatsReader(), metrics: metrics)
            func text() -> String { String(decoding: metrics.openMetricsText(), as: UTF8.self) }
            #expect(!text().contains("bags_bags{"))
            try await hall.fill("SB00001", with: 2)
            _ = try await hall.services.corrections.unlink("1000001", reason: "torn label", by: hall.caller(.biller))
            try await gauges.read()
            for sample in [
                "bags_bags{kind=\"parent\",status=\"filling\"} 1", "bags_bags{kind=\"child\",status=\"linked\"} 1",
                "bags_bags{kind=\"child\",status=\"loose\"} 1", "bags_bags{kind=\"either\",status=\"retired\"} 0",
                "bags_bills{state=\"open\"} 0", "bags_audit_unchained_rows 1",
            ] {
                #expect(text().contains(sample), "\(sample)")
            }
        }
    }

    @Test("alerts ask only for metrics that the application has")
    func rules() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let rules = try String(
            contentsOf: root.appending(path: "deploy/prometheus/bags.rules.yml"), encoding: .utf8)
        let sources = root.appending(path: "Sources/Applications/BagTracking")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        let code = files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .compactMap { try? String(contentsOf: $0, encoding: .utf8) }.joined()
        let names = Set(rules.matches(of: /bags_[a-z_]+/).map { String($0.0) })
        #expect(names.count >= 9)
        for name in names { #expect(code.contains("\"\(name.replacing("_bucket", with: ""))\""), "\(name)") }
    }
}
