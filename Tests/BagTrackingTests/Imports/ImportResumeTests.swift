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

    /// Lets no run come further than ``reach``, as one that was killed there.
    private func hold(_ hall: ImportHall) async throws {
        let reach = SQL(trusted: String(ImportResumeTests.reach))
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
                    CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
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
}
