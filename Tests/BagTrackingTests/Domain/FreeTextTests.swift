import Testing

@testable import BagTracking

@Suite struct FreeTextTests {
    @Test(
        "text that people write is kept as it was sent, but for white space at its ends",
        arguments: [
            "\u{915}\u{94D}\u{200D}\u{937}", "👨‍🌾", "a\u{1}b", "O’Brien & Söhne <b>", "inner  spaces",
        ])
    func kept(text: String) {
        #expect(FreeText.trimmed(" \t\(text)\n") == text)
        #expect(BillHeader.tidied(text) == text)
    }

    @Test("white space alone is nothing")
    func blank() {
        #expect(FreeText.trimmed(" \u{A0}\n").isEmpty)
    }
}
