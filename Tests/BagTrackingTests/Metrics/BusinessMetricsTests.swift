import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What the figures of the business say after people have done something, as a scraper reads it.
@Suite struct BusinessMetricsTests {
    private static let api = "/bags/api/v1"

    /// The samples of a scrape.
    private struct Scrape {
        let samples: [String: Double]

        init(_ metrics: MetricsRegistry) {
            let lines = String(decoding: metrics.prometheusText(), as: UTF8.self).split(separator: "\n")
            var samples: [String: Double] = [:]
            for line in lines where !line.hasPrefix("#") {
                guard let space = line.lastIndex(of: " ") else { continue }
                samples[String(line[..<space])] = Double(line[line.index(after: space)...])
            }
            self.samples = samples
        }

        /// A sample; 0 for one that is not told.
        subscript(_ name: String) -> Double { samples[name] ?? 0 }
    }

    /// Does something and expects that exactly these samples of the named metrics grow by so much.
    private func expect(
        _ app: AppHarness, _ growth: [String: Double], _ what: String, _ act: () async throws -> Void
    ) async throws {
        let before = Scrape(app.environment.metrics)
        try await act()
        let after = Scrape(app.environment.metrics)
        let names = Set(growth.keys.map { String($0.prefix { $0 != "{" }) })
        var found: [String: Double] = [:]
        for (sample, value) in after.samples where names.contains(String(sample.prefix { $0 != "{" })) {
            let grown = value - before[sample]
            if grown != 0 { found[sample] = grown }
        }
        #expect(found == growth.filter { $0.value != 0 }, "\(what)")
    }

    private func made(_ answer: TestAnswer) throws -> String {
        try #require(answer.json["id"]?.string, "\(answer.status) \(answer.text)")
    }

    private func pack(_ sack: String, _ bag: String, by client: TestClient) async -> TestAnswer {
        _ = await client.post("\(Self.api)/scans/parent", ["code": .string(sack)])
        return await client.post("\(Self.api)/scans/child", ["parent": .string(sack), "code": .string(bag)])
    }

