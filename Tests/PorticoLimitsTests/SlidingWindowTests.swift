import PorticoValues
import Testing

@testable import PorticoLimits

@Suite struct SlidingWindowTests {
    private let rule = RateRule("failures", quota: 10, per: .seconds(10), algorithm: .slidingWindow)

    private func charged(_ times: Int, at now: Instant, to state: RateState? = nil) -> RateState {
        rule.charging(times, to: state, at: now)
    }

    @Test("admits the quota in a window and no more")
    func quota() {
        #expect(rule.admits(10, on: nil, at: noon) && !rule.admits(11, on: nil, at: noon))
        let state = charged(10, at: noon)
        #expect(!rule.admits(1, on: state, at: noon.after(9_999)))
        #expect(rule.level(of: state, at: noon).remaining == 0)
    }

    @Test("lets the last window slide out evenly")
    func sliding() {
        let state = charged(10, at: noon)
        #expect(!rule.admits(1, on: state, at: noon.after(10_999)))
        #expect(rule.admits(1, on: state, at: noon.after(11_000)))
        #expect(rule.level(of: state, at: noon.after(15_000)).remaining == 5)
        #expect(rule.level(of: state, at: noon.after(20_000)).remaining == 10)
    }

    @Test("names the first moment at which a request fits, on random histories", arguments: 0..<40 as Range<UInt64>)
    func waiting(seed: UInt64) {
        var numbers = SeededNumbers(seed)
        var state: RateState?
        var now = noon
        for _ in 0..<200 {
            now = now.after(.random(in: 0...4_000, using: &numbers))
            let cost = Int.random(in: 1...4, using: &numbers)
            let wait = rule.wait(for: cost, on: state, at: now)
            #expect((wait == .milliseconds(0)) == rule.admits(cost, on: state, at: now))
            #expect(rule.admits(cost, on: state, at: now + wait))
            if wait > .milliseconds(0) { #expect(!rule.admits(cost, on: state, at: (now + wait).after(-1))) }
            if wait == .milliseconds(0) { state = charged(cost, at: now, to: state) }
        }
    }

    @Test("estimates like the definition in fractions", arguments: 0..<20 as Range<UInt64>)
    func differential(seed: UInt64) {
        var numbers = SeededNumbers(seed)
        var counts: [Int64: Int] = [:]
        var state: RateState?
        var now = noon
        for _ in 0..<500 {
            now = now.after(.random(in: 0...3_000, using: &numbers))
            let window = now.milliseconds / 10_000
            let covered = Double(10_000 - now.milliseconds % 10_000) / 10_000
            let estimate = Double(counts[window - 1, default: 0]) * covered + Double(counts[window, default: 0])
            #expect(rule.admits(1, on: state, at: now) == (estimate + 1 <= 10 + 1e-9))
            if rule.admits(1, on: state, at: now) {
                counts[window, default: 0] += 1
                state = charged(1, at: now, to: state)
            }
        }
    }

    @Test("bounds what penalties add")
    func debt() {
        var state: RateState?
        for _ in 0..<100 { state = charged(7, at: noon, to: state) }
        #expect(rule.level(of: state, at: noon).untilFull == .seconds(20))
        #expect(rule.admits(1, on: state, at: noon.after(16_000)))
    }

    @Test("counts on when the clock is set back, and over the start of 1970")
    func clocks() {
        let state = charged(10, at: noon)
        #expect(!rule.admits(1, on: state, at: noon.after(-60_000)))
        let early = charged(10, at: Instant(milliseconds: -1))
        #expect(!rule.admits(1, on: early, at: Instant(milliseconds: 0)))
        #expect(rule.admits(10, on: early, at: Instant(milliseconds: 10_000)))
    }
}
