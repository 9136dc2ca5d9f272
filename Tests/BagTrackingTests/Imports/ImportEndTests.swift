import PorticoTesting
import Testing

@testable import BagTracking
@testable import Portico

@Suite("What a file that is no plain list comes to (rule R33)")
struct ImportEndTests {
    @Test("a file of more rows than are taken fails as a job, and writes nothing", arguments: TestEngine.available)
    func tooManyRows(_ engine: TestEngine) async throws {
        try await withApp(on: engine, settings: [(key: "bags.import_max_rows", value: "3")]) { app in
            let hall = try await ImportHall(app)
            let rows = ["5000001", "5000002", "SB62001", "5000003"]
            let job = try await hall.imported(
                rows.joined(separator: "\n"), ["kind": "packing", "area_code": "lucknow"])
            #expect(job["state"] == "failed")
            #expect(job["errors"]?.elements?.first?["code"] == "too_many_rows")
            #expect(try await hall.number("SELECT count(*) FROM bags") == 0)
            #expect(try await hall.number("SELECT count(*) FROM import_files") == 0)
            let taken = try await hall.imported(
                rows.dropLast().joined(separator: "\n"), ["kind": "packing", "area_code": "lucknow"])
            #expect(taken["state"] == "succeeded" && taken["result"]?["rows_ok"]?.int64 == 3)
        }
    }

    @Test("rows of all sheets count together")
    func rowsOfAllSheets() async throws {
        try await withApp(settings: [(key: "bags.import_max_rows", value: "3")]) { app in
            let hall = try await ImportHall(app)
            let sheets = (1...2).map { (name: "Day \($0)", rows: [["500000\($0)"], ["SB6200\($0)"]]) }
            let answer = await hall.send(
                try HandmadeWorkbook.bytes(sheets), ["kind": "packing", "area_code": "lucknow"])
            let id = try #require(answer.json["id"]?.string)
            try await hall.work()
            let job = await hall.admin.get("/bags/api/v1/jobs/\(id)").json
            #expect(job["errors"]?.elements?.first?["code"] == "too_many_rows")
        }
    }

    @Test("a small workbook that would unpack to a large one is refused before a job begins")
    func bomb() async throws {
        try await withApp { app in
            let hall = try await ImportHall(app)
            let bomb = try HandmadeWorkbook.bomb()
            #expect(bomb.count < 1 << 18)
            for kind in ["packing", "bags"] {
                let answer = await hall.send(bomb, ["kind": kind, "area_code": "lucknow"])
                #expect(answer.status == 422 && answer.problemCode == "file_too_dense", "\(answer.text)")
            }
            #expect(try await hall.number("SELECT count(*) FROM jobs") == 0)
            #expect(try await hall.number("SELECT count(*) FROM import_files") == 0)
        }
    }

    @Test("a workbook with macros is read, and the macros are not looked at")
    func macros() async throws {
        try await withApp { app in
            let hall = try await ImportHall(app)
            let sheet = HandmadeWorkbook.worksheet([["code"], ["5000001"], ["SB62001"]])
            let book = try HandmadeWorkbook.bytes(
                xml: [("Mon", sheet)], further: [("xl/vbaProject.bin", "\u{0}no program at all\u{1}")])
            let answer = await hall.send(book, ["kind": "packing", "area_code": "lucknow"], named: "day.xlsm")
            #expect(answer.status == 202, "\(answer.text)")
            try await hall.work()
            #expect(try await hall.number("SELECT count(*) FROM bags") == 2)
        }
    }

    @Test("codes that a workbook keeps as numbers are taken as their digits, and counted", arguments: [false, true])
    func numbers(isDryRun: Bool) async throws {
        try await withApp { app in
            let hall = try await ImportHall(app)
            let rows = ["<c r=\"A1\"><v>5000001</v></c>", "<c r=\"A2\"><v>5.000002E6</v></c>"]
            let sheet =
                "<worksheet><sheetData><row>\(rows[0])</row><row>\(rows[1])</row>"
                + "<row><c t=\"inlineStr\"><is><t>SB62001</t></is></c></row></sheetData></worksheet>"
            let book = try HandmadeWorkbook.bytes(xml: [("Mon", sheet)])
            let answer = await hall.send(
                book, ["kind": "packing", "area_code": "lucknow", "dry_run": "\(isDryRun)"], named: "list.xlsx")
            let id = try #require(answer.json["id"]?.string, "\(answer.text)")
            try await hall.work()
            let result = await hall.admin.get("/bags/api/v1/jobs/\(id)").json["result"]
            #expect(result?["warnings"]?["numeric_cells"]?.int64 == 2)
            #expect(result?["rows_ok"]?.int64 == 3)
            let codes: SQL = "SELECT count(*) FROM bags WHERE code IN ('5000001', '5000002')"
            #expect(try await hall.number(codes) == (isDryRun ? 0 : 2))
        }
    }

    @Test(
        "a day that a workbook shows as one is a date of test, and no code kept as a number",
        arguments: TestEngine.available)
    func days(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let hall = try await ImportHall(app)
            let styles = """
                <styleSheet><numFmts count="1"><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy"/></numFmts>
                <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>
                """
            func text(_ text: String) -> String { "<c t=\"inlineStr\"><is><t>\(text)</t></is></c>" }
            let sheet = """
                <worksheet><sheetData><row>\(text("code"))\(text("test_date"))</row>
                <row><c><v>5000001</v></c><c s="1"><v>45689</v></c></row>
                <row>\(text("5000002"))<c s="2"><v>45690</v></c></row>
                <row>\(text("5000003"))<c><v>45691</v></c></row></sheetData></worksheet>
                """
            let book = try HandmadeWorkbook.bytes(xml: [("Mon", sheet)], styles: styles)
            let answer = await hall.send(book, ["kind": "bags", "area_code": "lucknow"], named: "list.xlsx")
            let id = try #require(answer.json["id"]?.string, "\(answer.text)")
            try await hall.work()
            let result = await hall.admin.get("/bags/api/v1/jobs/\(id)").json["result"]
            #expect(result?["rows_ok"]?.int64 == 3, "\(answer.text)")
            // A plain number is no date, and a code that is a number is counted; days are neither.
            #expect(result?["warnings"]?["test_date_unreadable"]?.int64 == 1)
            #expect(result?["warnings"]?["numeric_cells"]?.int64 == 2)
            var dates: [String?] = []
            for code in ["5000001", "5000002", "5000003"] {
                dates.append(await hall.admin.get("/bags/api/v1/bags/\(code)").json["test_date"]?.string)
            }
            #expect(dates == ["2025-02-01", "2025-02-02", nil])
        }
    }
}