    @Test("scans that are taken back are counted once each", arguments: TestEngine.available)
    func undo(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let packer = try await app.client("dispatcher")
            let scan = try #require(await pack("SB61001", "4100001", by: packer).json["scan"]?["id"]?.string)
            try await expect(app, ["bags_undo_total": 1], "taken back") {
                #expect(await packer.post("\(Self.api)/scans/\(scan)/undo").status == 200)
            }
            try await expect(app, ["bags_undo_total": 0], "taken back once more, or what is no scan") {
                _ = await packer.post("\(Self.api)/scans/\(scan)/undo")
                _ = await packer.post("\(Self.api)/scans/987654/undo")
            }
        }
    }

    @Test("bills, the gate and returns are counted on their whole way", arguments: TestEngine.available)
    func bills(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let (packer, biller, gate) = (
                try await app.client("dispatcher"), try await app.client("biller"), try await app.client("gatekeeper")
            )
            for serial in 1...3 { _ = await pack("SB6100\(serial)", "410000\(serial)", by: packer) }
            let body: JSONValue = ["code": "LKO 1", "capacity": 2, "area_code": "lucknow"]
            let bill = "\(Self.api)/bills/\(try made(await biller.post("\(Self.api)/bills", body)))"
            let into = { (state: String) in "bags_bill_transitions_total{to=\"\(state)\"}" }
            func step(
                _ to: String, _ client: TestClient, _ path: String, _ body: JSONValue = .object([]), _ status: Int = 200
            ) async throws {
                try await expect(app, [into(to): 1], to) {
                    let answer = await client.post("\(bill)/\(path)", body)
                    #expect(answer.status == status, "\(answer.text)")
                }
            }
            for sack in ["SB61001", "SB61002"] {
                #expect(await biller.post("\(bill)/parents", ["code": .string(sack)]).status == 201)
            }
            try await step("completed", biller, "complete")
            try await step("open", biller, "reopen", ["reason": "one more sack"])
            try await step("completed", biller, "complete")
            try await expect(app, [into("completed"): 0], "a step that is refused") {
                #expect(await biller.post("\(bill)/complete").status == 409)
            }
            try await step("loading", gate, "gate-check", .object([]), 201)
            try await expect(app, ["bags_gate_findings_total": 1], "a foreign sack, seen twice") {
                for _ in 1...2 { _ = await gate.post("\(bill)/gate-check/scans", ["code": "SB61003"]) }
            }
            try await expect(app, ["bags_gate_findings_total": 0], "sacks of the bill") {
                for sack in ["SB61001", "SB61002"] {
                    #expect(await gate.post("\(bill)/gate-check/scans", ["code": .string(sack)]).status == 201)
                }
            }
            let findings = await gate.get(bill).json["gate_check"]?["findings"]?.elements
            let finding = try #require(findings?.first?["id"]?.string)
            _ = await gate.post("\(bill)/gate-check/findings/\(finding)/resolve", ["resolution": "unloaded"])
            let lorry: JSONValue = ["vehicle_number": "UP32AB1234", "driver_name": "Ram Kumar"]
            try await step("dispatched", gate, "dispatch", lorry)
            try await step("delivered", biller, "deliver", ["received_by": "R. K. Singh"])
            try await returns(app, biller)
        }
    }

    private func returns(_ app: AppHarness, _ biller: TestClient) async throws {
        let ticket: JSONValue = ["area_code": "lucknow", "location": "Depot gate"]
        let address = "\(Self.api)/returns/\(try made(await biller.post("\(Self.api)/returns", ticket)))"
        try await expect(app, ["bags_returns_total{condition=\"good\"}": 1], "a sack without a word") {
            #expect(await biller.post("\(address)/scans", ["code": "SB61001"]).status == 201)
        }
        try await expect(app, ["bags_returns_total{condition=\"wet\"}": 1], "a wet sack, scanned twice") {
            for _ in 1...2 { _ = await biller.post("\(address)/scans", ["code": "SB61002", "condition": "wet"]) }
        }
        try await expect(app, ["bags_returns_total{condition=\"good\"}": 0], "a sack that never left") {
            #expect(await biller.post("\(address)/scans", ["code": "SB61003"]).status == 409)
        }
    }

    @Test("a bill that is cancelled is counted")
    func cancelled() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            let body: JSONValue = ["code": "LKO 1", "capacity": 2, "area_code": "lucknow"]
            let bill = "\(Self.api)/bills/\(try made(await admin.post("\(Self.api)/bills", body)))"
            try await expect(app, ["bags_bill_transitions_total{to=\"cancelled\"}": 1], "cancelled") {
                #expect(await admin.post("\(bill)/cancel", ["reason": "wrong dealer"]).status == 200)
            }
        }
    }

    @Test(
        "rows of an import are counted by what came of them, and its parts by their time",
        arguments: TestEngine.available)
    func imports(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let hall = try await ImportHall(app)
            let file = "code,parent_code\n6400001,SB64001\n6400002,SB64001\n12,SB64001\n"
            let fields: KeyValuePairs = ["kind": "bags", "area_code": "lucknow"]
            let (ok, same, bad) = (
                "bags_import_rows_total{result=\"ok\"}", "bags_import_rows_total{result=\"unchanged\"}",
                "bags_import_rows_total{result=\"rejected\"}"
            )
            try await expect(app, [ok: 2, bad: 1, "bags_import_chunk_seconds_count": 1], "a file") {
                let job = try await hall.imported(file, fields)
                #expect(job["state"] == "succeeded")
            }
            try await expect(app, [same: 2, bad: 1], "the same file again") {
                _ = try await hall.imported(file, fields)
            }
            #expect(Scrape(app.environment.metrics)["bags_import_chunk_seconds_bucket{le=\"+Inf\"}"] == 2)
        }
    }

    @Test(
        "rows of exports are counted by table and format, and exports while they run", arguments: TestEngine.available)
    func exports(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let (packer, biller) = (try await app.client("dispatcher"), try await app.client("biller"))
            _ = await pack("SB61001", "4100001", by: packer)
            _ = await biller.post("\(Self.api)/bills", ["code": "LKO 1", "capacity": 2, "area_code": "lucknow"])
            let rows = { (name: String, format: String) in
                "bags_export_rows_total{name=\"\(name)\",format=\"\(format)\"}"
            }
            let table: [(path: String, sample: String, rows: Double)] = [
                ("bags.csv", rows("bags", "csv"), 2), ("bags.csv?kind=child", rows("bags", "csv"), 1),
                ("scans.ndjson", rows("scans", "ndjson"), 2), ("bills.xlsx", rows("bills", "xlsx"), 1),
                ("epcis.json?from=2020-01-01&to=2020-01-02", rows("epcis", "json"), 0),
            ]
            for line in table {
                try await expect(app, [line.sample: line.rows], line.path) {
                    let answer = await biller.get("\(Self.api)/exports/\(line.path)")
                    #expect(Scrape(app.environment.metrics)["bags_exports_running"] == 1, "\(line.path)")
                    _ = try await answer.whole()
                    #expect(Scrape(app.environment.metrics)["bags_exports_running"] == 0, "\(line.path)")
                }
            }
        }
    }

    @Test("scans tell how late they came", arguments: TestEngine.available)
    func delay(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let packer = try await app.client("dispatcher")
            let bucket = { (bound: String) in "bags_offline_delay_seconds_bucket{le=\"\(bound)\"}" }
            for (code, seconds) in [("SB61001", Int64(0)), ("SB61002", 1000)] {
                let scannedAt = (app.clock.now() - .seconds(seconds)).rfc3339
                let answer = await packer.post(
                    "\(Self.api)/scans/parent", ["code": .string(code), "scanned_at": .string(scannedAt)])
                #expect(answer.status == 201)
            }
            let found = Scrape(app.environment.metrics)
            #expect(found[bucket("1")] == 1 && found[bucket("900")] == 1 && found[bucket("3600")] == 2)
            #expect(found["bags_offline_delay_seconds_count"] == 2 && found["bags_offline_delay_seconds_sum"] == 1000)
        }
    }

    @Test("the drift of the counters is told once they were compared, and not before", arguments: TestEngine.available)
    func drift(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            #expect(Scrape(app.environment.metrics).samples["bags_stats_drift"] == nil)
            #expect(await admin.get("\(Self.api)/stats/verify").status == 200)
            #expect(Scrape(app.environment.metrics).samples["bags_stats_drift"] == 0)
            try await app.database.write { transaction in
                var changes = CounterChanges()
                changes.add(.bills("open"), in: "lucknow", by: 3)
                changes.add(.returns("open"), in: "indore", by: -2)
                try changes.write(in: transaction)
            }
            #expect(await admin.get("\(Self.api)/stats/verify").status == 200)
            #expect(Scrape(app.environment.metrics).samples["bags_stats_drift"] == 5)
        }
    }
}
