import PorticoTesting
import Testing

@testable import BagTracking
@testable import Portico

/// Gives rows of one cell each.
private final class Rows: TableReader {
    private var rows: [TableRow]
    private var taken = 0

    init(_ sheets: [[String]]) {
        rows = sheets.enumerated().flatMap { sheet, texts in
            texts.enumerated().map { TableRow(sheet: "\(sheet)", number: $0 + 1, cells: [TableCell($1)]) }
        }
    }

    func next() throws(TableError) -> TableRow? {
        guard taken < rows.count else { return nil }
        taken += 1
        return rows[taken - 1]
    }
}

@Suite("What an import does not let pass (rules R33–R36)")
struct ImportGuardTests {
    private func feed(_ sheets: [[String]], most: Int = .max, orphans: Set<Int> = []) -> ImportFeed {
        ImportFeed(Rows(sheets), .packing, mostRows: most, orphans: orphans) { $0.hasPrefix("S") }
    }

    private func units(_ feed: ImportFeed) throws -> [ImportUnit] {
        var units: [ImportUnit] = []
        while let unit = try feed.next() { units.append(unit) }
        return units
    }

    @Test("R34: of a run that fits in no sack only the first 500 bags are kept, and all are counted")
    func longRun() throws {
        let units = try units(feed([Array(repeating: "1", count: 2000) + ["S"]]))
        #expect(units.map(\.children.count) == [500] && units.map(\.count) == [2001])
    }

    @Test("R34: bags without a sack come in slices of 1000, those of other runs as before")
    func slices() throws {
        let sheets = [["1", "S"] + Array(repeating: "2", count: 2000), ["3", "S"]]
        let units = try units(feed(sheets, orphans: [2]))
        #expect(units.map(\.count) == [2, 1000, 1000, 2])
        #expect(units.map { $0.row == nil } == [false, true, true, false])
    }

    @Test("R33: rows above the limit are refused while they are read, however long their run")
    func tooMany() throws {
        let feed = feed([Array(repeating: "1", count: 11)], most: 10)
        #expect(throws: TooManyRows.self) { try feed.next() }
        #expect(try units(self.feed([Array(repeating: "1", count: 10)], most: 10)).map(\.count) == [10])
    }

    @Test("of a text that no column takes 500 characters are kept, and a mark that it was longer")
    func cut() throws {
        let whole = String(repeating: "ü", count: 500)
        let units = try units(feed([[String(repeating: "ü", count: 30_000), "  \(whole)\n", whole, "S"]]))
        #expect(units.first?.children.map(\.values) == [[whole + "…"], [whole], [whole]])
    }

