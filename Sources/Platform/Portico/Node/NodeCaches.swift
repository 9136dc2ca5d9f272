import PorticoCache

/// The caches of a node: one registry for all applications, so that an invalidation reaches whatever is made of the same
/// rows.
enum NodeCaches {
    static func registry(_ settings: Settings, clock: Clock, metrics: MetricsRegistry) -> CacheRegistry {
        var configuration = CacheRegistry.Configuration()
        // Where tests move the clock, what is kept ages with it.
        if settings.text("environment") == "testing" { configuration.clock = .following(clock) }
        let registry = CacheRegistry(configuration)
        registry.export(to: metrics)
        return registry
    }
}
