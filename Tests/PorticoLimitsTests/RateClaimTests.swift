import PorticoLimits
import PorticoValues
import Testing

/// A store that is somebody else's: what it is asked can be seen.
private struct SharedStore: RateLimitStore {
    let counters = LocalRateLimiter()

    func decide(_ demands: [RateDemand], at now: Instant) async throws -> RateDecision {
        counters.decide(demands, at: now + .seconds(1))
    }

    func forget(_ key: RateKey) async throws {
        counters.forget(key)
    }
}

@Suite struct RateClaimTests {
    @Test("counts in the shared store while it answers, by its clock")
    func sharedStore() async {
        let store = SharedStore()
        let limits = RateLimits(book: RateRuleBook([.perMinute(1)]), store: store, nodes: 2)
        let claim = RateClaim("api", by: .account(1))
        #expect(await limits.decide([claim], at: noon).isAllowed)
        #expect(await limits.decide([claim], at: noon).retryAfter == .minutes(1))
        #expect(store.counters.keyCount == 1)
        await limits.forget(claim.key)
        #expect(await limits.decide([claim], at: noon).isAllowed)
    }

    @Test("counts combinations apart from their parts")
    func combinations() async {
        let limits = RateLimits(book: RateRuleBook([.perMinute(1)]))
        let address = RateSubject.address(of: "192.0.2.1")
        for claim in [
            RateClaim("api", by: address), RateClaim("api", by: address, and: .login("ann")),
            RateClaim("api", by: address, and: .login("bob")), RateClaim("api", by: .login("ann"), and: address),
        ] {
            #expect(await limits.decide([claim], at: noon).isAllowed)
            #expect(await !limits.decide([claim], at: noon).isAllowed)
        }
    }

    @Test("asks the plan for the first subject and keeps probes and charges what they are")
    func plans() async {
        let plan = RatePlan(tiers: ["gold": ["api": RateAllowance(quota: 3, burst: 2)]]) { subject in
            subject == .tenant("acme") ? "gold" : nil
        }
        let limits = RateLimits(book: RateRuleBook([.perMinute(1)], plan: plan))
        let acme = RateClaim("api", by: .tenant("acme"), and: .account(1))
        #expect(await limits.decide([acme], at: noon).standings.first?.remaining == 1)
        let probe = RateClaim.probe("api", by: .tenant("acme"), and: .account(1))
        #expect(await limits.decide([probe], at: noon).standings.first?.remaining == 1)
        let charge = RateClaim.charge("api", by: .tenant("acme"), and: .account(1), cost: 2)
        #expect(await limits.decide([charge], at: noon).isAllowed)
        #expect(await !limits.decide([probe], at: noon).isAllowed)
    }

    @Test("leaves out claims on rules that were removed")
    func removed() async {
        let book = RateRuleBook([.perMinute(1), .perMinute(1, name: "forms")])
        let limits = RateLimits(book: book)
        let both = [RateClaim("api", by: .everyone), RateClaim("forms", by: .everyone)]
        _ = await limits.decide(both, at: noon)
        book.remove("forms")
        #expect(await limits.decide(both, at: noon).standings.map(\.rule.name) == ["api"])
    }
}
