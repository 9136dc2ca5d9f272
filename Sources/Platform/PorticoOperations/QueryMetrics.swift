import PorticoSQL
import PorticoTelemetry

/// Puts the figures of an application's statements among the metrics.
public enum QueryMetrics {
    /// Registers counts, times, rows and failures by statement name.
    public static func register(_ log: QueryLog, in metrics: MetricsRegistry, application: String) {
        let labels = ["application", "statement"]
        metrics.observe(counter: "portico_sql_statements_total", help: "Statements that ran.", labels: labels) {
            log.statistics.snapshot().map { (labels: [application, $0.name], value: Double($0.count)) }
        }
        metrics.observe(
            counter: "portico_sql_statement_seconds_total", help: "Time statements took.", labels: labels
        ) {
            log.statistics.snapshot().map {
                (labels: [application, $0.name], value: Double($0.totalNanoseconds) / 1_000_000_000)
            }
        }
        metrics.observe(
            counter: "portico_sql_statement_rows_total", help: "Rows that statements gave or changed.", labels: labels
        ) { log.statistics.snapshot().map { (labels: [application, $0.name], value: Double($0.rows)) } }
        metrics.observe(counter: "portico_sql_statement_errors_total", help: "Statements that failed.", labels: labels)
        {
            log.statistics.snapshot().map { (labels: [application, $0.name], value: Double($0.errors)) }
        }
    }
}
