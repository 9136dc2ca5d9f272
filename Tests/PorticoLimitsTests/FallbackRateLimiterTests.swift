import PorticoLimits
import PorticoValues
import Synchronization
import Testing

@Suite struct FallbackRateLimiterTests {
    /// How often what happened.
    private final class EventCount: Sendable {
        private let events = Mutex<[FallbackRateLimiter.Event: Int]>([:])

        func count(_ event: FallbackRateLimiter.Event) { events.withLock { $0[event, default: 0] += 1 } }
        func number(of event: FallbackRateLimiter.Event) -> Int { events.withLock { $0[event] ?? 0 } }
    }

    /// A limiter that counts with another one until it is told that its store is lost.
    private struct Switchable: RateLimitStore {
        struct Lost: Error {}

        let store = LocalRateLimiter()
        let clock: Clock

        /// The store is lost in the second half of each pair of days.
        private var isLost: Bool { clock.now() >= noon + .days(1) && clock.now() < noon + .days(2) }

        func decide(_ demands: [RateDemand], at now: Instant) async throws -> RateDecision {
            if isLost { throw Lost() }
            return store.decide(demands, at: now)
        }

        func forget(_ key: RateKey) async throws {
            if isLost { throw Lost() }
            store.forget(key)
        }
    }

    private func rule(_ name: String, _ policy: RateStoreFailure) -> RateRule {
        var rule = RateRule("\(name)", quota: 6, per: .days(30))
        rule.onStoreFailure = policy
        return rule
    }

    private func limiter(
        _ clock: Clock, nodes: Int = 3, events: EventCount = EventCount()
    ) -> FallbackRateLimiter {
        FallbackRateLimiter(Switchable(clock: clock), nodes: nodes) { events.count($0) }
    }

    private func admitted(_ limiter: FallbackRateLimiter, _ rule: RateRule, at now: Instant) async -> Int {
        var admitted = 0
        for _ in 0..<10 where await limiter.decide([RateDemand(rule, by: .everyone)], at: now).isAllowed {
            admitted += 1
        }
        return admitted
    }

    @Test("does what every store must do")
    func conformance() async throws {
        try await StoreConformance(store: limiter(Clock(standingAt: noon))).run()
    }

    @Test("does as each rule declares while the store is lost, and uses it again when it is back")
    func policies() async throws {
        let clock = Clock(standingAt: noon + .days(1))
        let events = EventCount()
        let limiter = limiter(clock, events: events)
        #expect(await admitted(limiter, rule("local", .local), at: clock.now()) == 2)
        #expect(await admitted(limiter, rule("open", .admit), at: clock.now()) == 10)
        #expect(await admitted(limiter, rule("closed", .refuse), at: clock.now()) == 0)
        for policy in RateStoreFailure.allCases { #expect(events.number(of: .decidedAlone(policy)) == 10) }
        clock.advance(by: .days(1))
        #expect(await admitted(limiter, rule("closed", .refuse), at: clock.now()) == 6)
    }

    @Test("does not start afresh when the store goes away")
    func continuity() async throws {
        let clock = Clock(standingAt: noon)
        let limiter = limiter(clock)
        let rule = rule("sign-in", .local)
        #expect(await admitted(limiter, rule, at: clock.now()) == 6)
        clock.advance(by: .days(1))
        #expect(await admitted(limiter, rule, at: clock.now()) == 0)
    }

    @Test("charges nothing here when another rule refuses for the lost store")
    func together() async throws {
        let clock = Clock(standingAt: noon + .days(1))
        let limiter = limiter(clock)
        let both = [RateDemand(rule("a", .local), by: .everyone), RateDemand(rule("b", .refuse), by: .everyone)]
        for _ in 0..<5 { #expect(await !limiter.decide(both, at: clock.now()).isAllowed) }
        #expect(await admitted(limiter, rule("a", .local), at: clock.now()) == 2)
    }

    @Test("remembers a refusal for a second without asking the store")
    func memory() async throws {
        let clock = Clock(standingAt: noon)
        let events = EventCount()
        let limiter = limiter(clock, events: events)
        let demand = RateDemand(RateRule("one", quota: 1, per: .minutes(1)), by: .everyone)
        #expect(await limiter.decide([demand], at: noon).isAllowed)
        let first = await limiter.decide([demand], at: noon)
        let second = await limiter.decide([demand], at: noon.after(600))
        #expect(first.retryAfter == .minutes(1) && second.retryAfter == .milliseconds(59_400))
        #expect(second.standings.first?.untilFull == .milliseconds(59_400))
        #expect(await limiter.decide([demand], at: noon.after(1000)).retryAfter == .milliseconds(59_000))
        #expect(events.number(of: .rememberedRefusal) == 1)
        try await limiter.forget(demand.key)
        #expect(await limiter.decide([demand], at: noon.after(1001)).isAllowed)
    }
}
