import PorticoLimits
import PorticoRedis
import PorticoTelemetry
import PorticoValues
import Testing

/// The sum of what so many concurrent callers answer.
private func sumOfCallers(_ callers: Int, _ work: @escaping @Sendable (Int) async throws -> Int) async throws -> Int {
    try await withThrowingTaskGroup(of: Int.self) { group in
        for caller in 0..<callers { group.addTask { try await work(caller) } }
        return try await group.reduce(0, +)
    }
}

@Suite("Redis rate limiter", .disabled(if: TestRedis.isMissing, "no Redis server"), .timeLimit(.minutes(2)))
struct RedisRateLimiterTests {
    private let url = TestRedis.url ?? ""

    @Test("does what every store must do")
    func conformance() async throws {
        try await withClient(settings(url)) { client in
            try await StoreConformance(
                store: RedisRateLimiter(client, prefix: uniqueName(), time: .caller)
            ).run()
        }
    }

    @Test("decides like the limiter in process, to the last millisecond", arguments: 0..<12 as Range<UInt64>)
    func differential(seed: UInt64) async throws {
        var numbers = SeededNumbers(seed)
        var rules = differentialRules(&numbers)
        try await withClient(settings(url)) { client in
            let shared = RedisRateLimiter(client, prefix: uniqueName(), time: .caller)
            let local = LocalRateLimiter(shards: 4)
            var now = noon
            for step in 0..<400 {
                now = now.after(.random(in: 0...150, using: &numbers))
                let index = Int.random(in: 0..<rules.count, using: &numbers)
                if step % 50 == 49 {
                    rules[index] = try rules[index].changed(quota: .random(in: 1...90, using: &numbers))
                }
                if step % 70 == 69 {
                    let key = RateKey(rule: rules[index].name, subject: .everyone)
                    local.forget(key)
                    try await shared.forget(key)
                }
                let demands = (0..<Int.random(in: 1...4, using: &numbers)).map { _ in
                    demand(on: rules[Int.random(in: 0..<rules.count, using: &numbers)], &numbers)
                }
                let expected = local.decide(demands, at: now)
                #expect(try await shared.decide(demands, at: now) == expected, "step \(step)")
            }
        }
    }

    /// Rules of both algorithms: ordinary ones, one whose ticks are fractions of milliseconds, and ones whose numbers
    /// need more than 53 bits.
    private func differentialRules(_ numbers: inout SeededNumbers) -> [RateRule] {
        var rules = RateAlgorithm.allCases.flatMap { algorithm in
            (0..<2).map { number in
                RateRule(
                    "\(algorithm.rawValue).\(number)", quota: .random(in: 1...50, using: &numbers),
                    per: .milliseconds(.random(in: 100...5_000, using: &numbers)),
                    burst: .random(in: 1...60, using: &numbers), algorithm: algorithm)
            }
        }
        rules.append(RateRule("fine", quota: 999_983, per: .seconds(7), burst: 40))
        rules.append(RateRule("vast", quota: 2_000_003, per: .days(366), burst: 2_000_003))
        rules.append(RateRule("vast-window", quota: 30_000_001, per: .days(366), algorithm: .slidingWindow))
        rules[1].mode = .shadow
        return rules
    }

    private func demand(on rule: RateRule, _ numbers: inout SeededNumbers) -> RateDemand {
        let isVast = rule.quota > 1000
        let units =
            isVast ? Int.random(in: 1...rule.quota / 3, using: &numbers) : Int.random(in: 0...6, using: &numbers)
        switch Int.random(in: 0..<5, using: &numbers) {
        case 0: return .probe(rule, by: .everyone, units: units)
        case 1: return .charge(rule, by: .everyone, cost: units)
        case 2: return RateDemand(rule, by: .account(1), cost: .max)
        default: return RateDemand(rule, by: .everyone, cost: units)
        }
    }

    @Test("admits exactly the quota to 64 callers at once", arguments: RateAlgorithm.allCases)
    func exactness(algorithm: RateAlgorithm) async throws {
        try await withClient(settings(url)) { client in
            let limiter = RedisRateLimiter(client, prefix: uniqueName(), time: .caller)
            let rule = RateRule.perMinute(500, algorithm: algorithm)
            let admitted = try await sumOfCallers(64) { _ in
                var admitted = 0
                for _ in 0..<20 where try await limiter.decide([RateDemand(rule, by: .account(1))], at: noon).isAllowed
                {
                    admitted += 1
                }
                return admitted
            }
            #expect(admitted == 500)
        }
    }

