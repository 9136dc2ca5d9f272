import PorticoTelemetry

/// What live updates report; see the table in this module's README.
struct RealtimeMetrics: Sendable {
    /// How clients are connected.
    enum Kind: String, Sendable, CaseIterable {
        case stream
        case websocket
    }

    /// The figures of one kind.
    struct Channel: Sendable {
        let connections: Gauge
        let messages: Counter
        let bytes: Counter
    }

    let streams: Channel
    let sockets: Channel
    let subscriptions: Gauge
    let published: Counter
    let coalesced: Counter
    /// Clients that were cut off because they took too little.
    let cut: Counter
    let resumedFromMemory: Counter
    let resumedFromReplay: Counter
    let reset: Counter
    let travelled: Counter
    let arrived: Counter
    let refused: CounterFamily
    /// Calls of clients, by what became of them.
    let calls: CounterFamily

    init(_ registry: MetricsRegistry) {
        let connections = registry.gauge(
            "portico_realtime_connections", help: "Clients that are connected.", labels: ["kind"])
        let messages = registry.counter(
            "portico_realtime_messages_sent_total", help: "Messages sent to clients.", labels: ["kind"])
        let bytes = registry.counter(
            "portico_realtime_bytes_sent_total", help: "Bytes of messages sent to clients.", labels: ["kind"])
        func channel(_ kind: Kind) -> Channel {
            Channel(
                connections: connections.with(kind.rawValue), messages: messages.with(kind.rawValue),
                bytes: bytes.with(kind.rawValue))
        }
        streams = channel(.stream)
        sockets = channel(.websocket)
        subscriptions = registry.gauge("portico_realtime_subscriptions", help: "Topics that clients watch.")
        published = registry.counter("portico_realtime_published_total", help: "Messages given to the hub.")
        coalesced = registry.counter(
            "portico_realtime_coalesced_total", help: "Messages replaced by newer ones before a client took them.")
        cut = registry.counter(
            "portico_realtime_cut_total", help: "Clients cut off because too many messages waited for them.")
        let resumes = registry.counter(
            "portico_realtime_resumes_total", help: "Clients that came back, by where they got what they missed.",
            labels: ["source"])
        resumedFromMemory = resumes.with("memory")
        resumedFromReplay = resumes.with("replay")
        reset = resumes.with("reset")
        let travels = registry.counter(
            "portico_realtime_backplane_total", help: "Passing messages between nodes.", labels: ["direction"])
        travelled = travels.with("out")
        arrived = travels.with("in")
        refused = registry.counter(
            "portico_realtime_refused_total", help: "Sockets and subscriptions refused or ended, by reason.",
            labels: ["reason"])
        calls = registry.counter(
            "portico_realtime_calls_total", help: "Calls over sockets, by what became of them.", labels: ["outcome"])
    }
}
