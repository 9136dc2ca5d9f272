import PorticoTelemetry
import Testing

@testable import PorticoOutbound

@Suite(.timeLimit(.minutes(2))) struct OutboundSpanTests {
    private let box = SpanBox()

    /// Makes a call in work that is traced.
    private func traced(_ calls: Calls, _ request: OutboundRequest, retries: Int = 0) async throws -> [TraceSpan] {
        let spans = box.tracer().request("r", traceparent: nil, isBelieved: false)
        let measure = RequestMeasure(requestID: "r", traceparent: nil, spans: spans)
        let destination = calls.local { $0.retries = retries }
        await RequestMeasure.$current.withValue(measure) {
            _ = try? await calls.client.send(request, to: destination)
        }
        spans.finish(name: "GET /x", attributes: [], isFailed: false)
        return try #require(box.kept.last)
    }

    @Test("each try is a span of its own, which the other side is told, and names no address but the origin's")
    func tries() async throws {
        let tally = Tally()
        let server = try LocalServer { _ in tally.next() == 0 ? .answer(503) : .answer(200) }
        defer { server.stop() }
        let calls = try Calls()
        let url = try OutboundURL(server.url + "/hooks/geheim?token=geheim")
        let kept = try await traced(calls, OutboundRequest("GET", url), retries: 1)
        #expect(kept.map(\.kind) == [.server, .client, .client] && kept.map(\.isFailed) == [false, true, false])
        #expect(server.received.compactMap { $0.headers["traceparent"] } == kept.dropFirst().map(\.context.traceparent))
        #expect(kept.dropFirst().allSatisfy { $0.parent == kept[0].context.spanID && $0.name == "GET" })
        #expect(
            kept[1].attributes == [
                SpanAttribute("http.request.method", "GET"), SpanAttribute("url.scheme", "http"),
                SpanAttribute("server.address", "127.0.0.1"), SpanAttribute("server.port", server.port),
                SpanAttribute("portico.destination", "test"), SpanAttribute("http.response.status_code", 503),
                SpanAttribute("error.type", "503"),
            ])
        #expect(!"\(kept)".contains("geheim"))
        await calls.client.shutdown()
    }

    @Test("a call without an answer is told with why, and a trace that the caller names is left alone")
    func failure() async throws {
        let server = try LocalServer { _ in .hangUp }
        defer { server.stop() }
        let calls = try Calls()
        var request = OutboundRequest("POST", try OutboundURL(server.url))
        request.headers = [(name: "traceparent", value: "own")]
        let kept = try await traced(calls, request)
        #expect(kept.count == 2 && kept[1].isFailed)
        #expect(kept[1].attributes.contains(SpanAttribute("error.type", "broken")))
        #expect(server.received.map { $0.headers["traceparent"] } == ["own"])
        await calls.client.shutdown()
    }

    @Test("work that nobody traces tells the other side nothing")
    func off() async throws {
        let server = try LocalServer()
        defer { server.stop() }
        let calls = try Calls()
        let measure = RequestMeasure(requestID: "r", traceparent: nil)
        try await RequestMeasure.$current.withValue(measure) {
            _ = try await calls.client.send(OutboundRequest("GET", try OutboundURL(server.url)), to: calls.local())
        }
        #expect(server.received.map { $0.headers["traceparent"] } == [nil])
        await calls.client.shutdown()
    }
}
