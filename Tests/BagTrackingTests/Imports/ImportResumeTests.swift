import PorticoTesting
import Testing

@testable import BagTracking
@testable import Portico

@Suite("Imports that are killed and go on (rules R34, R36)")
struct ImportResumeTests {
    /// Rows behind which the first run ends.
    private static let reach = 300

    /// A file of packing whose first sack is named by its SSCC, with rows behind the first part that only make sense to one
    /// who knows what that was.
    private static func file(_ sscc: String, _ sack: String, from first: Int) -> String {
        var lines = (0..<5).map { String(first + $0) } + ["(00)\(sscc)"]
        for run in 0..<60 {
            lines += [String(first + 100 + run * 2), String(first + 101 + run * 2), "SB\(70_100 + run)"]
        }
        // Closed again under its own code; nothing of it counts, so the same bag may come again.
        lines += [String(first + 5), sack]
        for run in 60..<160 {
            lines += [String(first + 100 + run * 2), String(first + 101 + run * 2), "SB\(70_100 + run)"]
        }
        lines += [String(first + 5), "SB70301"]
        // In the first sack, and closed under its SSCC once more.
        lines += [String(first), "SB70302", String(first + 900), sscc]
        return lines.joined(separator: "\n")
    }

    private func sscc(of sack: String, _ hall: ImportHall) async throws -> String {
        let made = await hall.admin.post(
            "/bags/api/v1/scans/parent", ["code": .string(sack), "area_code": "lucknow"])
        #expect(made.status == 201)
        let given = await hall.admin.post("/bags/api/v1/bags/\(sack)/sscc")
        return try #require(given.json["sscc"]?.string)
    }

    /// Lets no run come further than so many rows, as one that was killed there.
    private func hold(_ hall: ImportHall, behind rows: Int = reach) async throws {
        let reach = SQL(trusted: String(rows))
        try await hall.app.database.write { transaction in
            switch transaction.dialect {
            case .sqlite:
                try transaction.execute(
                    "test.hold",
                    """
                    CREATE TRIGGER hold BEFORE UPDATE OF rows_done ON imports WHEN NEW.rows_done > \(reach)
                    BEGIN SELECT RAISE(ABORT, 'killed'); END
                    """)
            case .postgresql:
                try transaction.execute(
                    "test.hold_function",
                    """
                    CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN RAISE EXCEPTION ''killed''; END'
                    """)
                try transaction.execute(
                    "test.hold",
                    """
                    CREATE TRIGGER hold BEFORE UPDATE OF rows_done ON imports FOR EACH ROW
                    WHEN (NEW.rows_done > \(reach)) EXECUTE FUNCTION hold()
                    """)
            }
        }
    }

    private func release(_ hall: ImportHall) async throws {
        let drop: SQL = hall.app.database.dialect == .sqlite ? "DROP TRIGGER hold" : "DROP TRIGGER hold ON imports"
        try await hall.app.database.write { _ = try $0.execute("test.release", drop) }
    }

    /// What a job says, without what names it.
    private func outcome(_ job: JSONValue) -> String {
        let members = ["rows_total", "rows_ok", "rows_unchanged", "rows_rejected", "created", "warnings"].map {
            "\($0): \(job["result"]?[$0].map { String(decoding: $0.bytes, as: UTF8.self) } ?? "-")"
        }
        let errors = (job["errors"]?.elements ?? []).map {
            "\($0["row"]?.int64 ?? 0) \($0["code"]?.string ?? "")"
        }
        return (members + errors).joined(separator: "\n")
    }

    private func imported(_ engine: TestEngine, killed: Bool) async throws -> String {
        var text = ""
        try await withApp(on: engine) { app in
            let hall = try await ImportHall(app)
            let sscc = try await sscc(of: "SB70000", hall)
            let file = ImportResumeTests.file(sscc, "SB70000", from: 8_000_000)
            if killed { try await hold(hall) }
            let answer = await hall.send(Array(file.utf8), ["kind": "packing", "area_code": "lucknow"])
            let id = try #require(answer.json["id"]?.string, "\(answer.text)")
            try await hall.work()
            if killed {
                let done = try await hall.number("SELECT rows_done FROM imports")
                #expect((1...ImportResumeTests.reach).contains(done))
                try await release(hall)
                app.clock.advance(by: .minutes(5))
                try await hall.work()
            }
            let job = await hall.admin.get("/bags/api/v1/jobs/\(id)").json
            #expect(job["state"] == "succeeded")
            #expect(try await hall.number("SELECT child_count FROM bags WHERE code = 'SB70000'") == 5)
            try await hall.expectCountsAreRight()
            text = outcome(job)
        }
        return text
    }

