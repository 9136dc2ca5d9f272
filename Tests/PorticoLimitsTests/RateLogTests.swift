import PorticoValues
import Testing

@testable import PorticoLimits

@Suite struct RateLogTests {
    private let rule = RateRule("log", quota: 10, per: .seconds(10), algorithm: .slidingLog)

    /// Admissions as they are, counted afresh for each question.
    private struct Model {
        var admitted: [(at: Instant, units: Int)] = []

        func used(at now: Instant, within window: Span) -> Int {
            admitted.reduce(0) { $1.at + window > now ? $0 + $1.units : $0 }
        }
    }

    @Test("decides and tells what is left like a list of all admissions", arguments: 0..<30 as Range<UInt64>)
    func differential(seed: UInt64) {
        var numbers = SeededNumbers(seed)
        var log = RateLog()
        var model = Model()
        var now = noon
        for _ in 0..<500 {
            now = now.after(.random(in: 0...3_000, using: &numbers))
            let cost = Int.random(in: 1...4, using: &numbers)
            log.advance(to: now, of: rule)
            let used = model.used(at: now, within: rule.window)
            #expect(log.admits(cost, of: rule) == (used + cost <= 10))
            #expect(log.level(of: rule, at: now).remaining == 10 - used)
            if log.admits(cost, of: rule) {
                log.charge(cost, of: rule, at: now)
                model.admitted.append((now, cost))
            }
            #expect(log.entryCount <= 20)
        }
    }

    @Test("names the first moment at which a request fits", arguments: 0..<30 as Range<UInt64>)
    func waiting(seed: UInt64) {
        var numbers = SeededNumbers(seed)
        var log = RateLog()
        var now = noon
        for _ in 0..<300 {
            now = now.after(.random(in: 0...2_000, using: &numbers))
            let cost = Int.random(in: 1...5, using: &numbers)
            log.advance(to: now, of: rule)
            let wait = log.wait(for: cost, of: rule, at: now)
            #expect((wait == .milliseconds(0)) == log.admits(cost, of: rule))
            var then = log
            then.advance(to: (now + wait).after(-1), of: rule)
            if wait > .milliseconds(0) { #expect(!then.admits(cost, of: rule)) }
            then.advance(to: now + wait, of: rule)
            #expect(then.admits(cost, of: rule))
            if wait == .milliseconds(0) { log.charge(cost, of: rule, at: now) }
        }
    }

    @Test("never has more than the quota in any window, wherever it begins", arguments: 0..<10 as Range<UInt64>)
    func windows(seed: UInt64) {
        var numbers = SeededNumbers(seed)
        let limiter = LocalRateLimiter(shards: 1)
        var admitted: [Instant] = []
        var now = noon
        for _ in 0..<2_000 {
            now = now.after(.random(in: 0...900, using: &numbers))
            if limiter.decide(RateDemand(rule, by: .everyone), at: now).conforms { admitted.append(now) }
        }
        for (index, start) in admitted.enumerated() where index + 10 < admitted.count {
            #expect(admitted[index + 10] >= start + rule.window)
        }
    }

    @Test("bounds what penalties add, and forgets all of it after a window")
    func debt() {
        var log = RateLog()
        for step in 0..<100 as Range<Int64> { log.charge(.max, of: rule, at: noon.after(step)) }
        #expect(log.level(of: rule, at: noon.after(99)).remaining == 0 && log.entryCount == 1)
        log.advance(to: noon.after(10_000), of: rule)
        #expect(log.level(of: rule, at: noon.after(10_000)).remaining == 10)
    }

    @Test("refuses on when the clock is set back, and no longer than a window from any moment")
    func clocks() {
        var log = RateLog()
        log.charge(10, of: rule, at: noon)
        let early = noon.after(-3_600_000)
        log.advance(to: early, of: rule)
        #expect(!log.admits(1, of: rule) && log.wait(for: 1, of: rule, at: early) == .seconds(10))
        log.charge(1, of: rule, at: early)
        #expect(log.entryCount == 1 && log.level(of: rule, at: early).untilFull == .seconds(10))
    }

    @Test("follows a quota and a window that were tightened at once")
    func changes() throws {
        let limiter = LocalRateLimiter()
        for step in 0..<8 as Range<Int64> {
            #expect(limiter.decide(RateDemand(rule, by: .everyone), at: noon.after(step * 1_000)).conforms)
        }
        let tighter = try rule.changed(quota: 5)
        let refused = limiter.decide(RateDemand(tighter, by: .everyone), at: noon.after(8_000))
        #expect(!refused.conforms && refused.remaining == 0 && refused.retryAfter == .milliseconds(5_000))
        let shorter = try rule.changed(window: .seconds(3))
        #expect(limiter.decide(RateDemand(shorter, by: .everyone), at: noon.after(8_000)).remaining == 7)
    }
}

@Suite struct RateLogTableTests {
    private let rule = RateRule("log", quota: 100, per: .minutes(1), algorithm: .slidingLog)

    @Test("drops logs that have expired while others come, and all of them when told")
    func reclaiming() {
        let limiter = LocalRateLimiter(shards: 4)
        for account in 0..<5_000 as Range<Int64> {
            _ = limiter.decide(RateDemand(rule, by: .account(account)), at: noon)
        }
        #expect(limiter.keyCount == 5_000)
        for account in 5_000..<10_000 as Range<Int64> {
            _ = limiter.decide(RateDemand(rule, by: .account(account)), at: noon + .minutes(1))
        }
        #expect(limiter.keyCount < 6_000 && limiter.forgottenEarly == 0)
        for _ in 0..<20 { limiter.reclaim(at: noon + .minutes(2)) }
        #expect(limiter.keyCount == 0)
    }

    @Test("stays within its entries and forgets those first whose allowance is back first")
    func bounds() {
        let limiter = LocalRateLimiter(maximumLogEntries: 1, shards: 1)
        let heavy = RateDemand(rule, by: .login("heavy"))
        for step in 0..<100 as Range<Int64> { #expect(limiter.decide(heavy, at: noon.after(50_000 + step)).conforms) }
        for account in 0..<10_000 as Range<Int64> {
            _ = limiter.decide(RateDemand(rule, by: .account(account)), at: noon)
        }
        // One shard has room for two thousand entries in any case.
        #expect(limiter.keyCount <= 1_901 && limiter.forgottenEarly >= 8_000)
        #expect(!limiter.decide(heavy, at: noon.after(51_000)).conforms)
        #expect(limiter.byteCount < 2_000 * 200)
    }

    @Test("stays within its keys")
    func keys() {
        let limiter = LocalRateLimiter(maximumKeys: 10, shards: 1)
        for account in 0..<100 as Range<Int64> {
            _ = limiter.decide(RateDemand(rule, by: .account(account)), at: noon)
            #expect(limiter.decide(.probe(rule, by: .account(account)), at: noon).remaining == 99)
        }
        #expect(limiter.keyCount == 10 && limiter.forgottenEarly == 90)
    }

    @Test("charges a log and other rules together or not at all")
    func atomicity() {
        let limiter = LocalRateLimiter()
        let narrow = RateRule.perMinute(1, name: "narrow")
        let demands = [RateDemand(rule, by: .everyone), RateDemand(narrow, by: .everyone)]
        #expect(limiter.decide(demands, at: noon).isAllowed)
        #expect(!limiter.decide(demands, at: noon).isAllowed)
        #expect(limiter.decide(.probe(rule, by: .everyone), at: noon).remaining == 99)
    }
}
