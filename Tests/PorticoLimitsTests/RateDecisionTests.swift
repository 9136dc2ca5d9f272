import PorticoLimits
import PorticoValues
import Testing

/// The content of a rule's bucket in whole numbers, apart from the arithmetic under test.
private struct Ledger {
    let rule: RateRule
    private var content: Int128
    private var last = noon

    init(_ rule: RateRule) {
        self.rule = rule
        content = Int128(rule.burst) * Int128(rule.window.milliseconds)
    }

    mutating func advance(to now: Instant) {
        let full = Int128(rule.burst) * Int128(rule.window.milliseconds)
        content = min(full, content + Int128((now - last).milliseconds) * Int128(rule.quota))
        last = now
    }

    func has(_ units: Int) -> Bool { content >= Int128(units) * Int128(rule.window.milliseconds) }

    mutating func take(_ units: Int) { content -= Int128(units) * Int128(rule.window.milliseconds) }
}

@Suite struct RateDecisionTests {
    @Test("charges several rules like one ledger for each, all or none", arguments: 0..<20 as Range<UInt64>)
    func differential(seed: UInt64) {
        var numbers = SeededNumbers(seed)
        let limiter = LocalRateLimiter(shards: 4)
        var rules = (0..<4).map { number in
            RateRule(
                "rule-\(number)", quota: .random(in: 1...50, using: &numbers),
                per: .milliseconds(.random(in: 100...5_000, using: &numbers)),
                burst: .random(in: 1...60, using: &numbers))
        }
        rules[3].mode = .shadow
        var ledgers = rules.map(Ledger.init)
        var now = noon
        for _ in 0..<1_000 {
            now = now.after(.random(in: 0...100, using: &numbers))
            let asked = rules.indices.filter { _ in Bool.random(using: &numbers) }.shuffled(using: &numbers)
            let costs = asked.map { _ in Int.random(in: 1...6, using: &numbers) }
            for index in rules.indices { ledgers[index].advance(to: now) }
            let fits = zip(asked, costs).map { ledgers[$0].has($1) }
            let isAllowed = zip(asked, fits).allSatisfy { $1 || rules[$0].mode == .shadow }
            for (place, index) in asked.enumerated() where isAllowed && fits[place] {
                ledgers[index].take(costs[place])
            }
            let demands = zip(asked, costs).map { RateDemand(rules[$0], by: .account(1), cost: $1) }
            let decision = limiter.decide(demands, at: now)
            #expect(decision.isAllowed == isAllowed && decision.standings.map(\.conforms) == fits)
            #expect(decision.standings.map(\.rule.name) == asked.map { rules[$0].name })
        }
    }

    @Test("admits at most burst and quota in any window", arguments: 0..<10 as Range<UInt64>)
    func windows(seed: UInt64) {
        var numbers = SeededNumbers(seed)
        let limiter = LocalRateLimiter()
        let rule = RateRule("r", quota: 20, per: .seconds(1), burst: 5)
        var admitted: [Instant] = []
        var now = noon
        for _ in 0..<2_000 {
            now = now.after(.random(in: 0...40, using: &numbers))
            if limiter.decide(RateDemand(rule, by: .everyone), at: now).conforms { admitted.append(now) }
        }
        for (index, first) in admitted.enumerated() {
            let inWindow = admitted[index...].prefix { $0 < first + .seconds(1) }.count
            #expect(inWindow <= 25)
        }
    }

    @Test("names the rule that keeps the request away longest")
    func refusingRule() {
        let limiter = LocalRateLimiter()
        let short = RateRule("short", quota: 1, per: .seconds(1))
        let long = RateRule("long", quota: 1, per: .hours(1))
        let demands = [RateDemand(long, by: .everyone), RateDemand(short, by: .everyone)]
        #expect(limiter.decide(demands, at: noon).refusingRule == nil)
        let refused = limiter.decide(demands, at: noon)
        #expect(refused.refusingRule?.name == "long" && refused.retryAfter == .hours(1))
        #expect(refused.standings.map(\.key.text) == ["long|everyone", "short|everyone"])
    }

    @Test("records what has happened already, but not beside a refusal")
    func chargeBesideRefusal() {
        let limiter = LocalRateLimiter()
        let bytes = RateRule("bytes", quota: 1_000, per: .minutes(1), unit: "content-bytes")
        let once = RateRule("once", quota: 1, per: .minutes(1))
        let both = [RateDemand.charge(bytes, by: .everyone, cost: 300), RateDemand(once, by: .everyone)]
        #expect(limiter.decide(both, at: noon).standings.map(\.remaining) == [700, 0])
        #expect(limiter.decide(both, at: noon).standings.map(\.remaining) == [700, 0])
        #expect(limiter.decide(both[0], at: noon).remaining == 400)
    }
}