    @Test("lets two nodes together admit the quota, by the server's clock", arguments: RateAlgorithm.allCases)
    func nodes(algorithm: RateAlgorithm) async throws {
        try await withClient(settings(url)) { one in
            try await withClient(settings(url)) { two in
                let prefix = uniqueName()
                let nodes = [RedisRateLimiter(one, prefix: prefix), RedisRateLimiter(two, prefix: prefix)]
                // So slow that nothing comes back while the test runs, whatever the clocks of the callers say.
                let rule = RateRule("slow", quota: 200, per: .days(300), algorithm: algorithm)
                let admitted = try await sumOfCallers(32) { caller in
                    var admitted = 0
                    for round in 0..<20 {
                        let now = noon.after(Int64(caller * 1_000_000 + round))
                        let demands = [RateDemand(rule, by: .everyone)]
                        if try await nodes[caller % 2].decide(demands, at: now).isAllowed { admitted += 1 }
                    }
                    return admitted
                }
                #expect(admitted == 200)
            }
        }
    }

    @Test("charges all rules or none while many callers compete")
    func atomicity() async throws {
        try await withClient(settings(url)) { client in
            let limiter = RedisRateLimiter(client, prefix: uniqueName(), time: .caller)
            let own = RateRule.perMinute(100, name: "own")
            let shared = RateRule.perMinute(200, name: "shared", algorithm: .slidingWindow)
            let admitted = try await sumOfCallers(32) { caller in
                var admitted = 0
                for _ in 0..<20 {
                    let demands = [
                        RateDemand(own, by: .account(Int64(caller))), RateDemand(shared, by: .everyone),
                    ]
                    if try await limiter.decide(demands, at: noon).isAllowed { admitted += 1 }
                }
                return admitted
            }
            #expect(admitted == 200)
            let spent = try await sumOfCallers(32) { caller in
                let probe = RateDemand.probe(own, by: .account(Int64(caller)))
                return 100 - (try await limiter.decide([probe], at: noon).standings.first?.remaining ?? 0)
            }
            #expect(spent == 200)
        }
    }

    @Test("follows a clock that tests move")
    func movedClock() async throws {
        try await withClient(settings(url)) { client async throws in
            let clock = Clock()
            let system = Clock()
            let offset = RedisRateLimiter.TimeSource.server {
                .milliseconds((clock.now() - system.now()).seconds * 1000)
            }
            let limiter = RedisRateLimiter(client, prefix: uniqueName(), time: offset)
            let rule = RateRule("hourly", quota: 1, per: .hours(1))
            let demand = RateDemand(rule, by: .everyone)
            #expect(try await limiter.decide([demand], at: clock.now()).isAllowed)
            #expect(try await !limiter.decide([demand], at: clock.now()).isAllowed)
            clock.advance(by: .minutes(61))
            #expect(try await limiter.decide([demand], at: clock.now()).isAllowed)
        }
    }

    @Test("keeps keys no longer than they matter, short and in one slot")
    func keys() async throws {
        try await withClient(settings(url)) { client in
            let prefix = uniqueName()
            let limiter = RedisRateLimiter(client, prefix: prefix)
            let demands = RateAlgorithm.allCases.map {
                RateDemand(.perMinute(60, algorithm: $0), by: .login(String(repeating: "long", count: 1000)))
            }
            _ = try await limiter.decide(demands, at: noon)
            let keys = try await client.send(RedisCommand("KEYS", "{\(prefix):limits}:*")).elements?.compactMap(\.text)
            #expect(keys?.count == RateAlgorithm.allCases.count && keys?.allSatisfy { $0.utf8.count < 200 } == true)
            for key in keys ?? [] {
                let life = try await client.send(RedisCommand("PTTL", key)).integer ?? 0
                #expect(life > 0 && life <= 121_000)
            }
        }
    }

    @Test("asks nothing of an empty list, and throws when Redis is away")
    func edges() async throws {
        try await withClient(settings("redis://127.0.0.1:1")) { client async throws in
            let limiter = RedisRateLimiter(client)
            #expect(try await limiter.decide([], at: noon) == .unlimited)
            await #expect(throws: RedisError.self) {
                try await limiter.decide([RateDemand(.perMinute(1), by: .everyone)], at: noon)
            }
        }
    }
}

@Suite("Redis rate limiter without Redis", .timeLimit(.minutes(1)))
struct RedisFallbackTests {
    @Test("counts on while Redis is killed, and together with it again", .enabled(if: ServerProcess.isInstalled))
    func realOutage() async throws {
        let server = try ServerProcess()
        try await withClient(settings(server.url)) { client in
            let limiter = FallbackRateLimiter(RedisRateLimiter(client, time: .caller), nodes: 1)
            let rule = RateRule("r", quota: 5, per: .days(30))
            let demand = RateDemand(rule, by: .everyone)
            #expect(await limiter.decide([demand], at: noon).standings.first?.remaining == 4)
            server.crash()
            #expect(await limiter.decide([demand], at: noon).standings.first?.remaining == 3)
            try server.restart()
            // The server has come back empty, which its first answer shows.
            let probe = RateDemand.probe(rule, by: .everyone)
            try await eventually { await limiter.decide([probe], at: noon).standings.first?.remaining == 5 }
        }
    }
}
