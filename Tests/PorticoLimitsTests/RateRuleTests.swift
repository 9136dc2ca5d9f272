import PorticoLimits
import PorticoValues
import Testing

@Suite struct RateRuleTests {
    @Test("takes the quota as burst unless told otherwise")
    func burst() {
        #expect(RateRule.perMinute(60).burst == 60)
        #expect(RateRule.perMinute(60, burst: 100).burst == 100)
        #expect(RateRule.perMinute(60, burst: 100, algorithm: .slidingWindow).burst == 60)
    }

    @Test("changes values and lets a burst that equals the quota follow it")
    func changes() throws {
        let rule = try RateRule.perMinute(60).changed(quota: 30, mode: .shadow)
        #expect(rule.quota == 30 && rule.burst == 30 && rule.mode == .shadow)
        #expect(try RateRule.perMinute(60, burst: 100).changed(quota: 30).burst == 100)
        #expect(try RateRule.perMinute(60).changed(window: .seconds(1)).window == .seconds(1))
    }

    @Test("refuses values out of range when an operator types them")
    func ranges() {
        let rule = RateRule.perMinute(60)
        #expect(throws: RateRuleError.self) { try rule.changed(quota: 0) }
        #expect(throws: RateRuleError.self) { try rule.changed(burst: -1) }
        #expect(throws: RateRuleError.self) { try rule.changed(quota: RateRule.largestQuota + 1) }
        #expect(throws: RateRuleError.self) { try rule.changed(window: .milliseconds(0)) }
        #expect(throws: RateRuleError.self) { try rule.changed(window: .days(367)) }
        #expect(throws: RateRuleError.self) { try rule.changed(quota: 1, window: .days(366), burst: 1000) }
    }

    @Test("refuses a sliding log of more than a thousand units, whose memory it bounds by that")
    func logs() throws {
        let rule = RateRule.perMinute(RateRule.largestLogQuota, burst: 5, algorithm: .slidingLog)
        #expect(rule.burst == rule.quota)
        #expect(throws: RateRuleError.self) { try rule.changed(quota: RateRule.largestLogQuota + 1) }
        #expect(try rule.changed(quota: 3).quota == 3)
    }

    @Test("divides among nodes, but leaves each at least one unit")
    func division() {
        let share = RateRule.perMinute(60, burst: 100).divided(among: 3)
        #expect(share.quota == 20 && share.burst == 33)
        #expect(RateRule.perMinute(2).divided(among: 5).quota == 1)
        #expect(RateRule.perMinute(60).divided(among: 1) == RateRule.perMinute(60))
    }

    @Test("has unique standard classes")
    func standard() {
        #expect(Set(RateRule.standard.map(\.name)).count == RateRule.standard.count)
        #expect(RateRule.standard.allSatisfy { $0.mode == .enforced && $0.quota > 0 })
    }
}
