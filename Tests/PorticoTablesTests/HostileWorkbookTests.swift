import PorticoValues
import Testing

@testable import PorticoTables

@Suite("Workbooks that are made to do harm")
struct HostileWorkbookTests {
    private static let namespace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    /// A workbook of one sheet, where nothing else is said.
    private static func workbook(
        sheets: String = "<sheet name=\"a\" id=\"r1\"/>",
        relations: String = relation("r1", "worksheet", "s.xml") + relation("r2", "sharedStrings", "t.xml"),
        sheet: String = "<worksheet/>", strings: String = "<sst/>", doctype: String = "", further: Int = 0
    ) throws -> [UInt8] {
        let zip = try ZipWriter()
        let parts: [(String, String)] = [
            ("_rels/.rels", relationships(relation("r", "officeDocument", "xl/workbook.xml"))),
            ("xl/workbook.xml", "\(doctype)<workbook><sheets>\(sheets)</sheets></workbook>"),
            ("xl/_rels/workbook.xml.rels", relationships(relations)), ("xl/s.xml", sheet), ("xl/t.xml", strings),
        ]
        for (name, text) in parts + (0..<further).map({ ("x/\($0)", "") }) {
            zip.begin(name)
            try zip.append { $0 += Array(text.utf8) }
            try zip.end()
        }
        try zip.finish()
        return zip.take()
    }

    private static func relation(_ id: String, _ kind: String, _ target: String) -> String {
        "<Relationship Id=\"\(id)\" Type=\"\(namespace)/\(kind)\" Target=\"\(target)\"/>"
    }

    private static func relationships(_ relations: String) -> String { "<Relationships>\(relations)</Relationships>" }

    private static func rows(_ bytes: [UInt8]) throws -> [TableRow] {
        let reader = try XLSXReader(MemorySource(bytes))
        var rows: [TableRow] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    /// Text that packs badly, so that it is the limit under test that refuses and not the ratio of sizes.
    private static func noise(_ count: Int) -> String {
        var state: UInt64 = 88_172_645_463_325_252
        var text = ""
        for _ in 0..<count {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            text.unicodeScalars.append(Unicode.Scalar(UInt8(0x61 + state % 26)))
        }
        return text
    }

    private static func row(_ cells: String) -> String {
        "<worksheet><sheetData><row>\(cells)</row></sheetData></worksheet>"
    }

    @Test("a workbook by hand is read")
    func sound() throws {
        let cells = "<c t=\"s\"><v>0</v></c><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c>"
        let bytes = try HostileWorkbookTests.workbook(
            sheet: HostileWorkbookTests.row(cells), strings: "<sst><si><t>x</t></si><si><t>y</t></si></sst>")
        #expect(try HostileWorkbookTests.rows(bytes).first?.cells.map(\.text) == ["x", "x", "y"])
    }

    @Test("elements within elements are refused below the 64th level")
    func depth() throws {
        for (depth, isFine) in [(63, true), (64, false), (5000, false)] {
            let noise = HostileWorkbookTests.noise(depth)
            let inner =
                String(repeating: "<a>", count: depth) + "<!--\(noise)-->" + String(repeating: "</a>", count: depth)
            let bytes = try HostileWorkbookTests.workbook(sheet: "<worksheet>\(inner)</worksheet>")
            if isFine {
                #expect(try HostileWorkbookTests.rows(bytes).isEmpty)
            } else {
                let error = #expect(throws: TableError.self) { try HostileWorkbookTests.rows(bytes) }
                #expect(error?.detail.contains("nested") == true)
            }
        }
    }

    @Test(
        "a document type is refused in every part, with what it declares",
        arguments: [
            "<!DOCTYPE x>", "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>",
            "<!DOCTYPE x SYSTEM \"http://127.0.0.1/x.dtd\">", "<!DOCTYPE x [<!ENTITY % a \"b\"> %a;]>",
            "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">\(laughs)]>",
        ])
    func documentTypes(doctype: String) throws {
        let entity = doctype.contains("ENTITY a ") ? "&a;" : "x"
        let sheet = HostileWorkbookTests.row("<c t=\"inlineStr\"><is><t>\(entity)</t></is></c>")
        let strings = "<sst><si><t>\(entity)</t></si></sst>"
        for bytes in [
            try HostileWorkbookTests.workbook(sheet: doctype + sheet),
            try HostileWorkbookTests.workbook(
                sheet: HostileWorkbookTests.row("<c t=\"s\"><v>0</v></c>"), strings: doctype + strings),
            try HostileWorkbookTests.workbook(doctype: doctype),
        ] {
            let error = #expect(throws: TableError.self) { _ = try HostileWorkbookTests.rows(bytes) }
            #expect(error?.code == .damaged)
        }
    }

    /// Ten entities, each of ten of the one before.
    private static let laughs = zip("abcdefghi", "bcdefghij").map { before, next in
        "<!ENTITY \(next) \"\(String(repeating: "&\(before);", count: 10))\">"
    }.joined()

    @Test("an entity that is declared nowhere is refused")
    func undeclared() throws {
        let bytes = try HostileWorkbookTests.workbook(sheet: HostileWorkbookTests.row("<c><v>&a;</v></c>"))
        let error = #expect(throws: TableError.self) { _ = try HostileWorkbookTests.rows(bytes) }
        #expect(error?.code == .damaged)
    }

