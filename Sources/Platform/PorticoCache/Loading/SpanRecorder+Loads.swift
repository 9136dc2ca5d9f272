import PorticoTelemetry

extension SpanRecorder {
    /// Records that a value was brought from its source for a cache. Who waits for a load of somebody else has none.
    func record(_ opened: TraceContext?, loadOf cache: String, from start: Int64, isFailed: Bool = false) {
        record(
            opened, kind: .inner, name: "load \(cache)", from: start,
            attributes: [SpanAttribute("portico.cache", cache)], isFailed: isFailed)
    }
}
