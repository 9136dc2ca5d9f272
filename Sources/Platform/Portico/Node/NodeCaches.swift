import PorticoRedis

/// The caches of a node: one registry for all applications, so that an invalidation reaches whatever is made of the same
/// rows.
enum NodeCaches {
    /// - Parameter redis: where the nodes share one: it is tier 2, and tells the others what is stale.
    static func registry(
        _ settings: Settings, clock: Clock, metrics: MetricsRegistry, redis: SharedCounters?
    ) -> CacheRegistry {
        var configuration = CacheRegistry.Configuration()
        // Where tests move the clock, what is kept ages with it.
        if settings.text("environment") == "testing" { configuration.clock = .following(clock) }
        if let redis {
            configuration.shared = RedisSharedCache(redis.client, prefix: redis.keys.own("portico"))
            configuration.backplane = RedisCacheBackplane(redis.backplane)
        }
        let registry = CacheRegistry(configuration)
        registry.export(to: metrics)
        return registry
    }
}
