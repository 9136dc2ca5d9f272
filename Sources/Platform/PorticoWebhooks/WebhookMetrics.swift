import PorticoTelemetry

/// What deliveries report; see the table in this module's README.
struct WebhookMetrics: Sendable {
    private let application: String
    private let attempts: CounterFamily
    private let disabled: Counter

    init(_ registry: MetricsRegistry, application: String) {
        self.application = application
        attempts = registry.counter(
            "portico_webhooks_attempts_total", help: "Tries to deliver: delivered, again later, failed for good.",
            labels: ["application", "outcome"])
        disabled = registry.counter(
            "portico_webhooks_disabled_total", help: "Subscriptions disabled because they failed.",
            labels: ["application"]
        ).with(application)
    }

    func tried(_ outcome: String) {
        attempts.with(application, outcome).increment()
    }

    func disabledOne() {
        disabled.increment()
    }
}
