import Logging
import PorticoRedis

/// The Redis that several nodes share, where the settings name one: it counts rate limits, and carries notices between
/// nodes.
struct SharedCounters: Sendable {
    let client: RedisClient
    let backplane: RedisBackplane
    let keys: RedisKeys
    private let nodes: Int
    private let isTesting: Bool

    /// nil without `redis.url`.
    /// - Throws: ``Settings/Mistake`` for an address that can't be one, and for a prefix of keys that isn't.
    init?(_ settings: Settings, metrics: MetricsRegistry, logger: Logger) throws(Settings.Mistake) {
        guard !settings.text("redis.url").isEmpty else { return nil }
        keys = try RedisKeys(settings)
        var configuration = RedisClient.Configuration(url: settings.text("redis.url"))
        configuration.timeout = .milliseconds(Int64(settings.integer("redis.timeout_milliseconds")))
        configuration.hardTimeout = max(configuration.hardTimeout, configuration.timeout)
        configuration.metrics = metrics
        configuration.logger = logger
        do {
            client = try RedisClient(configuration)
        } catch {
            throw Settings.Mistake(description: "redis.url: \(error)")
        }
        backplane = RedisBackplane(client, prefix: keys.own("portico"))
        nodes = settings.integer("redis.nodes")
        isTesting = settings.text("environment") == "testing"
    }

    /// Limits by the rules of `book`, counted in Redis; while it is away, here with this node's share.
    func limits(_ book: RateRuleBook, metrics: MetricsRegistry) -> RateLimits {
        let alone = metrics.counter(
            "portico_rate_limit_alone_total",
            help: "Decisions made without the shared counters, by what the rule declares for that.", labels: ["policy"])
        let remembered = metrics.counter(
            "portico_rate_limit_remembered_total", help: "Refusals repeated without asking the shared counters.")
        // In the testing environment the process's clock moves, and limits with it.
        let store = RedisRateLimiter(client, prefix: keys.own("portico"), time: isTesting ? .caller : .server)
        return RateLimits(book: book, store: store, nodes: nodes) { event in
            switch event {
            case .decidedAlone(let policy): alone.with(policy.rawValue).increment()
            case .rememberedRefusal: remembered.increment()
            }
        }
    }

    /// Ends all connections.
    func shutdown() async {
        await backplane.shutdown()
        await client.shutdown()
    }

    /// Whether Redis answers. A node serves without it, so it is not essential.
    var check: HealthCheck {
        HealthCheck("redis", isEssential: false) { [client] in
            do {
                _ = try await client.ping()
                return HealthCheck.Result(.healthy, "\(client.readyConnections) connections")
            } catch {
                return HealthCheck.Result(.degraded, "limits are counted per node: \(error)")
            }
        }
    }
}