    @Test("more than 10,000 entries of an archive are refused")
    func entries() throws {
        // Five of them are the workbook.
        #expect(try HostileWorkbookTests.rows(HostileWorkbookTests.workbook(further: 9995)).isEmpty)
        let bytes = try HostileWorkbookTests.workbook(further: 9996)
        let error = #expect(throws: TableError.self) { _ = try HostileWorkbookTests.rows(bytes) }
        #expect(error?.code == .damaged)
    }

    @Test("an archive that says it would become more than 1 GiB is refused, however large it is")
    func unpackedSize() throws {
        let zip = try ZipWriter()
        zip.begin("noise")
        // So large that 200 times its size is more than 1 GiB.
        let noise = randomBytes(6 << 20)
        try zip.append { $0 += noise }
        try zip.end()
        try zip.finish()
        var bytes = zip.take()
        // The end record names the place of the directory, whose entry has the size after 24 bytes.
        let place = (0..<4).reduce(0) { $0 | Int(bytes[bytes.count - 6 + $1]) << (8 * $1) }
        func say(_ size: Int) {
            for byte in 0..<4 { bytes[place + 24 + byte] = UInt8(truncatingIfNeeded: size >> (8 * byte)) }
        }
        say(1 << 30)
        #expect(try ZipDirectory(MemorySource(bytes)).entries.map(\.unpacked) == [1 << 30])
        say((1 << 30) + 1)
        let error = #expect(throws: TableError.self) { _ = try ZipDirectory(MemorySource(bytes)) }
        #expect(error?.code == .tooDense)
    }

    @Test("a tag without an end is refused after a mebibyte")
    func token() throws {
        let noise = HostileWorkbookTests.noise(2 << 20)
        for sheet in ["<worksheet><a b=\"\(noise)\"/></worksheet>", "<!--\(noise)--><worksheet/>"] {
            let bytes = try HostileWorkbookTests.workbook(sheet: sheet)
            let error = #expect(throws: TableError.self) { try HostileWorkbookTests.rows(bytes) }
            #expect(error?.detail.contains("mebibyte") == true)
        }
    }

    @Test("a long sheet of short tags is no long tag")
    func manyTokens() throws {
        let cell = "<c t=\"inlineStr\"><is><t>\(HostileWorkbookTests.noise(30_000))</t></is></c>"
        let bytes = try HostileWorkbookTests.workbook(
            sheet: HostileWorkbookTests.row(String(repeating: cell, count: 100)))
        #expect(try HostileWorkbookTests.rows(bytes).first?.cells.count == 100)
    }

    @Test("more than 1000 sheets, 10,000 parts and 255 characters of a name are refused")
    func counts() throws {
        let sheets = (0...1000).map { "<sheet name=\"s\($0)\" id=\"r1\"/>" }.joined()
        let relations = (0...10_000).map {
            HostileWorkbookTests.relation("r\($0)", "worksheet", HostileWorkbookTests.noise(4))
        }.joined()
        let long = "<sheet name=\"\(HostileWorkbookTests.noise(256))\" id=\"r1\"/>"
        #expect(throws: TableError.self) { try Workbook(MemorySource(try HostileWorkbookTests.workbook(sheets: long))) }
        for bytes in [
            try HostileWorkbookTests.workbook(sheets: sheets), try HostileWorkbookTests.workbook(relations: relations),
        ] {
            let error = #expect(throws: TableError.self) { try Workbook(MemorySource(bytes)) }
            #expect(error?.code == .tooDense)
        }
    }

    @Test("two sheets that are one entry are refused")
    func sameEntry() throws {
        let bytes = try HostileWorkbookTests.workbook(
            sheets: "<sheet name=\"a\" id=\"r1\"/><sheet name=\"b\" id=\"r3\"/>",
            relations: HostileWorkbookTests.relation("r1", "worksheet", "s.xml")
                + HostileWorkbookTests.relation("r3", "worksheet", "./s.xml"))
        let error = #expect(throws: TableError.self) { try Workbook(MemorySource(bytes)) }
        #expect(error?.code == .damaged)
    }

    @Test("a cell of more than 32,767 characters is refused, wherever its text stands")
    func longCells() throws {
        for (count, isFine) in [(32_767, true), (32_768, false)] {
            let noise = HostileWorkbookTests.noise(count)
            let inline = HostileWorkbookTests.row("<c t=\"inlineStr\"><is><t>\(noise)</t></is></c>")
            let books = [
                try HostileWorkbookTests.workbook(sheet: inline),
                try HostileWorkbookTests.workbook(
                    sheet: HostileWorkbookTests.row("<c t=\"s\"><v>0</v></c>"),
                    strings: "<sst><si><t>\(noise)</t></si></sst>"),
            ]
            for bytes in books {
                if isFine {
                    #expect(try HostileWorkbookTests.rows(bytes).first?[0].count == count)
                } else {
                    #expect(throws: TableError.self) { try HostileWorkbookTests.rows(bytes) }
                }
            }
        }
    }
}
