import PorticoTelemetry
import PorticoValues

extension Site {
    /// Where it is collected what a request costs, and its spans where requests are traced.
    func measure(of exchange: Exchange) -> RequestMeasure {
        let traceparent = exchange.request.head.headers["traceparent"]
        let spans = configuration.tracer?.request(
            exchange.requestID, traceparent: traceparent, isBelieved: mayMarkTraces(exchange),
            started: exchange.startedNanoseconds)
        return RequestMeasure(requestID: exchange.requestID, traceparent: traceparent, spans: spans)
    }

    /// Whether the client may have its trace kept by marking it. From strangers that would be a way to fill the collector.
    private func mayMarkTraces(_ exchange: Exchange) -> Bool {
        configuration.trustedProxies.contains(exchange.request.head.peer) || isOnThisMachine(exchange)
    }
}
