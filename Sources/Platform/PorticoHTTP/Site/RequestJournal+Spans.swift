import PorticoTelemetry

extension RequestJournal {
    /// Ends the span of a request, by the semantic conventions of HTTP servers. Neither path nor query stand in it: the path of
    /// a link that signs somebody in is as good as a password. A streamed answer has only begun here.
    func finish(_ spans: SpanRecorder, _ exchange: Exchange, _ response: Response, _ summary: RequestSummary?) {
        let (method, status) = (method(exchange), response.status.code)
        let isFailure = RequestJournal.isFailure(response.status)
        var attributes = [
            SpanAttribute("http.request.method", method), SpanAttribute("url.scheme", scheme),
            SpanAttribute("http.response.status_code", status), SpanAttribute("portico.request.id", exchange.requestID),
        ]
        if let route = exchange.served?.pattern { attributes.append(SpanAttribute("http.route", route)) }
        if isFailure { attributes.append(SpanAttribute("error.type", String(status))) }
        if let summary {
            attributes.append(SpanAttribute("portico.statements", summary.statements))
            attributes.append(SpanAttribute("portico.rows", summary.rows))
        }
        let verb = method == "_OTHER" ? "HTTP" : method
        let name = exchange.served.map { "\(verb) \($0.pattern)" } ?? verb
        // Of those that are refused under load there may be thousands.
        spans.finish(name: name, attributes: attributes, isFailed: isFailure, keepsFailure: !exchange.isShed)
    }
}