    @Test(
        "R34: a bill keeps its whole description, and one that is too long refuses its row",
        arguments: TestEngine.available)
    func longTexts(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let hall = try await ImportHall(app)
            func text(_ count: Int) -> String { String(repeating: "d", count: count) }
            let rows = ["LKO 1,5,\(text(500))", "LKO 2,5,\(text(501))", "LKO 3,5,\(text(900))", "LKO\(text(900)),5,"]
            let job = try await hall.imported(
                (["bill_code,capacity,description"] + rows).joined(separator: "\n"),
                ["kind": "bills", "area_code": "lucknow"])
            #expect(job["result"]?["rows_ok"]?.int64 == 1 && job["result"]?["rows_rejected"]?.int64 == 3)
            let errors = job["errors"]?.elements ?? []
            #expect(errors.map { $0["code"]?.string } == ["too_long", "too_long", "too_long"])
            #expect(errors.map { $0["column"]?.string } == ["description", "description", "bill_code"])
            #expect(try await hall.number("SELECT length(description) FROM bills WHERE code = 'LKO 1'") == 500)
        }
    }

    @Test("R34: a text that can't be stored refuses its row, and the others are taken", arguments: TestEngine.available)
    func unstorable(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let hall = try await ImportHall(app)
            // What a workbook writes for a NUL.
            let rows = [
                ["bill_code", "capacity", "description", "consignee"], ["LKO 1", "5", "a_x0000_b"],
                ["LKO 2", "5", "sound"], ["LKO 3", "5", "sound", "_x0000_"],
            ]
            let book = try HandmadeWorkbook.bytes([(name: "Mon", rows: rows)])
            let answer = await hall.send(book, ["kind": "bills", "area_code": "lucknow"], named: "bills.xlsx")
            let id = try #require(answer.json["id"]?.string, "\(answer.text)")
            try await hall.work()
            let job = await hall.admin.get("/bags/api/v1/jobs/\(id)").json
            #expect(job["state"] == "succeeded" && job["result"]?["rows_ok"]?.int64 == 1)
            let errors = job["errors"]?.elements ?? []
            #expect(errors.map { $0["code"]?.string } == ["invalid_format", "invalid_format"])
            #expect(errors.map { $0["column"]?.string } == ["description", "consignee"])
        }
    }

    @Test(
        "R34: a run of 1200 bags is one error, and 1200 bags without a sack are 1200", arguments: TestEngine.available)
    func longRuns(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let hall = try await ImportHall(app)
            let bags = (0..<1200).map { String(7_300_000 + $0) }
            let more = (0..<1200).map { String(7_400_000 + $0) }
            let job = try await hall.imported(
                (bags + ["SB73001"] + more).joined(separator: "\n"), ["kind": "packing", "area_code": "lucknow"])
            #expect(job["result"]?["rows_total"]?.int64 == 2401 && job["result"]?["rows_rejected"]?.int64 == 2401)
            #expect(try await hall.number("SELECT count(*) FROM import_errors WHERE code = 'batch_over_capacity'") == 1)
            #expect(try await hall.number("SELECT count(*) FROM import_errors WHERE code = 'orphan_child'") == 1200)
        }
    }

    @Test("R36: a run whose job another has taken over writes nothing", arguments: TestEngine.available)
    func takenOver(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let hall = try await ImportHall(app)
            // The other run has written a part between this one's reading and its writing.
            try await app.database.write { transaction in
                switch transaction.dialect {
                case .sqlite:
                    try transaction.execute(
                        "test.ahead",
                        """
                        CREATE TRIGGER ahead AFTER UPDATE OF done ON jobs WHEN NEW.done IS NOT NULL
                        BEGIN UPDATE imports SET rows_done = 1; END
                        """)
                case .postgresql:
                    try transaction.execute(
                        "test.ahead",
                        """
                        CREATE FUNCTION ahead() RETURNS trigger LANGUAGE plpgsql AS
                        'BEGIN UPDATE imports SET rows_done = 1; RETURN NULL; END'
                        """)
                    try transaction.execute(
                        "test.when_told",
                        """
                        CREATE TRIGGER ahead AFTER UPDATE OF done ON jobs FOR EACH ROW
                        WHEN (NEW.done IS NOT NULL) EXECUTE FUNCTION ahead()
                        """)
                }
            }
            let answer = await hall.send(
                Array("7500001\nSB75001".utf8), ["kind": "packing", "area_code": "lucknow"])
            #expect(answer.status == 202)
            try await hall.work()
            #expect(try await hall.number("SELECT count(*) FROM bags") == 0)
            #expect(try await hall.number("SELECT rows_done FROM imports") == 1)
        }
    }

    @Test(
        "R33: a file of which a part is missing is not imported, and its user is told", arguments: TestEngine.available)
    func incomplete(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let hall = try await ImportHall(app)
            let answer = await hall.send(
                Array("7600001\nSB76001".utf8), ["kind": "packing", "area_code": "lucknow"])
            let id = try #require(answer.json["id"]?.string)
            try await app.database.write { try $0.execute("test.tear", "DELETE FROM import_file_parts") }
            try await hall.work()
            let job = await hall.admin.get("/bags/api/v1/jobs/\(id)").json
            #expect(job["state"] == "failed" && job["errors"]?.elements?.first?["code"] == "file_incomplete")
            #expect(try await hall.number("SELECT count(*) FROM import_files") == 0)
            #expect(try await hall.number("SELECT count(*) FROM mails WHERE subject LIKE 'Import failed%'") == 1)
        }
    }

    @Test("R33: who has too many imports is refused before the file is kept", arguments: TestEngine.available)
    func running(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let hall = try await ImportHall(app)
            for status in [202, 202, 429] {
                let answer = await hall.send(Array("7700001\nSB77001".utf8), ["kind": "packing"])
                #expect(answer.status == status)
            }
            #expect(try await hall.number("SELECT count(*) FROM import_files") == 2)
        }
    }

    @Test("R36: a cancelled import ends in the log once, and its file goes", arguments: TestEngine.available)
    func cancelled(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let hall = try await ImportHall(app)
            let answer = await hall.send(Array("7800001\nSB78001".utf8), ["kind": "packing"])
            let id = try #require(answer.json["id"]?.string.flatMap { Int64($0) })
            try await app.database.write { _ = try app.environment.jobs.cancel(id, in: $0) }
            let worker = ImportWorker(services: hall.services())
            for _ in 1...2 { try await worker.closeEnded(at: app.clock.now()) }
            #expect(try await hall.number("SELECT count(*) FROM audit_rows WHERE action = 'import.finished'") == 1)
            #expect(try await hall.number("SELECT count(*) FROM import_files") == 0)
        }
    }
}
