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
            try await addScans(1...3000, from: Instant(milliseconds: 0), every: .seconds(1), to: app.database)
            try await analyzeScans(of: app.database)
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

    /// SQLite without statistics takes a kind for ten rows, whatever else is known.
    @Test("neither a list of scans nor an import walks all bags of a kind", arguments: [false, true])
    func kinds(isAnalyzed: Bool) async throws {
        let log = QueryLog(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, slowMilliseconds: 0)
        try await withApp(on: .sqlite, queries: log) { app async throws in
            let hall = try await ImportHall(app)
            let dispatcher = try await app.client("dispatcher")
            for (path, body) in [
                ("parent", ["code": "SB00001"]), ("child", ["parent": "SB00001", "code": "7654321"]),
            ] as [(String, JSONValue)] {
                #expect(await dispatcher.post("/bags/api/v1/scans/\(path)", body).status == 201)
            }
            if isAnalyzed { _ = try await app.database.write { try $0.execute("test.analyze", "ANALYZE") } }
            #expect(await dispatcher.get("/bags/scans").text.contains("Undo 7654321"))
            let file = "code\n7654322\n7654323\nSB00002"
            let job = try await hall.imported(file, ["kind": "packing", "area_code": "lucknow"])
            #expect(job["state"] == "succeeded")
            let plans = log.slow.snapshot()
            for name in ["scans.undoable", "imports.sacks", "imports.children"] {
                #expect(plans.contains { $0.name == name && !$0.plan.isEmpty }, "\(name) was not run")
            }
            for statement in plans {
                let plan = statement.plan.joined(separator: "\n")
                #expect(!plan.contains("INDEX bags_kind_status (kind=?)"), "\(statement.name): \(plan)")
            }
        }
    }
}
