import PorticoTesting
import Testing

@testable import BagTracking
@testable import Portico

@Suite("Parts in which imports are written (rule R36)")
struct ImportPartTests {
    @Test(
        "R36: rows are written in chunks with one custody event for each sack, and the file goes when they are in",
        arguments: TestEngine.available)
    func chunks(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let hall = try await ImportHall(app)
            let file = Self.file
            let answer = await hall.send(Array(file.utf8), ["kind": "packing", "area_code": "lucknow"])
            let id = try #require(answer.json["id"]?.string.flatMap { Int64($0) })
            try await keepSteps(hall)
            // A sack with its bags has 21 rows: two fit into a part of 50, three do not. Where the writer was held too long
            // parts are smaller, and the least has one sack.
            try await hall.work(partRows: 50)
            let steps = try await steps(hall)
            #expect(steps.reduce(0, +) == 840)
            #expect(steps.count >= 20)
            let others = steps.filter { $0 != 21 && $0 != 42 }
            #expect(others == [])
            #expect(BagSettings(publicURL: "").importPartRows == 1000)
            let first = await hall.admin.get("/bags/api/v1/jobs/\(id)").json
            let counts: [String: Int64] = [
                "rows_total": 840, "rows_ok": 840, "rows_unchanged": 0, "rows_rejected": 0,
            ]
            for (name, count) in counts {
                let told = first["result"]?[name]?.int64
                #expect(told == count, "\(name)")
            }
            #expect(try await hall.number("SELECT rows_done FROM imports") == 840)
            #expect(try await hall.number("SELECT count(*) FROM custody_events") == 40)
            #expect(try await hall.number("SELECT count(*) FROM import_file_parts") == 0)
            try await hall.expectCountsAreRight()
        }
    }

    /// Forty sacks of twenty bags, each closed by its sack.
    private static var file: String {
        let sacks = (0..<40).map { sack in
            let bags = (0..<20).map { String(6_000_000 + sack * 20 + $0) }
            return (bags + ["SB\(66_000 + sack)"]).joined(separator: "\n")
        }
        return sacks.joined(separator: "\n")
    }

    private func steps(_ hall: ImportHall) async throws -> [Int64] {
        try await hall.app.database.read { reading in
            try reading.all("test.steps", "SELECT rows FROM import_steps ORDER BY id") { try $0[0] as Int64 }
        }
    }

    /// Notes by how many rows each part brings an import forward.
    private func keepSteps(_ hall: ImportHall) async throws {
        let table: SQL =
            hall.app.database.dialect == .sqlite
            ? "CREATE TABLE import_steps (id INTEGER PRIMARY KEY, rows INTEGER NOT NULL)"
            : "CREATE TABLE import_steps (id bigint GENERATED ALWAYS AS IDENTITY, rows bigint NOT NULL)"
        try await hall.app.database.write { transaction in
            try transaction.execute("test.steps_table", table)
            switch transaction.dialect {
            case .sqlite:
                try transaction.execute(
                    "test.steps_trigger",
                    """
                    CREATE TRIGGER steps AFTER UPDATE OF rows_done ON imports WHEN NEW.rows_done <> OLD.rows_done
                    BEGIN INSERT INTO import_steps (rows) VALUES (NEW.rows_done - OLD.rows_done); END
                    """)
            case .postgresql:
                try transaction.execute(
                    "test.steps_function",
                    """
                    CREATE FUNCTION note_step() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN INSERT INTO import_steps (rows) VALUES (NEW.rows_done - OLD.rows_done); RETURN NULL; END'
                    """)
                try transaction.execute(
                    "test.steps_trigger",
                    """
                    CREATE TRIGGER steps AFTER UPDATE OF rows_done ON imports FOR EACH ROW
                    WHEN (NEW.rows_done <> OLD.rows_done) EXECUTE FUNCTION note_step()
                    """)
            }
        }
    }
}
