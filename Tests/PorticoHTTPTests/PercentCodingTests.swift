import Testing

@testable import PorticoHTTP

@Suite struct PercentCodingTests {
    private func pairs(_ text: String) -> [String]? { PercentCoding.pairs(text)?.map { "\($0.name)|\($0.value)" } }

    @Test(
        "pairs are split at bytes, whatever stands beside them",
        arguments: [
            ("a=1&b=2", ["a|1", "b|2"]), ("a", ["a|"]), ("&&a=1&", ["a|1"]), ("a=b=c", ["a|b=c"]),
            ("a=1&\u{301}b=2", ["a|1", "\u{301}b|2"]), ("a=+%2B", ["a| +"]), ("", []), ("a=%2541", ["a|%41"]),
            ("%2561=%252526", ["%61|%2526"]),
        ])
    func split(text: String, expected: [String]) {
        #expect(pairs(text) == expected)
    }

    @Test("broken escapes, bytes that are no text and absurd numbers of pairs are refused")
    func refused() {
        for text in ["a=%", "a=%4", "%zz=1", "a=%ff"] { #expect(pairs(text) == nil, "\(text)") }
        #expect(pairs(String(repeating: "a=b&", count: 2000))?.count == 2000)
        #expect(pairs(String(repeating: "a=b&", count: 2001)) == nil)
    }
}
