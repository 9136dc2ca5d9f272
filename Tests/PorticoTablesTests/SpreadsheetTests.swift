import Foundation
import PorticoTables
import Testing

@Suite("Workbooks")
struct SpreadsheetTests {
    private static let texts = [
        "plain", "a & b < c > d", " spaced ", "line\nline", "tab\tcr\r", "_x0041_", "\u{1}\u{1F}", "ünï🙂", "=1+1",
        "\u{FFFE}", "_x", "0012345",
    ]

    private static func workbook(
        rows: Int, perSheet: Int = XLSXWriter.mostRows, _ row: (inout XLSXWriter, Int) throws -> Void
    ) throws -> [UInt8] {
        var writer = try XLSXWriter(name: "bags", columns: ["code", "n", "note"], rowsPerSheet: perSheet)
        var bytes: [UInt8] = []
        for number in 0..<rows {
            try row(&writer, number)
            try writer.endRow()
            if writer.waiting > 1000 { bytes += writer.take() }
        }
        try writer.finish()
        return bytes + writer.take()
    }

    private static func sample() throws -> [UInt8] {
        try workbook(rows: texts.count) { writer, number in
            try writer.text(texts[number])
            try writer.number(Int64(number) * -1_000_000)
            try writer.null()
        }
    }

    private static func rows(_ bytes: [UInt8]) throws -> [TableRow] {
        let reader = try TableFile(MemorySource(bytes)).reader()
        var rows: [TableRow] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    @Test("what is written is read again")
    func roundTrip() throws {
        let bytes = try SpreadsheetTests.sample()
        #expect(try TableFile(MemorySource(bytes)).kind == .xlsx)
        let rows = try SpreadsheetTests.rows(bytes)
        #expect(
            rows.first
                == TableRow(
                    sheet: "bags 1", number: 1, cells: [TableCell("code"), TableCell("n"), TableCell("note")]))
        let expected = SpreadsheetTests.texts.map { $0 == "\u{FFFE}" ? "\u{FFFD}" : $0 }
        #expect(rows.dropFirst().map { $0[0] } == expected)
        #expect(rows.dropFirst().map { $0[1] }.last == "-11000000")
        #expect(rows.dropFirst().allSatisfy { $0.cells[1].isNumber && !$0.cells[0].isNumber })
        #expect(rows.map(\.number) == Array(1...(SpreadsheetTests.texts.count + 1)))
    }

    @Test("a sheet that is full is followed by another with its own header")
    func manySheets() throws {
        let bytes = try SpreadsheetTests.workbook(rows: 7, perSheet: 3) { try $0.number(Int64($1)) }
        let rows = try SpreadsheetTests.rows(bytes)
        #expect(
            rows.map(\.sheet) == Array(repeating: "bags 1", count: 4) + Array(repeating: "bags 2", count: 4)
                + ["bags 3", "bags 3"])
        #expect(rows.filter { $0[0] == "code" }.map(\.number) == [1, 1, 1])
        #expect(rows.filter { $0[0] != "code" }.map { $0[0] } == (0..<7).map(String.init))
    }

    @Test("an empty table is a sheet with a header")
    func empty() throws {
        let rows = try SpreadsheetTests.rows(try SpreadsheetTests.workbook(rows: 0) { _, _ in })
        #expect(rows.map { $0[0] } == ["code"])
    }

    @Test("a workbook that is cut off anywhere is an error, never a crash or a short table")
    func truncation() throws {
        let bytes = try SpreadsheetTests.sample()
        for count in stride(from: 4, to: bytes.count - 1, by: 7) {
            #expect(throws: TableError.self) { try SpreadsheetTests.rows(Array(bytes.prefix(count))) }
        }
    }

    @Test("a workbook with a changed byte is an error or reads something, never a crash")
    func damage() throws {
        let bytes = try SpreadsheetTests.sample()
        for index in stride(from: 0, to: bytes.count, by: 11) {
            var damaged = bytes
            damaged[index] ^= 0x55
            _ = try? SpreadsheetTests.rows(damaged)
        }
    }

    @Test("a workbook that says it would become 200 times its size is refused before it is unpacked")
    func bomb() throws {
        var bytes = try SpreadsheetTests.sample()
        let entries = bytes.indices.dropLast(46).filter {
            bytes[$0..<($0 + 4)].elementsEqual([0x50, 0x4B, 0x01, 0x02])
        }
        // The unpacked size of the last entry in the directory.
        let size = try #require(entries.last) + 24
        bytes.replaceSubrange(size..<(size + 4), with: [0, 0, 0, 0x10])
        let error = #expect(throws: TableError.self) { try TableFile(MemorySource(bytes)) }
        #expect(error?.code == .tooDense)
    }

    @Test(
        "other files are refused by their content",
        arguments: [
            [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], [0xFF, 0xFE, 0x41, 0x00], [0x89, 0x50, 0x4E, 0x47, 0, 0],
            [], [0x25, 0x50, 0x44, 0x46, 0xE2, 0xE3, 0xCF, 0xD3],
        ])
    func otherFiles(_ bytes: [UInt8]) {
        let error = #expect(throws: TableError.self) { try TableFile(MemorySource(bytes)) }
        #expect(error?.code == .unsupported)
    }

    @Test("text is taken for separated values, whatever its name")
    func text() throws {
        #expect(try TableFile(MemorySource(Array("code\nSB00001".utf8))).kind == .csv)
    }
}
