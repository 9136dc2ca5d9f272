import Testing

@testable import PorticoPages

@Suite struct PDFDocumentTests {
    private func document(pages: Int = 2) throws -> [UInt8] {
        var document = PDFDocument(title: "Labels (1)")
        for index in 0..<pages {
            var page = PDFPage(width: 210, height: 297)
            page.draw("Sack (\(index)) \\ é", left: 10, baseline: 20, size: 14, font: .bold)
            page.draw(try #require(QRCode("SB0000\(index)", label: "x")), left: 0, top: 0, side: 29)
            document.add(page)
        }
        return document.bytes
    }

    @Test("every entry of the table of references points at its object, and has 20 bytes (PDF 1.4 §3.4.3)")
    func references() throws {
        let bytes = try document(pages: 3)
        let text = String(decoding: bytes.map { $0 < 0x80 ? $0 : 0x3F }, as: UTF8.self)
        let start = try #require(text.firstMatch(of: /startxref\n(\d+)\n%%EOF\n$/).flatMap { Int($0.1) })
        let table = String(decoding: bytes[start...], as: UTF8.self)
        let count = try #require(table.firstMatch(of: /^xref\n0 (\d+)\n/).flatMap { Int($0.1) })
        let entries = table.split(separator: "\n").dropFirst(2).prefix(count)
        #expect(entries.count == 6 + 2 * 3 + 1 && entries.first == "0000000000 65535 f ")
        for (number, entry) in entries.enumerated() {
            #expect(entry.utf8.count == 19)
            guard number > 0, let offset = Int(entry.prefix(10)) else { continue }
            #expect(String(decoding: bytes[offset...].prefix(20), as: UTF8.self).hasPrefix("\(number) 0 obj\n"))
        }
        #expect(table.contains("/Size \(count)/"))
    }

    @Test("is PDF 1.4 with the right number of pages of the right size, the same each time")
    func head() throws {
        let bytes = try document()
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix("%PDF-1.4\n"))
        #expect(text.contains("/Count 2/Kids[7 0 R 9 0 R]") && text.contains("/MediaBox[0 0 595.276 841.89]"))
        #expect(try bytes == document())
    }

    @Test("escapes what would end a text, and says how long a stream is")
    func content() throws {
        let bytes = try document(pages: 1)
        let text = String(decoding: bytes.map { $0 < 0x80 ? $0 : 0x3F }, as: UTF8.self)
        #expect(text.contains(#"(Sack \(0\) \\ ?) Tj"#))
        #expect(bytes.contains(0xE9))
        let parts = try #require(text.firstMatch(of: /<<\/Length (\d+)>>\nstream\n/))
        let length = try #require(Int(parts.1))
        let begin = text.utf8.distance(from: text.utf8.startIndex, to: parts.range.upperBound)
        #expect(String(decoding: bytes[(begin + length)...].prefix(11), as: UTF8.self) == "\nendstream\n")
    }

    @Test("draws each dark module of a QR code once")
    func square() throws {
        let code = try #require(QRCode("SB00000", label: "x"))
        var page = PDFPage(width: 29, height: 29)
        page.draw(code, left: 0, top: 0, side: 29)
        var drawn: Set<[Int]> = []
        for line in String(decoding: page.content, as: UTF8.self).split(separator: "\n") where line.hasSuffix(" re") {
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            for offset in 0..<numbers[2] { drawn.insert([numbers[0] + offset - 4, 28 - numbers[1] - 4]) }
        }
        let dark = (0..<21).flatMap { row in (0..<21).filter { code.isDark(column: $0, row: row) }.map { [$0, row] } }
        #expect(drawn == Set(dark))
    }

    @Test(
        "writes numbers without exponents",
        arguments: [(0, "0"), (1, "1"), (-2.5, "-2.5"), (0.0004, "0"), (0.05, "0.05"), (595.27559, "595.276")])
    func numbers(value: Double, text: String) {
        #expect(PDFPage.number(value) == text)
    }

    @Test("cuts what is too wide and knows what it can draw")
    func fonts() {
        #expect(PDFFont.regular.fitting("Mustard", width: 100, size: 10) == "Mustard")
        let cut = PDFFont.regular.fitting("Mustard of the northern plains", width: 60, size: 10)
        #expect(cut.hasSuffix("...") && PDFFont.regular.width(of: cut, size: 10) <= 60)
        #expect(PDFFont.draws("Café – “1”") && !PDFFont.draws("सरसों"))
        #expect(PDFFont.bold.width(of: "SB00001", size: 1000) == 667 + 722 + 5 * 556)
    }
}
