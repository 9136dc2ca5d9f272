import PorticoTelemetry
import PorticoValues

/// What consumers report; see the table in this module's README.
struct EventMetrics: Sendable {
    private let application: String
    private let delivered: Counter
    private let handled: CounterFamily
    private let faults: CounterFamily
    private let position: GaugeFamily
    private let parked: GaugeFamily
    private let lag: GaugeFamily
    private let halted: GaugeFamily
    private let rows: Gauge
    private let age: Gauge

    init(_ registry: MetricsRegistry, application: String) {
        self.application = application
        delivered = registry.counter(
            "portico_events_delivered_total", help: "Events given to the listeners of this process.",
            labels: ["application"]
        ).with(application)
        handled = registry.counter(
            "portico_events_handled_total", help: "Events that consumers of this process have passed.",
            labels: ["application", "consumer"])
        faults = registry.counter(
            "portico_events_faults_total", help: "Events put aside because their handling failed.",
            labels: ["application", "consumer"])
        position = registry.gauge(
            "portico_events_position", help: "Id of the last event a consumer has passed.",
            labels: ["application", "consumer"])
        parked = registry.gauge(
            "portico_events_parked", help: "Events put aside.", labels: ["application", "consumer", "state"])
        lag = registry.gauge(
            "portico_events_lag_seconds", help: "How long the first event has waited that a consumer has yet to pass.",
            labels: ["application", "consumer"])
        halted = registry.gauge(
            "portico_events_halted",
            help: "Whether a consumer stands still, because it has put aside as many events as it may.",
            labels: ["application", "consumer"])
        rows = registry.gauge("portico_events_outbox_rows", help: "Events in the outbox.", labels: ["application"])
            .with(application)
        age = registry.gauge(
            "portico_events_outbox_age_seconds", help: "How long ago the oldest event of the outbox happened.",
            labels: ["application"]
        ).with(application)
    }

    func delivered(_ count: Int) {
        delivered.increment(by: count)
    }

    func handled(_ consumer: String, _ count: Int, faults failed: Int = 0, at last: EventPosition) {
        handled.with(application, consumer).increment(by: count)
        if failed > 0 { faults.with(application, consumer).increment(by: failed) }
        position.with(application, consumer).set(Double(last.id))
    }

    /// Shows who stands where. What was shown before and is not there now is shown as none.
    func show(_ standings: EventStandings, at now: Instant) {
        func seconds(since instant: Instant?) -> Double {
            instant.map { Double(max(0, (now - $0).milliseconds)) / 1000 } ?? 0
        }
        rows.set(Double(standings.outbox.rows))
        age.set(seconds(since: standings.outbox.oldest))
        for family in [parked, lag, halted] {
            for (labels, gauge) in family.series where labels.first == application {
                if !standings.consumers.contains(where: { $0.consumer == labels[1] }) { gauge.set(0) }
            }
        }
        for standing in standings.consumers {
            lag.with(application, standing.consumer).set(seconds(since: standing.waitingSince))
            halted.with(application, standing.consumer).set(standing.isHalted ? 1 : 0)
            for state in ParkedEventState.allCases {
                parked.with(application, standing.consumer, state.rawValue).set(Double(standing.parked[state] ?? 0))
            }
        }
    }
}
