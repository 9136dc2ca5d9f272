// example
import PorticoLimits
import PorticoRedis
import PorticoTelemetry
// end of example
import PorticoValues
import Testing

@Suite(
    "The README's shared limits", .disabled(if: TestRedis.isMissing, "no Redis server"), .timeLimit(.minutes(2)))
struct ExampleTests {
    @Test("nodes count together")
    func example() async throws {
        let url = TestRedis.url ?? ""
        let metrics = MetricsRegistry()
        let now = Clock().now()
        let name = uniqueName()
        // example
        var configuration = RedisClient.Configuration(url: url)  // redis://[user:password@]host[:port][/database]
        configuration.metrics = metrics
        // end of example
        configuration.timeout = .seconds(10)
        configuration.hardTimeout = .seconds(20)
        // example
        let client = try RedisClient(configuration)
        let counters = RedisRateLimiter(client)
        let limits = RateLimits(book: RateRuleBook(RateRule.standard), store: counters, nodes: 2)
        let claim = RateClaim("sign-in-failures", by: .login(name))
        let isAllowed = await limits.decide([claim], at: now).isAllowed
        // end of example
        let otherNode = RateLimits(book: RateRuleBook(RateRule.standard), store: counters, nodes: 2)
        for _ in 0..<4 { #expect(await otherNode.decide([claim], at: now).isAllowed) }
        #expect(isAllowed)
        #expect(await !limits.decide([claim], at: now).isAllowed)
        #expect(await !otherNode.decide([claim], at: now).isAllowed)
        // example
        await client.shutdown()
        // end of example
    }
}