    @Test(
        "R36: a run that goes on behind one that was killed comes to the same, also where rows name sacks by SSCC",
        arguments: TestEngine.available)
    func same(_ engine: TestEngine) async throws {
        let whole = try await imported(engine, killed: false)
        let resumed = try await imported(engine, killed: true)
        #expect(whole.contains("duplicate_parent_in_file") && whole.contains("duplicate_in_file"))
        #expect(resumed == whole)
    }

    // MARK: - At every part

    private static let smallRows = 18

    /// A file of sacks and bags with rows that are refused for what rows behind them, or before them, bring. No two editions
    /// share a code.
    private static func small(_ edition: Int) -> String {
        let (bag, sack) = (8_200_000 + edition * 10, 80_000 + edition * 10)
        let (first, second, tiny) = ("SB\(sack)", "SB\(sack + 1)", "TN\(sack)")
        return """
            code,parent_code,area_code,lot
            \(bag),\(first),,
            \(first),,lucknow,
            \(bag),\(second),lucknow,L1
            \(bag),\(first),,
            \(bag),\(second),,L2
            \(bag + 1),\(second),nowhere,
            \(bag + 1),\(first),,
            \(bag + 2),,indore,
            \(bag + 2),\(second),,
            \(bag + 2),\(first),,
            \(bag + 3),\(tiny),lucknow,
            \(bag + 4),\(tiny),,
            \(bag + 4),\(second),,
            \(bag + 4),\(tiny),,
            \(bag + 5),SB7,,
            \(bag + 5),\(first),,
            \(bag + 5),\(second),,
            x,,,
            """
    }

    /// What becomes of an edition whose first run is killed behind so many rows; nil for one that is not.
    private func outcome(of edition: Int, killedBehind rows: Int?, in hall: ImportHall) async throws -> String {
        let answer = await hall.send(Array(ImportResumeTests.small(edition).utf8), ["kind": "bags"])
        let id = try #require(answer.json["id"]?.string, "\(answer.text)")
        if let rows {
            try await hold(hall, behind: rows)
            try await hall.work(partRows: 1)
            let row = try #require(Int64(id))
            #expect(try await hall.number("SELECT rows_done FROM imports WHERE job_id = \(row)") == rows)
            try await release(hall)
            hall.app.clock.advance(by: .minutes(5))
        }
        try await hall.work(partRows: 4)
        let job = await hall.admin.get("/bags/api/v1/jobs/\(id)").json
        #expect(job["state"] == "succeeded")
        return outcome(job)
    }

    @Test(
        "R34, R36: a row that was refused makes no later one a duplicate, wherever the run before was killed",
        arguments: TestEngine.available)
    func refused(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let hall = try await ImportHall(app)
            let type: JSONValue = [
                "code": "tiny", "name": "Tiny", "prefix": "TN", "digits": 5, "capacity": 1, "unit_weight_grams": 1,
            ]
            #expect(await hall.admin.post("/bags/api/v1/product-types", type).status == 201)
            let whole = try await outcome(of: 0, killedBehind: nil, in: hall)
            let errors = [
                "2 missing_value", "5 duplicate_in_file", "7 unknown_area", "11 duplicate_in_file", "13 parent_full",
                "15 duplicate_in_file", "16 invalid_parent_code", "18 duplicate_in_file", "19 invalid_child_code",
            ]
            #expect(whole.hasSuffix(errors.joined(separator: "\n")), "\(whole)")
            for rows in 1..<ImportResumeTests.smallRows {
                let resumed = try await outcome(of: rows, killedBehind: rows, in: hall)
                #expect(resumed == whole, "killed behind \(rows) rows")
            }
            try await hall.expectCountsAreRight()
        }
    }
}
