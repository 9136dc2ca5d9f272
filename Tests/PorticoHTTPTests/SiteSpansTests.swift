import PorticoTelemetry
import Testing

@testable import PorticoHTTP

@Suite struct SiteSpansTests {
    private static let marked = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    private let box = SpanBox()

    private func text(_ response: Response, _ name: String) throws -> String {
        try #require(response.headers[name])
    }

    @Test("a request is a span by its route, with nothing of what the client sent")
    func span() async throws {
        let sample = try SampleSite(tracer: box.tracer())
        let response = await sample.send(
            .get, "/shop/api/v1/items/7?token=geheim", ["authorization": "Bearer geheim", "user-agent": "geheim"])
        let span = try #require(box.kept.first?.first)
        #expect(box.kept.count == 1 && box.kept[0].count == 1)
        #expect(span.name == "GET /shop/api/v1/items/{id}" && span.kind == .server && !span.isFailed)
        #expect(
            span.attributes == [
                SpanAttribute("http.request.method", "GET"), SpanAttribute("url.scheme", "http"),
                SpanAttribute("http.response.status_code", 200),
                SpanAttribute("portico.request.id", try text(response, "x-request-id")),
                SpanAttribute("http.route", "/shop/api/v1/items/{id}"), SpanAttribute("portico.statements", 0),
                SpanAttribute("portico.rows", 0),
            ])
        #expect(!"\(span)".contains("geheim"))
    }

    @Test("only an answer of 5xx is a failure, and one that a client makes up is none")
    func failures() async throws {
        let sample = try SampleSite(tracer: box.tracer(perThousand: 0))
        _ = await sample.send(.get, "/shop/api/v1/private")
        _ = await sample.send(.get, "/nothing/here")
        #expect(box.kept.isEmpty)
        _ = await sample.send(.get, "/shop/api/v1/broken")
        let span = try #require(box.kept.first?.first)
        #expect(box.kept.count == 1 && span.isFailed && span.attributes.contains(SpanAttribute("error.type", "500")))
    }

    @Test("an address without a route has a span without a route")
    func nothing() async throws {
        let sample = try SampleSite(tracer: box.tracer())
        _ = await sample.send(.get, "/nothing/here")
        let span = try #require(box.kept.first?.first)
        #expect(span.name == "GET" && !span.attributes.contains { $0.key == "http.route" })
    }

    @Test(
        "the machine itself and trusted proxies may have traces kept by marking them, strangers may not",
        arguments: [("192.0.2.1", false), ("127.0.0.1", true), ("10.0.0.1", true)])
    func marks(peer: String, isBelieved: Bool) async throws {
        let sample = try SampleSite(trusted: ["10.0.0.0/8"], tracer: box.tracer(perThousand: 0))
        _ = await sample.send(.get, "/shop/api/v1/items/7", ["traceparent": Self.marked], peer: peer)
        #expect((box.kept.count == 1) == isBelieved)
        // Through a proxy on the machine that nobody trusts it may be anybody.
        _ = await sample.send(
            .get, "/shop/api/v1/items/7", ["traceparent": Self.marked, "x-forwarded-for": "192.0.2.7"],
            peer: "127.0.0.1")
        #expect((box.kept.count == 1) == isBelieved)
        let span = box.kept.first?.first
        #expect(!isBelieved || span?.parent == 0x00f0_67aa_0ba9_02b7)
    }
}
