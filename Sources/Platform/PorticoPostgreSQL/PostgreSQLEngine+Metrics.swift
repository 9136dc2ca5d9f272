import PorticoSQL
import PorticoTelemetry
import Synchronization

extension PostgreSQLEngine {
    /// Shows this engine in a registry. Only the first call has an effect.
    ///
    /// Besides what ``PoolMetrics`` shows of the pools `session`, `long` and `single`:
    /// - `portico_sql_round_trips_total{application}`: how often a thread has waited for the server.
    public func register(in registry: MetricsRegistry, application: String) {
        metrics.register(in: registry, application: application) { [weak self] in self?.pools ?? [] }
        registry.observe(
            counter: "portico_sql_round_trips_total",
            help: "Waits for the database server inside transactions and reads.",
            labels: ["application"]
        ) { [waits] in [(labels: [application], value: Double(waits.value))] }
        copies?.register(in: registry, application: application)
    }
}

/// Counts waits for the server.
final class WaitCounter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }

    func add(_ waits: Int) {
        count.wrappingAdd(waits, ordering: .relaxed)
    }
}
