import PorticoTables
import Testing

@Suite("Separated values")
struct CSVTests {
    private func rows(_ text: String) throws -> [[String]] {
        try rows(Array(text.utf8))
    }

    private func rows(_ bytes: [UInt8]) throws -> [[String]] {
        let reader = try CSVReader(MemorySource(bytes))
        var rows: [[String]] = []
        while let row = try reader.next() {
            #expect(row.number == rows.count + 1)
            #expect(row.sheet == nil)
            rows.append(row.cells.map(\.text))
        }
        return rows
    }

    @Test("lines end with CRLF, LF or CR, and the last one need not end")
    func lineEnds() throws {
        #expect(try rows("a,b\r\nc,d\ne,f\rg,h") == [["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"]])
        #expect(try rows("a\n") == [["a"]])
        #expect(try rows("a\n\nb\n") == [["a"], [""], ["b"]])
    }

    @Test("quotes keep separators, line ends and quotes")
    func quotes() throws {
        #expect(try rows("\"a,\"\"b\"\"\n c\",d\r\n") == [["a,\"b\"\n c", "d"]])
        #expect(try rows("5\" pipe,x") == [["5\" pipe", "x"]])
    }

    @Test("a byte-order mark is no part of the first cell")
    func mark() throws {
        #expect(try rows([0xEF, 0xBB, 0xBF] + Array("code\nSB00001".utf8)) == [["code"], ["SB00001"]])
    }

    @Test("the separator is found out", arguments: [",", ";", "\t"])
    func separators(_ separator: String) throws {
        #expect(try rows("code\(separator)lot\nA\(separator)\"x,y;z\"") == [["code", "lot"], ["A", "x,y;z"]])
    }

    @Test("fields longer than a buffer come whole")
    func longFields() throws {
        let long = String(repeating: "ü", count: 100_000)
        #expect(try rows("a,\(long)\n\"\(long)\",b") == [["a", long], [long, "b"]])
    }

    @Test("a quote that does not end, and bytes that are no UTF-8, are told with their row")
    func damage() throws {
        #expect(throws: TableError(.damaged, "Row 2 begins a quoted field that does not end.")) {
            try rows("a\n\"b\nc")
        }
        #expect(throws: TableError(.damaged, "Row 2 is not UTF-8. Save the file as “CSV UTF-8”.")) {
            try rows(Array("a\n".utf8) + [0xFF, 0x41])
        }
        #expect(throws: TableError.self) { try rows("\"" + String(repeating: "a", count: 2_000_000)) }
    }

    @Test("what is written is read again, and formulas are made harmless")
    func roundTrip() throws {
        var writer = CSVWriter(columns: ["code", "n"])
        let texts = [
            "plain", "a,b", "q\"q", "line\nline", "ünïcode", "", "=1+1", "+1", "-1", "@x", "\tx", "\rx", "1;2",
        ]
        for text in texts {
            try writer.text(text)
            writer.number(-5)
            writer.endRow()
        }
        writer.null()
        writer.endRow()
        let bytes = writer.take()
        #expect(bytes.starts(with: [0xEF, 0xBB, 0xBF]))
        #expect(String(decoding: bytes.suffix(3), as: UTF8.self) == ",\r\n")
        let read = try rows(bytes)
        #expect(read.first == ["code", "n"])
        let expected = texts.map { ["=", "+", "-", "@", "\t", "\r"].contains($0.prefix(1)) ? "'" + $0 : $0 }
        #expect(read.dropFirst().dropLast().map { $0[0] } == expected)
        #expect(read.dropFirst().dropLast().allSatisfy { $0[1] == "-5" })
        #expect(read.last == ["", ""])
    }
}
