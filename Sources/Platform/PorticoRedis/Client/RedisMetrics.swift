import PorticoTelemetry

/// What a client reports; see the table in this module's README.
struct RedisMetrics: Sendable {
    let answered: Counter
    let refused: Counter
    let timedOut: Counter
    let lost: Counter
    let unavailable: Counter
    let seconds: Histogram
    let connected: Gauge
    let reconnects: Counter
    let gaps: Counter

    init(_ registry: MetricsRegistry) {
        let commands = registry.counter(
            "portico_redis_commands_total",
            help: "Commands by outcome: ok, refused by the server, timeout, lost with the connection, unavailable.",
            labels: ["outcome"])
        answered = commands.with("ok")
        refused = commands.with("refused")
        timedOut = commands.with("timeout")
        lost = commands.with("lost")
        unavailable = commands.with("unavailable")
        seconds = registry.histogram(
            "portico_redis_command_seconds", help: "Time from the call to the answer of commands that were answered.",
            buckets: HistogramBuckets([0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5]))
        connected = registry.gauge("portico_redis_connected", help: "Connections to Redis that are up.")
        reconnects = registry.counter("portico_redis_reconnects_total", help: "Connections made anew after a loss.")
        gaps = registry.counter(
            "portico_redis_gaps_total", help: "Times that a subscription may have missed messages.")
    }

    func count(_ error: RedisError) {
        switch error {
        case .refused, .unexpectedAnswer: refused.increment()
        case .timeout: timedOut.increment()
        case .disconnected: lost.increment()
        case .unavailable, .overloaded, .misconfigured, .closed: unavailable.increment()
        }
    }
}
