import PorticoTelemetry
import Synchronization

extension CacheRegistry {
    /// Shows all caches, those made later too, in a registry of metrics. The label `cache` has the declared names only.
    public func export(to metrics: MetricsRegistry) {
        exportReads(to: metrics)
        exportLoads(to: metrics)
        exportHoldings(to: metrics)
        exportTiers(to: metrics)
    }

    private typealias Sample = (labels: [String], value: Double)

    private func exportReads(to metrics: MetricsRegistry) {
        metrics.observe(
            counter: "portico_cache_reads_total", help: "Reads by cache, tier and outcome.",
            labels: ["cache", "tier", "outcome"]
        ) { [self] in
            statistics.flatMap { cache -> [Sample] in
                [
                    ([cache.name, "local", "hit"], Double(cache.local.hits)),
                    ([cache.name, "local", "miss"], Double(cache.local.misses)),
                    ([cache.name, "shared", "hit"], Double(cache.sharedHits)),
                    ([cache.name, "shared", "miss"], Double(cache.sharedMisses)),
                ]
            }
        }
        metrics.observe(
            counter: "portico_cache_events_total", help: "What else happened to a cache.", labels: ["cache", "event"]
        ) { [self] in
            statistics.flatMap { cache -> [Sample] in
                [
                    ([cache.name, "stale_serve"], Double(cache.staleServes)),
                    ([cache.name, "early_refresh"], Double(cache.earlyRefreshes)),
                    ([cache.name, "coalesced_wait"], Double(cache.coalescedWaits)),
                    ([cache.name, "lease_wait"], Double(cache.leaseWaits)),
                    ([cache.name, "load_failure"], Double(cache.loadFailures)),
                    ([cache.name, "timeout"], Double(cache.timeouts)),
                    ([cache.name, "refused_store"], Double(cache.refusedStores)),
                    ([cache.name, "refused_shared_write"], Double(cache.refusedSharedWrites)),
                    ([cache.name, "undecodable"], Double(cache.undecodable)),
                    ([cache.name, "upheaval"], Double(cache.local.upheavals)),
                ]
            }
        }
    }

    private func exportLoads(to metrics: MetricsRegistry) {
        observe(metrics, counter: "portico_cache_loads_total", "Loads that succeeded.") { Double($0.loads) }
        observe(metrics, counter: "portico_cache_load_seconds_total", "Time of these loads together.") {
            Double($0.loadNanoseconds) / 1e9
        }
        observe(metrics, counter: "portico_cache_evictions_total", "Values that went because there was no room.") {
            Double($0.local.evictions)
        }
        observe(metrics, counter: "portico_cache_evicted_bytes_total", "Bytes of these values.") {
            Double($0.local.evictedBytes)
        }
    }

    private func exportHoldings(to metrics: MetricsRegistry) {
        observe(metrics, gauge: "portico_cache_entries", "Values in process.") { Double($0.local.entries) }
        observe(metrics, gauge: "portico_cache_bytes", "Bytes in process.") { Double($0.local.bytes) }
        observe(metrics, gauge: "portico_cache_loading", "Loads under way.") { Double($0.loading) }
    }

    private func exportTiers(to metrics: MetricsRegistry) {
        metrics.observe(
            counter: "portico_cache_tier_failures_total", help: "Calls that another tier did not answer.",
            labels: ["tier", "reason"]
        ) { [self] in
            var samples: [Sample] = [(["backplane", "error"], Double(backplaneFailures.count(.sharedFailure)))]
            guard let shared else { return samples }
            for (reason, happening) in [
                ("error", CacheHappening.sharedFailure), ("timeout", .timeout), ("breaker", .breakerRefusal),
            ] {
                samples.append((["shared", reason], Double(shared.counters.count(happening))))
            }
            return samples
        }
        metrics.observe(gauge: "portico_cache_untold_tags", help: "Tags that others have not been told of yet.") {
            [self] in
            state.withLock { Double($0.untold.shared.count + $0.untold.nodes.count) }
        }
    }

    private func observe(
        _ metrics: MetricsRegistry, counter name: String, _ help: String,
        _ value: @escaping @Sendable (CacheStatistics) -> Double
    ) {
        metrics.observe(counter: name, help: help, labels: ["cache"]) { [self] in
            statistics.map { (labels: [$0.name], value: value($0)) }
        }
    }

    private func observe(
        _ metrics: MetricsRegistry, gauge name: String, _ help: String,
        _ value: @escaping @Sendable (CacheStatistics) -> Double
    ) {
        metrics.observe(gauge: name, help: help, labels: ["cache"]) { [self] in
            statistics.map { (labels: [$0.name], value: value($0)) }
        }
    }
}
