import PorticoValues
import Testing

@testable import PorticoLimits

/// A token bucket kept naively: its content times the window, so that every millisecond adds the quota exactly.
private struct ExactBucket {
    let rule: RateRule
    var content: Int128
    var last: Instant

    init(_ rule: RateRule, at now: Instant) {
        self.rule = rule
        content = Int128(rule.burst) * Int128(rule.window.milliseconds)
        last = now
    }

    mutating func fill(at now: Instant) {
        let full = Int128(rule.burst) * Int128(rule.window.milliseconds)
        content = min(full, content + Int128((now - last).milliseconds) * Int128(rule.quota))
        last = now
    }

    func wait(for tokens: Int) -> Int64 {
        let missing = Int128(tokens) * Int128(rule.window.milliseconds) - content
        return missing <= 0 ? 0 : Int64((missing + Int128(rule.quota) - 1) / Int128(rule.quota))
    }

    mutating func take(_ tokens: Int) -> Bool {
        guard wait(for: tokens) == 0 else { return false }
        content -= Int128(tokens) * Int128(rule.window.milliseconds)
        return true
    }

    var remaining: Int { Int(content / Int128(rule.window.milliseconds)) }
}

@Suite struct GCRATests {
    @Test("decides like an exact bucket on random schedules", arguments: 0..<60 as Range<UInt64>)
    func differential(seed: UInt64) {
        var numbers = SeededNumbers(seed)
        let quota = Int.random(in: 1...[5, 100, 9_999, 2_000_000].randomElement(using: &numbers)!, using: &numbers)
        let window = Span.milliseconds(.random(in: 1...[999, 60_000, 86_400_000].randomElement(using: &numbers)!))
        let rule = RateRule("r", quota: quota, per: window, burst: .random(in: 1...2 * quota, using: &numbers))
        var bucket = ExactBucket(rule, at: noon)
        var state: RateState?
        var now = noon
        // About as many tokens are asked for as flow in, so that both answers are frequent.
        let pause = max(1, 2 * window.milliseconds / Int64(quota))
        for _ in 0..<2_000 {
            now = now.after(.random(in: 0...pause, using: &numbers))
            let cost = Int.random(in: 1...min(5, rule.burst), using: &numbers)
            bucket.fill(at: now)
            #expect(rule.wait(for: cost, on: state, at: now).milliseconds == bucket.wait(for: cost))
            let isAdmitted = rule.admits(cost, on: state, at: now)
            #expect(isAdmitted == bucket.take(cost))
            if isAdmitted { state = rule.charging(cost, to: state, at: now) }
            #expect(rule.level(of: state, at: now).remaining == bucket.remaining)
        }
    }

    @Test("admits exactly the quota per window in the long run, also when it does not divide the window")
    func longRun() {
        let rule = RateRule("r", quota: 7, per: .milliseconds(1000), burst: 1)
        var state: RateState?
        var admitted = 0
        for millisecond in 0..<100_000 as Range<Int64> where rule.admits(1, on: state, at: noon.after(millisecond)) {
            state = rule.charging(1, to: state, at: noon.after(millisecond))
            admitted += 1
        }
        // Arrivals fall on whole milliseconds, each up to one late: at most one of seven hundred is lost to that.
        #expect((695...700).contains(admitted))
    }

    @Test("holds five million a second")
    func fast() {
        let rule = RateRule("ingest", quota: 5_000_000, per: .seconds(1))
        let state = rule.charging(5_000_000, to: nil, at: noon)
        #expect(!rule.admits(1, on: state, at: noon))
        #expect(rule.level(of: state, at: noon.after(1)).remaining == 5_000)
        #expect(rule.level(of: state, at: noon).untilFull == .seconds(1))
    }

    @Test("stays close when the quota is too odd for exact ticks")
    func odd() {
        let rule = RateRule("ingest", quota: 1_000_000_007, per: .days(1))
        let state = rule.charging(1_000_000_007, to: nil, at: noon)
        let half = rule.level(of: state, at: noon + .hours(12)).remaining
        #expect(abs(half - 500_000_003) < 5_000)
    }

    @Test("bounds debt to one allowance and pays it back")
    func debt() {
        let rule = RateRule.perMinute(60)
        var state: RateState?
        for _ in 0..<10 { state = rule.charging(60, to: state, at: noon) }
        #expect(rule.level(of: state, at: noon).untilFull == .minutes(2))
        #expect(rule.wait(for: 1, on: state, at: noon) == .seconds(61))
        #expect(rule.admits(1, on: state, at: noon + .seconds(61)))
    }

    @Test("never admits more than the burst at once")
    func tooDear() {
        let rule = RateRule.perMinute(60, burst: 10)
        #expect(!rule.admits(11, on: nil, at: noon))
        #expect(rule.admits(10, on: nil, at: noon))
    }

    @Test("keeps waiting times when the rule changes")
    func rescaling() throws {
        let rule = RateRule.perMinute(60)
        let state = rule.charging(60, to: nil, at: noon)
        let slower = try rule.changed(quota: 7, burst: 7)
        #expect(slower.level(of: state, at: noon).untilFull == .minutes(1))
        #expect(!slower.admits(1, on: state, at: noon.after(8_571)))
        #expect(slower.admits(1, on: state, at: noon.after(8_572)))
        let smaller = try rule.changed(quota: 600, burst: 10)
        #expect(smaller.level(of: state, at: noon).untilFull == .seconds(2))
    }

    @Test("survives clocks that jump", arguments: [Instant(seconds: 0), Instant(seconds: 9_000_000_000)])
    func clocks(then: Instant) {
        let rule = RateRule.perMinute(60)
        let state = rule.charging(60, to: nil, at: noon)
        #expect(rule.level(of: state, at: then).untilFull <= .minutes(2))
    }
}
