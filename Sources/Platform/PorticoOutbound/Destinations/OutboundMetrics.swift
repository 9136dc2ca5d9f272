import PorticoLimits
import PorticoTelemetry
import PorticoValues

/// What calls to one destination report; see the table in this module's README.
struct OutboundMetrics: Sendable {
    private let destination: String
    private let requests: CounterFamily
    private let seconds: Histogram
    private let retries: Counter

    init(_ registry: MetricsRegistry, destination: String) {
        self.destination = destination
        requests = registry.counter(
            "portico_outbound_requests_total",
            help: "Calls by outcome: the class of the status, or why there was no answer.",
            labels: ["destination", "outcome"])
        seconds = registry.histogram(
            "portico_outbound_seconds", help: "Time of calls that were made, each try by itself.",
            labels: ["destination"]
        ).with(destination)
        retries = registry.counter(
            "portico_outbound_retries_total", help: "Calls made again.", labels: ["destination"]
        ).with(destination)
    }

    func answered(_ status: Int, nanoseconds: Int64) {
        requests.with(destination, "\(min(max(status / 100, 1), 9))xx").increment()
        seconds.observe(nanoseconds: nanoseconds)
    }

    func failed(_ outcome: String, nanoseconds: Int64?) {
        requests.with(destination, outcome).increment()
        if let nanoseconds { seconds.observe(nanoseconds: nanoseconds) }
    }

    func retried() {
        retries.increment()
    }

    /// Shows calls under way and the circuit at each scrape, as long as there is the destination.
    func observe(_ owner: OutboundDestination, in registry: MetricsRegistry) {
        let name = destination
        registry.observe(
            gauge: "portico_outbound_under_way", help: "Calls under way.", labels: ["destination"]
        ) { [weak owner] in
            owner.map { [(labels: [name], value: Double($0.underWay))] } ?? []
        }
        registry.observe(
            gauge: "portico_outbound_circuit", help: "The circuit: 0 closed, 1 half open, 2 open.",
            labels: ["destination"]
        ) { [weak owner] in
            guard let position = owner?.circuit?.position else { return [] }
            switch position {
            case .closed: return [(labels: [name], value: 0)]
            case .halfOpen: return [(labels: [name], value: 1)]
            case .open: return [(labels: [name], value: 2)]
            }
        }
    }
}
