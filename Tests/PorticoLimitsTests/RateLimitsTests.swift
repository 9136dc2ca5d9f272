import PorticoLimits
import PorticoValues
import Testing

/// A store that never answers.
private struct LostStore: RateLimitStore {
    struct Lost: Error {}

    func decide(_ demands: [RateDemand], at now: Instant) async throws -> RateDecision { throw Lost() }
    func forget(_ key: RateKey) async throws { throw Lost() }
}

@Suite struct RateLimitsTests {
    private func rule(_ name: String, _ policy: RateStoreFailure) -> RateRule {
        var rule = RateRule.perMinute(6, name: name)
        rule.onStoreFailure = policy
        return rule
    }

    private func lost(_ rules: [RateRule]) -> RateLimits {
        RateLimits(book: RateRuleBook(rules), store: LostStore(), nodes: 3)
    }

    @Test("does not limit a class without a rule")
    func noRule() async {
        let limits = RateLimits(book: RateRuleBook([]))
        #expect(await limits.decide([RateClaim("api", by: .everyone)], at: noon) == .unlimited)
    }

    @Test("counts here with this node's share while the store is lost")
    func local() async {
        let limits = lost([rule("api", .local)])
        let claim = RateClaim("api", by: .account(1))
        for _ in 0..<2 { #expect(await limits.decide([claim], at: noon).isAllowed) }
        #expect(await !limits.decide([claim], at: noon).isAllowed)
    }

    @Test("lets everything pass, or nothing, when the rule says so")
    func openAndClosed() async {
        let open = lost([rule("api", .admit)])
        for _ in 0..<20 { #expect(await open.decide([RateClaim("api", by: .everyone)], at: noon).isAllowed) }
        let closed = lost([rule("api", .refuse)])
        let decision = await closed.decide([RateClaim("api", by: .everyone)], at: noon)
        #expect(!decision.isAllowed && decision.retryAfter == .seconds(1))
    }

    @Test("charges nothing here when another rule refuses for the lost store")
    func together() async {
        let limits = lost([rule("api", .local), rule("pay", .refuse)])
        let both = [RateClaim("api", by: .everyone), RateClaim("pay", by: .everyone)]
        for _ in 0..<5 { #expect(await !limits.decide(both, at: noon).isAllowed) }
        #expect(await limits.decide([RateClaim("api", by: .everyone)], at: noon).standings.first?.remaining == 1)
    }

    @Test("counts failures only, and forgets them after success")
    func signIn() async {
        let limits = RateLimits(book: RateRuleBook(RateRule.standard))
        let probe = RateClaim.probe("sign-in-failures", by: .login("ann"))
        for _ in 0..<5 {
            #expect(await limits.decide([probe], at: noon).isAllowed)
            _ = await limits.decide([.charge("sign-in-failures", by: .login("ann"))], at: noon)
        }
        #expect(await !limits.decide([probe], at: noon).isAllowed)
        await limits.forget(probe.key)
        #expect(await limits.decide([probe], at: noon).isAllowed)
    }
}
