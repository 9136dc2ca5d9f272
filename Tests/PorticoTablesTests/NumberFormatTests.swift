import Testing

@testable import PorticoTables

@Suite("Days and times of workbooks")
struct NumberFormatTests {
    /// A workbook of one row, whose cells have the formats of these codes, or built-in ones by their numbers.
    private static func cells(
        _ numbers: [(value: String, format: String)], isLater: Bool = false
    ) throws -> [TableCell] {
        let custom = numbers.enumerated().filter { Int($1.format) == nil }.map {
            "<numFmt numFmtId=\"\(164 + $0)\" formatCode=\"\($1.format.replacing("\"", with: "&quot;"))\"/>"
        }
        let formats = numbers.enumerated().map { "<xf numFmtId=\"\(Int($1.format) ?? 164 + $0)\"/>" }
        let cells = numbers.enumerated().map { "<c s=\"\($0 + 1)\"><v>\($1.value)</v></c>" }
        let parts = [
            ("_rels/.rels", relations([("r", "officeDocument", "xl/workbook.xml")])),
            (
                "xl/workbook.xml",
                "<workbook><workbookPr date1904=\"\(isLater ? 1 : 0)\"/><sheets><sheet name=\"a\" id=\"r1\"/></sheets></workbook>"
            ),
            ("xl/_rels/workbook.xml.rels", relations([("r1", "worksheet", "s.xml"), ("r2", "styles", "f.xml")])),
            (
                "xl/f.xml",
                "<styleSheet><numFmts>\(custom.joined())</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
                    + "<cellXfs><xf numFmtId=\"0\"/>\(formats.joined())</cellXfs></styleSheet>"
            ),
            ("xl/s.xml", "<worksheet><sheetData><row>\(cells.joined())</row></sheetData></worksheet>"),
        ]
        let zip = try ZipWriter()
        for (name, text) in parts {
            zip.begin(name)
            try zip.append { $0 += Array(text.utf8) }
            try zip.end()
        }
        try zip.finish()
        return try XLSXReader(MemorySource(zip.take())).next()?.cells ?? []
    }

    private static func relations(_ all: [(id: String, kind: String, target: String)]) -> String {
        let namespace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        let parts = all.map {
            "<Relationship Id=\"\($0.id)\" Type=\"\(namespace)/\($0.kind)\" Target=\"\($0.target)\"/>"
        }
        return "<Relationships>\(parts.joined())</Relationships>"
    }

    @Test("numbers that are shown as days are days, others stay numbers")
    func reading() throws {
        let cells = try NumberFormatTests.cells([
            ("45689", "14"), ("45689", "0"), ("45689.5729166667", "22"), ("0.5729166667", "20"), ("1.25", "46"),
            ("45689", "dd/mm/yyyy"), ("45689", "\"day\" 0"), ("45689.25", "d-mmm-yy"), ("5000001", "0000000"),
        ])
        #expect(
            cells == [
                TableCell("2025-02-01"), TableCell("45689", isNumber: true), TableCell("2025-02-01T13:45:00"),
                TableCell("13:45:00"), TableCell("30:00:00"), TableCell("2025-02-01"),
                TableCell("45689", isNumber: true), TableCell("2025-02-01"), TableCell("5000001", isNumber: true),
            ])
    }

    @Test(
        "days are counted as spreadsheets count them",
        arguments: [
            ("1", "1900-01-01"), ("59", "1900-02-28"), ("60", "60"), ("61", "1900-03-01"), ("25569", "1970-01-01"),
            ("36585", "2000-02-29"), ("2958465", "9999-12-31"), ("2958466", "2958466"), ("0", "0"), ("-1", "-1"),
            ("1E300", "1" + String(repeating: "0", count: 300)),
        ])
    func days(number: String, text: String) throws {
        let cell = try #require(try NumberFormatTests.cells([(number, "14")]).first)
        #expect(cell.text == text)
        #expect(cell.isNumber == (cell.text == number || number == "1E300"))
    }

    @Test("or from 1904 on, where the workbook says so")
    func later() throws {
        let cells = try NumberFormatTests.cells([("0", "14"), ("24107", "14"), ("2957003", "14")], isLater: true)
        #expect(cells.map(\.text) == ["1904-01-01", "1970-01-01", "9999-12-31"])
    }

    @Test(
        "the letters of a format tell what it shows",
        arguments: [
            ("yyyy-mm-dd", .day), ("DD.MM.YY", .day), ("mmm-yy", .day), ("mmmm", .day), ("[$-409]d-mmm-yy;@", .day),
            ("[$-F800]dddd, mmmm dd, yyyy", .day), ("d/m/yyyy h:mm", .moment), ("h:mm AM/PM", .time), ("mm:ss", .time),
            ("[h]:mm:ss", .duration), ("[mm]:ss", .duration), ("dd\\ mm\\ yyyy", .day), ("General", nil), ("0.00", nil),
            ("#,##0;[Red]-#,##0", nil), ("0.00E+00", nil), ("0 \"days\"", nil), ("0\\d", nil), ("0_d", nil),
            ("*d0", nil), ("@", nil), ("[$€-407] #,##0", nil), ("0;d", nil), ("\"unclosed d", nil), ("[h", .duration),
            ("", nil),
        ] as [(String, NumberFormats.Kind?)])
    func letters(code: String, kind: NumberFormats.Kind?) {
        #expect(NumberFormats.kind(of: code) == kind)
    }

    @Test("the formats that are there without being named")
    func builtIn() {
        let days = (0...163).filter { NumberFormats.builtIn($0) != nil }
        #expect(days == Array(14...22) + [45, 46, 47])
    }

    @Test("a day that is kept as text loses the midnight beside it, and nothing else")
    func texts() throws {
        let sheet = ["2025-02-01T00:00:00", "2025-02-01T00:00:00.000Z", "2025-02-01", "2025-02-01T08:00:00"]
            .map { "<c t=\"d\"><v>\($0)</v></c>" }
        let reader = SheetReader(
            sheet: "a", strings: try SharedStrings(nil, of: MemorySource([])),
            formats: try NumberFormats(nil, of: MemorySource([]), startsIn1904: false))
        let xml = try XMLReader(reader)
        try xml.take(
            Array("<worksheet><sheetData><row>\(sheet.joined())</row></sheetData></worksheet>".utf8), isLast: true)
        #expect(
            reader.takeRow()?.cells.map(\.text) == [
                "2025-02-01", "2025-02-01", "2025-02-01", "2025-02-01T08:00:00",
            ])
    }
}
