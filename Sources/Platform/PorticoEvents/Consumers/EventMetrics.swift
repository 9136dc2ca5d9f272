import PorticoTelemetry

/// What consumers report; see the table in this module's README.
struct EventMetrics: Sendable {
    private let application: String
    private let delivered: Counter
    private let handled: CounterFamily
    private let faults: CounterFamily
    private let position: GaugeFamily
    private let parked: GaugeFamily

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
    }

    func delivered(_ count: Int) {
        delivered.increment(by: count)
    }

    func handled(_ consumer: String, _ count: Int, faults failed: Int = 0, at last: EventPosition) {
        handled.with(application, consumer).increment(by: count)
        if failed > 0 { faults.with(application, consumer).increment(by: failed) }
        position.with(application, consumer).set(Double(last.id))
    }

    /// Shows what lies aside. States that were shown before and have none now are shown as none.
    func show(_ counts: [(consumer: String, state: ParkedEventState, count: Int)]) {
        for (labels, gauge) in parked.series where labels.first == application {
            let isThere = counts.contains { $0.consumer == labels[1] && $0.state.rawValue == labels[2] }
            if !isThere { gauge.set(0) }
        }
        for entry in counts {
            parked.with(application, entry.consumer, entry.state.rawValue).set(Double(entry.count))
        }
    }
}
