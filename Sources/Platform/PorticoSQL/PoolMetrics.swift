import PorticoTelemetry
import Synchronization

/// How long work waited for the connections of an engine, and the figures that every engine shows of its pools under
/// the same names.
///
/// - `portico_sql_pool_connections{application,pool,state}`: gauge; state is `in_use`, `idle`, `waiting` (callers) or
///   `capacity`.
/// - `portico_sql_pool_wait_seconds{application,pool}`: histogram of how long work waited for a connection.
///
/// It counts for ``waits(of:)`` from the beginning, and for a registry once it is registered.
public final class PoolMetrics: Sendable {
    private let figures: [String: Figures]
    private let isRegistered = Atomic<Bool>(false)

    /// Metrics of the pools of one engine, by their names.
    public init(pools: [String]) {
        figures = Dictionary(pools.map { ($0, Figures()) }) { first, _ in first }
    }

    /// Notes how long a piece of work waited for a connection of `pool`.
    public func waited(_ nanoseconds: Int64, for pool: String) {
        guard let figures = figures[pool] else { return }
        figures.waits.record(nanoseconds: nanoseconds)
        figures.shown.load()?.observe(nanoseconds: nanoseconds)
    }

    /// How long work waited for the connections of `pool` so far.
    public func waits(of pool: String) -> LatencySnapshot {
        figures[pool]?.waits.snapshot() ?? .empty
    }

    /// Shows the pools of `application` in a registry. Only the first call has an effect.
    /// - Parameter pools: reads how each pool stands; their names never change.
    public func register(
        in registry: MetricsRegistry, application: String,
        pools: @escaping @Sendable () -> [(name: String, status: PoolStatus)]
    ) {
        guard !isRegistered.exchange(true, ordering: .relaxed) else { return }
        let family = registry.histogram(
            "portico_sql_pool_wait_seconds", help: "Time that work waited for a database connection.",
            labels: ["application", "pool"], buckets: HistogramBuckets([0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 2, 10]))
        for (name, _) in pools() { _ = figures[name]?.shown.storeIfNil(family.with(application, name)) }
        registry.observe(
            gauge: "portico_sql_pool_connections", help: "Database connections by state, and callers waiting for one.",
            labels: ["application", "pool", "state"]
        ) {
            pools().flatMap { name, status in
                [
                    ("in_use", status.inUse), ("idle", status.idle), ("waiting", status.waiting),
                    ("capacity", status.capacity),
                ].map { (labels: [application, name, $0.0], value: Double($0.1)) }
            }
        }
    }

    private final class Figures: Sendable {
        let waits = LatencyHistogram()
        let shown = AtomicLazyReference<Histogram>()
    }
}
