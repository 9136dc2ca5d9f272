import PorticoTelemetry
import Synchronization

/// The figures that every engine shows of its pools, under the same names.
///
/// - `portico_sql_pool_connections{application,pool,state}`: gauge; state is `in_use`, `idle`, `waiting` (callers) or
///   `capacity`.
/// - `portico_sql_pool_wait_seconds{application,pool}`: histogram of how long work waited for a connection.
///
/// Until it is registered it counts nothing.
public final class PoolMetrics: Sendable {
    private let waits = AtomicLazyReference<Waits>()

    /// Metrics of the pools of one engine.
    public init() {}

    /// Notes how long a piece of work waited for a connection of `pool`.
    public func waited(_ nanoseconds: Int64, for pool: String) {
        waits.load()?.histograms[pool]?.observe(nanoseconds: nanoseconds)
    }

    /// Shows the pools of `application` in a registry. Only the first call has an effect.
    /// - Parameter pools: reads how each pool stands; their names never change.
    public func register(
        in registry: MetricsRegistry, application: String,
        pools: @escaping @Sendable () -> [(name: String, status: PoolStatus)]
    ) {
        let family = registry.histogram(
            "portico_sql_pool_wait_seconds", help: "Time that work waited for a database connection.",
            labels: ["application", "pool"], buckets: HistogramBuckets([0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 2, 10]))
        let histograms = pools().map { ($0.name, family.with(application, $0.name)) }
        let mine = Waits(Dictionary(histograms, uniquingKeysWith: { first, _ in first }))
        guard waits.storeIfNil(mine) === mine else { return }
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

    private final class Waits: Sendable {
        let histograms: [String: Histogram]

        init(_ histograms: [String: Histogram]) {
            self.histograms = histograms
        }
    }
}
