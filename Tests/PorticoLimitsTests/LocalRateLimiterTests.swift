import PorticoLimits
import PorticoValues
import Testing

@Suite struct LocalRateLimiterTests {
    @Test("does what every store must do", arguments: [1, 2, 64])
    func conformance(shards: Int) async throws {
        try await StoreConformance(store: LocalRateLimiter(shards: shards)).run()
    }

    @Test("admits exactly the quota to 64 callers at once", arguments: RateAlgorithm.allCases)
    func exactness(algorithm: RateAlgorithm) async {
        let limiter = LocalRateLimiter()
        let quota = algorithm == .slidingLog ? RateRule.largestLogQuota : 5_000
        let rule = RateRule.perMinute(quota, algorithm: algorithm)
        let admitted = await sumOfCallers(64) { _ in
            (0..<200).count { _ in limiter.decide(RateDemand(rule, by: .account(1)), at: noon).conforms }
        }
        #expect(admitted == quota)
    }

    @Test("charges all rules or none while 64 callers compete")
    func atomicity() async {
        let limiter = LocalRateLimiter()
        // Each caller asks for its own counter and for two that all share, in changing order.
        let own = RateRule.perMinute(100, name: "own")
        let shared = RateRule.perMinute(1_000, name: "shared")
        let dear = RateRule.perMinute(6_000, name: "dear", algorithm: .slidingWindow)
        let admitted = await sumOfCallers(64) { caller in
            (0..<150).count { round in
                let demands = [
                    RateDemand(own, by: .account(Int64(caller))), RateDemand(shared, by: .everyone),
                    RateDemand(dear, by: .everyone, cost: 5),
                ]
                return limiter.decide(round.isMultiple(of: 2) ? demands : demands.reversed(), at: noon).isAllowed
            }
        }
        #expect(admitted == 1_000)
        let left = limiter.decide([.probe(shared, by: .everyone), .probe(dear, by: .everyone)], at: noon)
        #expect(left.standings.map(\.remaining) == [0, 1_000])
        let spent = (0..<64).reduce(0) { sum, caller in
            sum + 100 - limiter.decide(.probe(own, by: .account(caller)), at: noon).remaining
        }
        #expect(spent == 1_000)
    }

    @Test("follows a rule that was tightened at once")
    func changedRule() throws {
        let limiter = LocalRateLimiter()
        let rule = RateRule.perMinute(60)
        for _ in 0..<30 { #expect(limiter.decide(RateDemand(rule, by: .account(1)), at: noon).conforms) }
        let tighter = try rule.changed(quota: 6)
        let standing = limiter.decide(RateDemand(tighter, by: .account(1)), at: noon)
        // Thirty seconds of waiting stay thirty seconds: three of six tokens are left, and one is taken now.
        #expect(standing.conforms && standing.remaining == 2)
    }

    @Test("weighs requests by their cost")
    func cost() {
        let limiter = LocalRateLimiter()
        let rule = RateRule("graphql", quota: 1_000, per: .minutes(1), unit: "points")
        #expect(limiter.decide(RateDemand(rule, by: .account(1), cost: 900), at: noon).remaining == 100)
        let refused = limiter.decide(RateDemand(rule, by: .account(1), cost: 101), at: noon)
        #expect(!refused.conforms && refused.retryAfter == .milliseconds(60) && refused.remaining == 100)
        #expect(limiter.decide(RateDemand(rule, by: .account(1), cost: -5), at: noon).remaining == 100)
    }

    @Test("asks nothing of an empty list")
    func nothing() {
        #expect(LocalRateLimiter().decide([], at: noon) == .unlimited)
    }

    @Test("lets idle keys go while others come, without a sweep")
    func reclaiming() {
        let limiter = LocalRateLimiter(shards: 4)
        let rule = RateRule("api", quota: 60, per: .minutes(1))
        for account in 0..<20_000 as Range<Int64> {
            _ = limiter.decide(RateDemand(rule, by: .account(account)), at: noon)
        }
        #expect(limiter.keyCount == 20_000)
        // One unit is back after a second. From then on five insertions in six slots' time outrun the dead.
        for account in 20_000..<30_000 as Range<Int64> {
            _ = limiter.decide(RateDemand(rule, by: .account(account)), at: noon + .seconds(2))
        }
        #expect(limiter.keyCount < 14_000)
        #expect(limiter.forgottenEarly == 0)
    }

    @Test("gives memory back when it is told that time has passed")
    func idleness() {
        let limiter = LocalRateLimiter(shards: 4)
        let rule = RateRule("api", quota: 60, per: .minutes(1))
        for account in 0..<20_000 as Range<Int64> {
            _ = limiter.decide(RateDemand(rule, by: .account(account)), at: noon)
        }
        let before = limiter.byteCount
        for _ in 0..<200 { limiter.reclaim(at: noon + .minutes(2)) }
        #expect(limiter.keyCount == 0 && limiter.byteCount < before / 100)
    }

    @Test("stays within its number of keys and forgets those nearest to full first")
    func bounds() {
        let limiter = LocalRateLimiter(maximumKeys: 1_024, shards: 4)
        let rule = RateRule("api", quota: 60, per: .minutes(1))
        let heavy = RateDemand(rule, by: .login("heavy"), cost: 60)
        #expect(limiter.decide(heavy, at: noon).conforms)
        for account in 0..<50_000 as Range<Int64> {
            _ = limiter.decide(RateDemand(rule, by: .account(account)), at: noon)
        }
        #expect(limiter.keyCount <= 1_024 && limiter.forgottenEarly > 40_000)
        #expect(!limiter.decide(heavy, at: noon).conforms)
        #expect(limiter.byteCount <= 1_024 * 100)
    }
}

/// The sum of what so many concurrent callers answer.
func sumOfCallers(_ callers: Int, _ work: @escaping @Sendable (Int) -> Int) async -> Int {
    await withTaskGroup(of: Int.self) { group in
        for caller in 0..<callers {
            group.addTask { work(caller) }
        }
        return await group.reduce(0, +)
    }
}
