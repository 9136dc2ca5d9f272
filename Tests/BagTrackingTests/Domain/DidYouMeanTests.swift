import Testing

@testable import BagTracking

@Suite("Rule R42: did you mean")
struct DidYouMeanTests {
    @Test(
        "one slip: replaced, left out, added, swapped",
        arguments: [
            ("SB00001", "SB00002", true), ("SB00001", "SB0001", true), ("SB00001", "SB000011", true),
            ("SB00010", "SB00001", true), ("SB00001", "BS00001", true), ("SB00001", "XSB00001", true),
            ("SB00001", "B00001", true), ("A", "", true), ("AB", "BA", true), ("SB0001Ö", "SB00010", true),
            ("SB00001", "SB00001", false), ("", "", false), ("SB00001", "SB00023", false), ("AB", "", false),
            ("ABC", "CAB", false), ("ABCD", "BADC", false), ("ABCA", "ACBB", false), ("SB00001", "SB001", false),
        ])
    func distance(left: String, right: String, expected: Bool) {
        #expect(DidYouMean.isWithinOne(left, right) == expected)
        #expect(DidYouMean.isWithinOne(right, left) == expected)
    }

    @Test("neighbours are exactly the texts one slip away", arguments: ["", "7", "AB", "SB12", "SB00001"])
    func neighbours(code: String) {
        let found = DidYouMean.neighbours(of: code)
        #expect(found.allSatisfy { DidYouMean.isWithinOne(code, $0) })
        #expect(found.count <= 75 * code.count + 37)
        #expect(!found.contains(code))
    }

    @Test(
        "every neighbour lies in one of the ranges",
        arguments: ["1", "12", "123", "1234", "SB1234", "SB00001", "M444-00012", "ABCDEFGHIJ0123456789"])
    func candidates(code: String) {
        let ranges = DidYouMean.candidatePrefixes(of: code)
        for neighbour in DidYouMean.neighbours(of: code) {
            let isCovered =
                ranges.prefixes.contains { neighbour.hasPrefix($0) }
                || ASCII.reversed(neighbour).hasPrefix(ranges.reversedPrefix)
            #expect(isCovered, "\(neighbour)")
        }
    }

    @Test("cuts where serial numbers differ")
    func cut() {
        let ranges = DidYouMean.candidatePrefixes(of: "SB00123")
        #expect(ranges == DidYouMean.Candidates(prefixes: ["SB00", "SB010"], reversedPrefix: "321"))
        #expect(DidYouMean.candidatePrefixes(of: "SB00001").prefixes == ["SB00"])
    }

    @Test("an unknown code is answered with what may have been meant")
    func refusal() {
        let refusal = Refusal.unknownCode("SB0001", suggestions: ["SB00001", "SB00010"])
        #expect(refusal.status == .notFound)
        #expect(refusal.detail == "SB0001 is not known. Did you mean SB00001, SB00010?")
        #expect(refusal.suggestions == ["SB00001", "SB00010"])
        #expect(Refusal.unknownCode("X", suggestions: []).detail == "X is not known. Scan it again.")
    }
}

@Suite("Rule R46: search")
struct BagSearchTests {
    @Test(
        "a beginning of the normalised code, or a star and an ending",
        arguments: [
            ("sb0", BagSearch.prefix("SB0")), (" M444-", .prefix("M444-")), ("", .prefix("")),
            ("*6586", .suffix("6586")), (" *86 ", .suffix("86")), ("* 6586", .suffix("6586")), ("*ab", .suffix("AB")),
            ("SB*1", .prefix("SB*1")), ("SB%", .prefix("SB%")), ("S_", .prefix("S_")), ("**12", .suffix("*12")),
            ("https://x.example/obj/sb00001", .prefix("SB00001")),
        ])
    func reads(query: String, expected: BagSearch) throws {
        #expect(try BagSearch.parse(query) == expected)
    }

    @Test(
        "refuses endings under two characters and texts that are no codes",
        arguments: [
            ("*", "too_short"), ("*6", "too_short"), ("* 6 ", "too_short"),
            (String(repeating: "x", count: 201), "too_long"),
            ("https://x.example/", "invalid_child_code"),
        ])
    func refuses(query: String, code: String) {
        let problem = #expect(throws: FieldProblem.self) { try BagSearch.parse(query) }
        #expect(problem?.field == "q")
        #expect(problem?.code == code)
    }

    @Test("reads codes backwards as the index stores them")
    func reversed() {
        #expect(ASCII.reversed("SB00012") == "21000BS")
        #expect(ASCII.reversed("") == "")
    }
}
