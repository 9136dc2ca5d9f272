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
            let gauges = StockGauges(database: hall.database, stats: StatsReader(clock: hall.clock), metrics: metrics)
            func text() -> String { String(decoding: metrics.openMetricsText(), as: UTF8.self) }
            #expect(!text().contains("bags_bags{"))
            try await hall.fill("SB00001", with: 2)
            _ = try await hall.services.corrections.unlink("1000001", reason: "torn label", by: hall.caller(.biller))
            try await gauges.read()
            for sample in [
                "bags_bags{kind=\"parent\",status=\"filling\"} 1", "bags_bags{kind=\"child\",status=\"linked\"} 1",
                "bags_bags{kind=\"child\",status=\"loose\"} 1", "bags_bags{kind=\"either\",status=\"retired\"} 0",
                "bags_bills{state=\"open\"} 0", "bags_audit_unchained_rows 1", "bags_import_queue 0",
            ] {
                #expect(text().contains(sample), "\(sample)")
            }
        }
    }

    @Test("imports that wait count as much as those that run", arguments: TestEngine.available)
    func imports(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.database.write { transaction in
                for _ in 1...2 { _ = try hall.services.jobs.enqueue(ImportJob(), in: transaction) }
                _ = try hall.services.jobs.enqueue(CheckCounters(), in: transaction)
            }
            #expect(try await hall.database.read { try ImportStore.unfinished(in: $0) } == 2)
            try await hall.database.write { transaction in
                try transaction.execute(
                    "test.run", "UPDATE jobs SET state = 'running' WHERE id = (SELECT min(id) FROM jobs)")
            }
            #expect(try await hall.database.read { try ImportStore.unfinished(in: $0) } == 2)
        }
    }

    @Test("R38 comparing the counters by hand feeds the alert")
    func verified() async throws {
        try await withHall(on: .sqlite) { hall in
            let desk = try await ReadingDesk(hall)
            #expect(desk.watch.drift == nil)
            #expect(await desk.get("stats/verify", as: .admin).status == 200)
            #expect(desk.watch.drift == 0)
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
