import PorticoLimits
import Testing

@Suite struct ConcurrencyLimitTests {
    @Test("lets in as many as fit and gives places back once")
    func places() throws {
        let limit = ConcurrencyLimit(2)
        let first = try #require(limit.admit())
        let second = try #require(limit.admit())
        #expect(limit.admit() == nil && limit.underWay == 2 && limit.refused == 1)
        first.finish()
        first.finish()
        #expect(limit.underWay == 1)
        let third = try #require(limit.admit())
        withExtendedLifetime((second, third)) { #expect(limit.underWay == 2) }
    }

    @Test("takes the place back from a permit that was lost")
    func lost() {
        let limit = ConcurrencyLimit(1)
        do {
            let permit = limit.admit()
            #expect(permit != nil)
        }
        #expect(limit.underWay == 0)
    }

    @Test("keeps shares for what matters more")
    func priorities() {
        let limit = ConcurrencyLimit(.fixed(10), shares: PriorityShares(critical: 0.2, normal: 0.5))
        var permits: [ServicePermit?] = []
        func admitted(_ priority: RequestPriority) -> Int {
            let before = limit.underWay
            permits += (0..<20).map { _ in limit.admit(priority) }
            return limit.underWay - before
        }
        #expect(admitted(.deferrable) == 5)
        #expect(admitted(.normal) == 3)
        #expect(admitted(.critical) == 2)
        #expect(admitted(.vital) == 0 && limit.admit(.vital) != nil)
        withExtendedLifetime(permits) {}
    }

    @Test("follows the latency that permits report")
    func adaptation() throws {
        let limit = ConcurrencyLimit(.init(initial: 20, least: 5, most: 100, samplesPerRound: 1), shares: .equal)
        try #require(limit.admit()).finish(.overloaded)
        #expect(limit.limit == 18)
        let permits = (0..<18).compactMap { _ in limit.admit() }
        for permit in permits { permit.finish(.served(latency: 0.01)) }
        #expect(limit.limit > 18)
        let grown = limit.limit
        try #require(limit.admit()).finish()
        #expect(limit.limit == grown)
    }

    @Test("serves every priority when idle, however small the limit")
    func idle() {
        for priority in RequestPriority.allCases {
            #expect(ConcurrencyLimit(1, shares: PriorityShares()).admit(priority) != nil)
        }
    }

    @Test("never has more under way than its limit, whoever calls")
    func contention() async {
        let limit = ConcurrencyLimit(8)
        let tooMany = await sumOfCallers(64) { _ in
            (0..<200).count { _ in
                guard let permit = limit.admit() else { return false }
                defer { permit.finish() }
                return limit.underWay > 8
            }
        }
        #expect(tooMany == 0 && limit.underWay == 0)
    }
}

@Suite struct LoadShedderTests {
    @Test("tells what had no place and keeps no place of a refused request")
    func refusals() {
        let shedder = LoadShedder(server: .fixed(2), shares: .equal, routes: ["/export": 1])
        guard case .admitted(let export) = shedder.admit(route: "/export", priority: .normal) else {
            Issue.record("the first export must be admitted")
            return
        }
        #expect(isRefused(shedder.admit(route: "/export", priority: .normal), by: .route))
        let other = shedder.admit(route: "/", priority: .normal)
        #expect(isRefused(shedder.admit(route: "/", priority: .critical), by: .server))
        export.finish(.served(latency: 0.01))
        withExtendedLifetime(other) { #expect(shedder.server.underWay == 1) }
        #expect(shedder.routeLimits["/export"]?.underWay == 0)
    }

    @Test("always answers what is vital")
    func vital() {
        let shedder = LoadShedder(server: .fixed(1), routes: ["/livez": 1])
        let held = shedder.admit(route: "/", priority: .critical)
        for _ in 0..<10 { #expect(!isRefused(shedder.admit(route: "/livez", priority: .vital), by: .server)) }
        withExtendedLifetime(held) {}
    }

    @Test("changes a route's limit while it runs")
    func changes() {
        let shedder = LoadShedder(server: .fixed(10), shares: .equal)
        shedder.setLimit(1, ofRoute: "/report")
        let held = shedder.admit(route: "/report", priority: .normal)
        #expect(isRefused(shedder.admit(route: "/report", priority: .normal), by: .route))
        shedder.setLimit(nil, ofRoute: "/report")
        #expect(!isRefused(shedder.admit(route: "/report", priority: .normal), by: .route))
        withExtendedLifetime(held) {}
    }

    private func isRefused(_ verdict: LoadVerdict, by cause: LoadVerdict.Cause) -> Bool {
        if case .refused(cause) = verdict { return true }
        return false
    }
}
