import Testing

@testable import BagTracking

@Suite("Rule R1: normalisation")
struct ScannedTextTests {
    @Test(
        "removes invisible characters, white space at the ends and one symbology identifier, and makes capitals",
        arguments: [
            ("SB00001", "SB00001"),
            ("sb00001", "SB00001"),
            ("  SB00001\r\n", "SB00001"),
            ("\u{FEFF}SB\u{200B}00\u{200C}0\u{200D}0\u{2060}1", "SB00001"),
            ("\u{1D}SB\u{0}000\u{7F}\u{85}01", "SB00001"),
            ("\u{A0}SB00001\u{3000}", "SB00001"),
            ("]Q1SB00001", "SB00001"),
            ("]C1SB00001", "SB00001"),
            ("]d2SB00001", "SB00001"),
            (" \u{200B}]d2\u{1D}sb00001 ", "SB00001"),
            ("]Q1]Q1SB00001", "]Q1SB00001"),
            ("]1QSB00001", "]1QSB00001"),
            ("]Q-SB00001", "]Q-SB00001"),
            ("]Q", "]Q"),
            ("a\tb\nc\rd", "A\tB\nC\rD"),
            ("straße é", "STRAßE é"),
            ("", ""),
            (" \u{200B} ", ""),
        ])
    func normalises(raw: String, expected: String) throws {
        #expect(try ScannedText.normalise(raw) == expected)
    }

    @Test(
        "takes the code out of an object address",
        arguments: [
            ("https://bags.example/bags/id/obj/SB00001", "SB00001"),
            ("http://bags.example/bags/id/obj/sb00001", "SB00001"),
            ("HTTPS://BAGS.EXAMPLE:8443/OBJ/M444-00001", "M444-00001"),
            ("https://bags.example/obj/SB00001/", "SB00001"),
            ("https://bags.example/obj/SB00001?from=label#top", "SB00001"),
            ("https://bags.example/obj/M444%2D00001", "M444-00001"),
            ("https://bags.example/obj/SB%E2%80%8B00001%20", "SB00001"),
            ("https://id.gs1.org/00/106141412345678908", "106141412345678908"),
            ("https://id.gs1.org/00/106141412345678908?linkType=all", "106141412345678908"),
            ("]Q1https://bags.example/obj/SB00001", "SB00001"),
        ])
    func resolvesLinks(raw: String, expected: String) throws {
        #expect(try ScannedText.normalise(raw) == expected)
    }

    @Test(
        "refuses every other address",
        arguments: [
            "https://bags.example/", "https://bags.example", "https://", "http://", "https:///obj/SB00001",
            "https://bags.example/SB00001", "https://bags.example/bt/12", "https://bags.example/obj/",
            "https://bags.example/obj/SB00001/more", "https://bags.example/?x=/obj/SB00001",
            "https://bags.example/obj/SB%0", "https://bags.example/obj/%FF%FE", "https://bags.example/obj/%ZZ1",
        ])
    func refusesLinks(raw: String) {
        #expect(errorCode { () throws(CodeError) in _ = try ScannedText.normalise(raw) } == "invalid_child_code")
        #expect(parentError(raw)?.code == "invalid_parent_code")
    }

    @Test(
        "refuses a Digital Link without an SSCC",
        arguments: ["https://id.gs1.org/00/12345", "https://id.gs1.org/00/1061414123456789AB"])
    func refusesDigitalLink(raw: String) {
        #expect(errorCode { () throws(CodeError) in _ = try ScannedText.normalise(raw) } == "invalid_sscc")
    }

    @Test("leaves other schemes alone")
    func otherSchemes() throws {
        #expect(try ScannedText.normalise("ftp://x/obj/SB00001") == "FTP://X/OBJ/SB00001")
        #expect(try ScannedText.normalise("httpx") == "HTTPX")
    }

    @Test("takes 200 characters and refuses 201, counted without what is dropped")
    func length() throws {
        let longest = String(repeating: "a", count: 200)
        #expect(try ScannedText.normalise(longest).count == 200)
        #expect(try ScannedText.normalise(" ]Q1\(longest)\u{200B}\n").count == 200)
        #expect(try ScannedText.normalise(String(repeating: "ä", count: 200)).count == 200)
        for text in ["A" + longest, String(repeating: "🌾", count: 201), String(repeating: "'", count: 10_000)] {
            #expect(errorCode { () throws(CodeError) in _ = try ScannedText.normalise(text) } == "too_long")
        }
    }

    @Test("keeps of any text what a scan's row can hold")
    func recorded() {
        #expect(ScannedText.recorded(" sb00001 ") == "SB00001")
        #expect(ScannedText.recorded("https://x.example/y\u{0}") == "https://x.example/y")
        #expect(ScannedText.recorded(String(repeating: "x", count: 10_000)).unicodeScalars.count == 200)
    }
}
