import PorticoLimits
import PorticoValues
import Testing

@Suite struct RateRuleBookTests {
    private let plan = RatePlan(tiers: ["gold": ["api": RateAllowance(quota: 600)]]) { subject in
        subject == .account(7) ? "gold" : nil
    }

    @Test("gives subjects of a tier their own quota")
    func tiers() throws {
        let book = RateRuleBook([.perMinute(60), .perMinute(10, name: "forms")], plan: plan)
        #expect(book.rule("api", for: .account(7))?.quota == 600)
        #expect(book.rule("api", for: .account(8))?.quota == 60)
        #expect(book.rule("forms", for: .account(7))?.quota == 10)
        try book.replacePlan(.none)
        #expect(book.rule("api", for: .account(7))?.quota == 60)
    }

    @Test("changes rules while it is in use")
    func changes() throws {
        let book = RateRuleBook([.perMinute(60)])
        try book.change("api", quota: 30, mode: .shadow)
        #expect(book.rules == [try RateRule.perMinute(30).changed(mode: .shadow)])
        try book.set(.perMinute(1, name: "new"))
        #expect(book.rules.map(\.name) == ["api", "new"])
        book.remove("api")
        #expect(book.rule("api") == nil && book.missing(["api", "new", "old"]) == ["api", "old"])
    }

    @Test("keeps everything when a change is refused")
    func refusals() throws {
        let book = RateRuleBook([.perMinute(60)], plan: plan)
        #expect(throws: RateRuleError.self) { try book.change("api", quota: 0) }
        #expect(throws: RateRuleError.self) { try book.change("none", quota: 1) }
        let bad = RatePlan(tiers: ["gold": ["api": RateAllowance(quota: -1)]]) { _ in "gold" }
        #expect(throws: RateRuleError.self) { try book.replacePlan(bad) }
        #expect(book.rule("api", for: .account(7))?.quota == 600)
    }

    @Test("counts what rules did, and what they would have done in shadow mode")
    func reports() async throws {
        let book = RateRuleBook([.perMinute(2)])
        let limits = RateLimits(book: book)
        let claim = RateClaim("api", by: .account(1))
        for _ in 0..<5 { _ = await limits.decide([claim], at: noon) }
        book.setShadow(true)
        for _ in 0..<4 { #expect(await limits.decide([claim], at: noon).isAllowed) }
        let report = try #require(book.reports.first)
        #expect((report.admitted, report.refused, report.wouldHaveRefused) == (2, 3, 4))
        #expect(report.rule.mode == .shadow && book.isShadow)
        book.setShadow(false)
        #expect(await !limits.decide([claim], at: noon).isAllowed)
    }

    @Test("keeps the counts of a rule that is replaced")
    func tallies() async throws {
        let book = RateRuleBook([.perMinute(2)])
        _ = await RateLimits(book: book).decide([RateClaim("api", by: .everyone)], at: noon)
        try book.set(.perMinute(9))
        #expect(book.reports.map(\.admitted) == [1])
    }
}
