import Testing

@testable import PorticoPages

@Suite struct QRCodeTests {
    private static let uri =
        "otpauth://totp/bags:asha%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=bags&algorithm=SHA1"
        + "&digits=6&period=30"

    @Test(
        "takes the smallest symbol that holds the bytes at level M (ISO/IEC 18004, table 7)",
        arguments: [(1, 21), (14, 21), (15, 25), (26, 25), (27, 29), (62, 33), (63, 37), (2331, 177)])
    func sizes(_ bytes: Int, _ size: Int) throws {
        let code = try #require(QRCode(String(repeating: "a", count: bytes), label: "x"))
        #expect(code.size == size)
    }

    @Test("holds neither nothing nor too much")
    func limits() {
        #expect(QRCode("", label: "x") == nil)
        #expect(QRCode(String(repeating: "a", count: 2332), label: "x") == nil)
    }

    @Test(
        "takes alphanumeric mode where every character allows it (ISO/IEC 18004, table 7)",
        arguments: [(20, 21), (21, 25), (38, 25), (39, 29), (3391, 177)])
    func alphanumeric(_ characters: Int, _ size: Int) throws {
        let code = try #require(QRCode(String(repeating: "A", count: characters), label: "x"))
        #expect(code.size == size)
        #expect(QRCode("SB00001 $%*+-./:", label: "x")?.size == 21)
        #expect(QRCode("SB00001 $%*+-./;", label: "x")?.size == 25)
        #expect(QRCode(String(repeating: "A", count: 3392), label: "x") == nil)
    }

    @Test("is a file of its own with its size in millimetres")
    func file() throws {
        let code = try #require(QRCode("SB00001", label: "SB<1>"))
        let text = String(decoding: code.svgFile(side: 40), as: UTF8.self)
        #expect(
            text.hasPrefix(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40mm\" height=\"40mm\" viewBox=\"0 0 29 29\""))
        #expect(text.contains("<title>SB&lt;1&gt;</title>") && text.contains("d=\"\(code.path)\""))
    }

    @Test("counts bytes, not characters, and takes every character")
    func bytes() throws {
        let text = String(repeating: "ह", count: 5)
        #expect(try #require(QRCode(text, label: "x")).size == 25)
        #expect(QRCode("a\u{0}b", label: "x") != nil)
    }

    @Test("has its three finders, each in a light frame")
    func finders() throws {
        let code = try #require(QRCode(QRCodeTests.uri, label: "x"))
        let finder = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"].map { Array($0) }
        for (left, top) in [(0, 0), (code.size - 7, 0), (0, code.size - 7)] {
            for row in 0..<7 {
                for column in 0..<7 {
                    #expect(code.isDark(column: left + column, row: top + row) == (finder[row][column] == "#"))
                }
            }
        }
        for index in 0..<8 {
            #expect(!code.isDark(column: 7, row: index) && !code.isDark(column: index, row: 7))
            #expect(
                !code.isDark(column: code.size - 8, row: index) && !code.isDark(column: 7, row: code.size - 1 - index))
        }
    }

    @Test("has its timing patterns and its one dark module")
    func timing() throws {
        let code = try #require(QRCode(QRCodeTests.uri, label: "x"))
        for index in 8..<code.size - 8 {
            #expect(code.isDark(column: index, row: 6) == index.isMultiple(of: 2))
            #expect(code.isDark(column: 6, row: index) == index.isMultiple(of: 2))
        }
        #expect(code.isDark(column: 8, row: code.size - 8))
    }

    @Test("says level M in both copies of its format (ISO/IEC 18004 §7.9)")
    func format() throws {
        let code = try #require(QRCode(QRCodeTests.uri, label: "x"))
        // The two highest bits of 15, less the mask 101010000010010: level M is 00.
        let first = [code.isDark(column: 0, row: 8), code.isDark(column: 1, row: 8)]
        let second = [code.isDark(column: 8, row: code.size - 1), code.isDark(column: 8, row: code.size - 2)]
        #expect(first == [true, false] && second == first)
    }

    @Test("draws the same for the same text")
    func deterministic() throws {
        let code = try #require(QRCode(QRCodeTests.uri, label: "x"))
        #expect(code == QRCode(QRCodeTests.uri, label: "x"))
        #expect(code.html == QRCode(QRCodeTests.uri, label: "x")?.html)
        #expect(code != QRCode(QRCodeTests.uri + "1", label: "x"))
    }

    @Test("draws each dark module once, within a quiet zone of four")
    func path() throws {
        let code = try #require(QRCode(QRCodeTests.uri, label: "x"))
        var drawn: Set<[Int]> = []
        var count = 0
        for part in code.path.split(separator: "z") {
            let numbers = part.split { !$0.isNumber }.compactMap { Int($0) }
            try #require(numbers.count == 5)
            let (column, row, width) = (numbers[0], numbers[1], numbers[2])
            #expect(part == "M\(column) \(row)h\(width)v1h-\(width)")
            for offset in 0..<width {
                drawn.insert([column + offset - QRCode.quietZone, row - QRCode.quietZone])
                count += 1
            }
        }
        let dark = (0..<code.size).flatMap { row in
            (0..<code.size).filter { code.isDark(column: $0, row: row) }.map { [$0, row] }
        }
        #expect(drawn == Set(dark) && count == dark.count)
    }

    @Test("is an image with a name, dark on light, with no style that a policy could refuse")
    func markup() throws {
        let code = try #require(QRCode("HELLO", label: "A \"code\""))
        let html = code.html.text
        #expect(
            html.hasPrefix("<svg class=\"qr\" viewBox=\"0 0 29 29\" role=\"img\" aria-label=\"A &quot;code&quot;\""))
        #expect(html.contains("shape-rendering=\"crispEdges\""))
        #expect(html.contains("<rect width=\"29\" height=\"29\" fill=\"#fff\"/><path fill=\"#000\" d=\"M4 4h7v1h-7z"))
        #expect(html.hasSuffix("z\"/></svg>") && html.split(separator: "<path").count == 2)
        #expect(!html.contains("style"))
    }
}
