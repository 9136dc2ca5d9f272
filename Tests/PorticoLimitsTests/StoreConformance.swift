import PorticoLimits
import PorticoValues
import Testing

/// What every ``RateLimitStore`` must do; each implementation's tests run it on an empty store.
struct StoreConformance {
    let store: any RateLimitStore

    func run() async throws {
        try await countsExactly()
        try await logsSlideExactly()
        try await chargesAllOrNothing()
        try await leavesShadowRulesOut()
        try await probesAndCharges()
        try await chargesRepeatedCountersOnce()
        try await keepsAlgorithmsAndSubjectsApart()
        try await forgets()
    }

    private func countsExactly() async throws {
        for algorithm in RateAlgorithm.allCases {
            let rule = RateRule.perMinute(5, name: "exact", algorithm: algorithm)
            for left in (0..<5).reversed() {
                let decision = try await store.decide([RateDemand(rule, by: .account(1))], at: noon)
                #expect(decision.isAllowed && decision.standings.first?.remaining == left)
            }
            let refused = try await store.decide([RateDemand(rule, by: .account(1))], at: noon)
            #expect(!refused.isAllowed && refused.refusingRule == rule)
            let wait = try #require(refused.retryAfter)
            let later = try await store.decide([RateDemand(rule, by: .account(1))], at: noon + wait)
            #expect(later.isAllowed && later.retryAfter == nil)
        }
    }

    /// Three units at three instants come back at three instants, and penalties push no further than two quotas.
    private func logsSlideExactly() async throws {
        let rule = RateRule.perMinute(3, name: "log", algorithm: .slidingLog)
        let demand = RateDemand(rule, by: .account(6))
        for offset in [0, 10_000, 59_999] as [Int64] {
            #expect(try await store.decide([demand], at: noon.after(offset)).isAllowed)
        }
        let refused = try await store.decide([demand], at: noon.after(59_999))
        #expect(!refused.isAllowed && refused.retryAfter == .milliseconds(1))
        #expect(refused.standings.first?.untilFull == .minutes(1))
        let two = RateDemand(rule, by: .account(6), cost: 2)
        #expect(try await store.decide([two], at: noon.after(60_000)).retryAfter == .seconds(10))
        #expect(try await store.decide([demand], at: noon.after(60_000)).isAllowed)
        let charged = try await store.decide([.charge(rule, by: .account(6), cost: 50)], at: noon.after(61_000))
        #expect(charged.isAllowed && charged.standings.first?.remaining == 0)
        let impossible = try await store.decide([RateDemand(rule, by: .account(6), cost: 4)], at: noon.after(62_000))
        #expect(impossible.retryAfter == .seconds(59))
        #expect(try await store.decide([demand], at: noon.after(121_000)).standings.first?.remaining == 2)
    }

    private func chargesAllOrNothing() async throws {
        let wide = RateRule.perMinute(100, name: "wide")
        let narrow = RateRule.perMinute(1, name: "narrow", algorithm: .slidingWindow)
        let both = [RateDemand(wide, by: .account(2)), RateDemand(narrow, by: .account(2))]
        #expect(try await store.decide(both, at: noon).isAllowed)
        for _ in 0..<10 {
            let refused = try await store.decide(both, at: noon)
            #expect(!refused.isAllowed)
            #expect(refused.standings.map(\.rule.name) == ["wide", "narrow"])
            #expect(refused.standings.map(\.remaining) == [99, 0])
        }
    }

    private func leavesShadowRulesOut() async throws {
        let shadow = RateRule.perMinute(1, name: "shadow").inMode(.shadow)
        let first = try await store.decide([RateDemand(shadow, by: .account(3))], at: noon)
        let second = try await store.decide([RateDemand(shadow, by: .account(3))], at: noon)
        #expect(first.isAllowed && first.standings.allSatisfy { !$0.wouldRefuse })
        #expect(second.isAllowed && second.standings.allSatisfy { $0.wouldRefuse && !$0.isRefusal })
    }

    private func probesAndCharges() async throws {
        let rule = RateRule.perMinute(2, name: "failures")
        let probe = RateDemand.probe(rule, by: .login("ann"))
        for _ in 0..<5 { #expect(try await store.decide([probe], at: noon).isAllowed) }
        _ = try await store.decide([.charge(rule, by: .login("ann"))], at: noon)
        #expect(try await store.decide([probe], at: noon).isAllowed)
        let charged = try await store.decide([.charge(rule, by: .login("ann"), cost: 10)], at: noon)
        #expect(charged.isAllowed && charged.standings.first?.remaining == 0)
        #expect(try await !store.decide([probe], at: noon + .minutes(1)).isAllowed)
        #expect(try await store.decide([probe], at: noon + .minutes(2)).isAllowed)
    }

    private func chargesRepeatedCountersOnce() async throws {
        let rule = RateRule.perMinute(10, name: "twice")
        let demand = RateDemand(rule, by: .account(4), cost: 3)
        let decision = try await store.decide([demand, demand], at: noon)
        #expect(decision.standings.map(\.remaining) == [7, 7])
    }

    private func keepsAlgorithmsAndSubjectsApart() async throws {
        let rule = RateRule.perMinute(1, name: "apart")
        let subjects: [RateSubject] = [
            .everyone, .account(5), .token("5"), .application("5"), .login("5"), .tenant("5"), .route("5"),
            .address(of: "192.0.2.5"), .address(of: "2001:db8::5"), .address(.unknown),
        ]
        for subject in subjects {
            #expect(try await store.decide([RateDemand(rule, by: subject)], at: noon).isAllowed)
            #expect(try await store.decide([RateDemand(rule, by: subject, and: .login("x"))], at: noon).isAllowed)
        }
        for algorithm in RateAlgorithm.allCases where algorithm != rule.algorithm {
            let other = RateRule.perMinute(1, name: "apart", algorithm: algorithm)
            #expect(try await store.decide([RateDemand(other, by: .account(5))], at: noon).isAllowed)
        }
    }

    private func forgets() async throws {
        for algorithm in RateAlgorithm.allCases {
            let rule = RateRule.perMinute(1, name: "forget", algorithm: algorithm)
            let demand = RateDemand(rule, by: .login("bob"))
            #expect(try await store.decide([demand], at: noon).isAllowed)
            #expect(try await !store.decide([demand], at: noon).isAllowed)
            try await store.forget(demand.key)
            #expect(try await store.decide([demand], at: noon).isAllowed)
        }
    }
}
