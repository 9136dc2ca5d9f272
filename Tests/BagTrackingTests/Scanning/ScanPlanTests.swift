import Logging
import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// How the database goes about a scan when it knows how many there are.
@Suite struct ScanPlanTests {
    /// SQLite takes a table without statistics for a million rows, and reads one that it knows to be smaller from end to end
    /// to make a filter for so many look-ups.
    @Test("no statement of a scan reads all scans, whatever statistics say")
    func plans() async throws {
        let log = QueryLog(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, slowMilliseconds: 0)
        try await withApp(on: .sqlite, queries: log) { app async throws in
            let dispatcher = try await app.client("dispatcher")
            try await fill(app.database, 3000)
            func post(_ path: String, _ body: JSONValue) async -> Int {
                await dispatcher.post("/bags/api/v1/scans/\(path)", body).status
            }
            #expect(await post("parent", ["code": "SB00001"]) == 201)
            #expect(await post("child", ["parent": "SB00001", "code": "7654321"]) == 201)
            #expect(await post("child", ["parent": "SB00001", "code": "7654321"]) == 200)
            let plans = log.slow.snapshot().filter { $0.name.contains("scan") || $0.name.contains("bag") }
            #expect(plans.contains { $0.name == "scans.find" && !$0.plan.isEmpty })
            for statement in plans {
                let plan = statement.plan.joined(separator: "\n")
                #expect(!plan.contains("BLOOM FILTER"), "\(statement.name): \(plan)")
                #expect(!plan.contains("SCAN scans"), "\(statement.name): \(plan)")
            }
        }
    }

    /// Scans of earlier days, and what a shutdown leaves behind: statistics of the large tables.
    private func fill(_ database: Database, _ count: Int) async throws {
        try await database.write { transaction in
            _ = try transaction.execute(
                "test.fill",
                """
                INSERT INTO scans (user_id, client_scan_id, content_hash, kind, outcome, code, area_code, scanned_at,
                    recorded_at, request_id)
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
                SELECT 1, 'fill-' || i, '', 'parent', 'found', 'SB' || i, 'lucknow', i, i, '' FROM n
                """)
            _ = try transaction.execute("test.analyze", "ANALYZE scans")
        }
    }
}
