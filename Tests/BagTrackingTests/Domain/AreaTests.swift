import Testing

@testable import BagTracking

@Suite("Rule R9: areas")
struct AreaTests {
    @Test("has the ten built-in areas, all sound")
    func builtIn() {
        #expect(
            Area.builtIn.map(\.code) == [
                "lucknow", "indore", "jaipur", "hisar", "sri_ganganagar", "sangaria", "bathinda", "raipur", "ranchi",
                "akola",
            ])
        #expect(Area.builtIn.allSatisfy { $0.problems.isEmpty && $0.isActive })
        #expect(Area.builtIn[4].name == "Sri Ganganagar")
    }

    @Test(
        "judges codes",
        arguments: [
            ("ab", true), ("a0_", true), ("a" + String(repeating: "z", count: 29), true),
            ("a" + String(repeating: "z", count: 30), false), ("a", false), ("", false), ("_a", false), ("0a", false),
            ("Lucknow", false), ("sri-ganganagar", false), ("ä1", false),
        ])
    func codes(code: String, expected: Bool) {
        #expect(AreaCode.isValid(code) == expected)
        #expect(Area(code: code, name: "X").problems.isEmpty == expected)
    }

    @Test("names of one area have 1 to 60 characters")
    func names() {
        #expect(Area(code: "ab", name: " ").problems.map(\.code) == ["too_short"])
        #expect(Area(code: "ab", name: String(repeating: "x", count: 61)).problems.map(\.code) == ["too_long"])
    }

    @Test("a bound user sees the own area only")
    func visibility() {
        #expect(AreaRules.sees("lucknow", userArea: "lucknow"))
        #expect(!AreaRules.sees("indore", userArea: "lucknow"))
        #expect(AreaRules.sees("indore", userArea: nil))
    }

    @Test("naming another area in a body is forbidden to bound users")
    func body() throws {
        try AreaRules.checkBody(area: nil, userArea: "lucknow")
        try AreaRules.checkBody(area: "lucknow", userArea: "lucknow")
        try AreaRules.checkBody(area: "indore", userArea: nil)
        let refusal = #expect(throws: Refusal.self) { try AreaRules.checkBody(area: "indore", userArea: "lucknow") }
        #expect(refusal?.status == .forbidden)
        #expect(refusal?.isRecorded == false)
    }

    @Test("a scan's own area: what it concerns when visible, else the user's, else none")
    func scanArea() {
        #expect(AreaRules.scanArea(concerned: "indore", userArea: nil) == "indore")
        #expect(AreaRules.scanArea(concerned: "lucknow", userArea: "lucknow") == "lucknow")
        #expect(AreaRules.scanArea(concerned: "indore", userArea: "lucknow") == "lucknow")
        #expect(AreaRules.scanArea(concerned: nil, userArea: "lucknow") == "lucknow")
        #expect(AreaRules.scanArea(concerned: nil, userArea: nil) == nil)
    }
}
