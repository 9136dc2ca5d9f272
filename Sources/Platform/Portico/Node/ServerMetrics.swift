import PorticoServer

/// Counts what the server reports.
struct ServerMetrics: ServerObserver {
    private let open: Gauge
    private let opened: Counter
    private let refused: Counter
    private let read: Counter
    private let written: Counter
    private let lag: Histogram

    init(_ metrics: MetricsRegistry) {
        open = metrics.gauge("http_server_open_connections", help: "Connections that are open.")
        opened = metrics.counter("http_server_connections_total", help: "Connections that were opened.")
        refused = metrics.counter(
            "http_server_connections_refused_total", help: "Connections turned away because too many were open.")
        read = metrics.counter("http_server_received_bytes_total", help: "Bytes read from clients.")
        written = metrics.counter("http_server_sent_bytes_total", help: "Bytes written to clients.")
        lag = metrics.histogram(
            "portico_event_loop_lag_seconds", help: "How much later than planned an event loop ran a task.")
    }

    func connectionOpened() {
        open.add(1)
        opened.increment()
    }

    func connectionClosed() { open.add(-1) }

    func connectionRefused() { refused.increment() }

    func received(bytes: Int) { read.increment(by: bytes) }

    func sent(bytes: Int) { written.increment(by: bytes) }

    func eventLoopLagged(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        lag.observe(nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
