import PorticoJSON
import PorticoTelemetry
import Testing

@testable import PorticoHTTP

/// What is said of requests of a wrong shape, and of answers that break off.
@Suite struct ShapeTests {
    /// Takes what a stream brings.
    private struct Sink: BodyWriter {
        func write(_ bytes: [UInt8]) async throws {}
    }

    /// A client that has gone.
    private struct Gone: BodyWriter {
        func write(_ bytes: [UInt8]) async throws { throw StreamClosed() }
    }

    @Test("who may not call hears that before anything about the query")
    func queryLast() async throws {
        let sample = try SampleSite()
        let token = sample.csrf.token(for: "session-reader").value
        var headers: Headers = ["cookie": "who=reader", "content-type": "application/json", "x-csrf-token": token]
        #expect(await sample.send(.post, "/shop/api/v1/items?q=%zz", headers, body: "{}").status == 403)
        headers["cookie"] = "who=writer"
        headers["x-csrf-token"] = sample.csrf.token(for: "session-writer").value
        let refused = await sample.send(.post, "/shop/api/v1/items?q=%zz", headers, body: "{}")
        #expect(refused.status == 400)
        #expect(try refused.json()["code"] == "malformed_query")
    }

    @Test("a route that takes JSON and answers with a file refuses other content")
    func rawContent() async throws {
        let sample = try SampleSite()
        let body = #"{"name":"a","count":1,"tags":["x"]}"#
        let refused = await sample.send(.post, "/shop/api/v1/sheet", ["content-type": "text/csv"], body: body)
        #expect(refused.status == 415)
        #expect(try refused.json()["code"] == "unsupported_media_type")
        #expect(
            await sample.send(.post, "/shop/api/v1/sheet", ["content-type": "application/json"], body: body).status
                == 200)
    }

    @Test("fields that no database keeps are named")
    func unstorable() async throws {
        let body = #"{"name":"a\u0000b","count":1,"tags":["x"]}"#
        let refused = try await SampleSite().send(
            .post, "/shop/api/v1/store?other=%00", ["content-type": "application/json"], body: body)
        #expect(refused.status == 422)
        let errors = try refused.json()["errors"]?.elements ?? []
        #expect(errors.compactMap { $0["field"] } == ["other", "name"])
    }

    @Test("an answer that breaks off is counted; one whose reader has gone is not")
    func broken() async throws {
        let sample = try SampleSite()
        for writer in [Sink() as any BodyWriter, Gone()] {
            let response = await sample.send(.get, "/shop/api/v1/export")
            guard case .stream(let produce) = response.body else {
                Issue.record("no stream")
                return
            }
            await #expect(throws: (any Error).self) { try await produce(writer) }
        }
        let text = String(decoding: sample.metrics.prometheusText(), as: UTF8.self)
        #expect(text.contains(#"http_server_broken_streams_total{http_route="/shop/api/v1/export"} 1"#))
    }

    @Test("what has not changed says as the whole answer would that it differs by coding")
    func unchanged() async throws {
        let sample = try SampleSite()
        let whole = await sample.send(.get, "/shop/long", ["accept-encoding": "gzip"])
        let tag = try #require(whole.headers["etag"])
        let unchanged = await sample.send(.get, "/shop/long", ["accept-encoding": "gzip", "if-none-match": tag])
        #expect(unchanged.status == .notModified)
        #expect(unchanged.headers["vary"] == whole.headers["vary"])
    }

    @Test("the contract tells where what is made is found, and the refusals of every door")
    func contract() throws {
        let mount = try SampleSite().site.configuration.mounts[0]
        let document = try JSONValue(parsing: OpenAPIDocument(of: mount, version: "1").bytes)
        let responses = try #require(document["paths"]?["/shop/api/v1/items"]?["post"]?["responses"])
        #expect(responses["201"]?["headers"]?["Location"] != nil)
        #expect(responses["503"]?["description"]?.string?.contains("overloaded") == true)
        #expect(responses["429"]?["description"]?.string?.contains("address_banned") == true)
    }
}
