import Testing

@testable import BagTracking

@Suite("R22: codes of bills without their case")
struct CaselessTextTests {
    @Test(
        "what people take for the same code has one key",
        arguments: [
            ("LkO 1", "lKo 1"), ("Café", "CAFE\u{301}"), ("caf\u{e9}", "cafe\u{301}"), ("STRASSE 7", "straße 7"),
            ("\u{1E9E}x1", "SSX1"), ("ΟΔΟΣ 5", "οδος 5"), ("ΟΔΟΣ 5", "οδοσ 5"), ("\u{212A}g 1", "kg 1"),
            ("Łódź 3", "ŁÓDŹ 3"), ("İST", "i\u{307}st"), ("ბათუმი", "ᲑᲐᲗᲣᲛᲘ"), ("\u{1E69}12", "s\u{307}\u{323}12"),
        ])
    func same(one: String, other: String) {
        #expect(Array(BillCode.key(one).utf8) == Array(BillCode.key(other).utf8))
    }

    @Test(
        "what is another code has another key",
        arguments: [("Cafe", "Café"), ("ılgaz", "ilgaz"), ("A1", "Ａ1"), ("LKO 1", "LKO 2"), ("मूंग", "मूग")])
    func different(one: String, other: String) {
        #expect(BillCode.key(one) != BillCode.key(other))
    }

    @Test("a key is the key of itself, and no longer than a few times its code")
    func settled() throws {
        for code in ["Straße", "\u{390}\u{1F80}\u{FB03}", "Café 12", String(repeating: "\u{FB03}", count: 50)] {
            let key = BillCode.key(code)
            #expect(BillCode.key(key) == key)
            #expect(key.utf8.count <= 12 * BillCode.length.upperBound)
        }
        let endless = "A" + String(repeating: "\u{301}", count: 100_000)
        #expect(BillCode.key(endless).unicodeScalars.count <= 3 * 4 * BillCode.length.upperBound)
    }

    @Test("the key of a beginning is a beginning of the key")
    func prefixes() {
        #expect(BillCode.key("ΟΔΟΣ 5").hasPrefix(BillCode.key("ΟΔΟΣ")))
        #expect(BillCode.key("Straße 7").hasPrefix(BillCode.key("STRASS")))
    }
}
