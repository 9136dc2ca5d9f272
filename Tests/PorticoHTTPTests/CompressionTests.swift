import Testing

@testable import PorticoHTTP

@Suite struct CompressionTests {
    @Test(
        "long text is sent in the best coding the client takes",
        arguments: [
            ("br, gzip", "br"), ("gzip;q=0.5", "gzip"), ("br;q=0, gzip;q=0.0", nil), ("identity", nil), ("", nil),
            ("gzip, deflate, br, zstd", "zstd"), ("zstd;q=0, br", "br"), ("zstd", "zstd"), ("zstdx, gzip", "gzip"),
        ])
    func coding(accepted: String, expected: String?) async throws {
        let response = try await SampleSite().send(.get, "/shop/long", ["accept-encoding": accepted])
        #expect(response.headers["content-encoding"] == expected)
        #expect(response.headers["vary"] == "accept-encoding")
        #expect((response.bodyText.utf8.count < 1000) == (expected != nil))
    }

    @Test("what shows a secret is not compressed, so that its length tells nothing")
    func secrets() async throws {
        let response = try await SampleSite().send(.get, "/shop/long-secret", ["accept-encoding": "gzip, br, zstd"])
        #expect(response.headers["content-encoding"] == nil)
        #expect(response.bodyText.utf8.count > 1000)
    }

    @Test("short answers are left as they are")
    func short() async throws {
        let response = try await SampleSite().send(.get, "/shop/api/v1/items/1", ["accept-encoding": "gzip"])
        #expect(response.headers["content-encoding"] == nil)
    }

    @Test("a tag of compressed bytes is weak and still matches")
    func tags() {
        let head = RequestHead(method: .get, target: "/", headers: ["accept-encoding": "gzip"], peer: "")
        let text = Array(String(repeating: "a", count: 2000).utf8)
        var response = Response(
            .ok, headers: ["content-type": "text/plain", "etag": "\"x\""], body: .bytes(text))
        response.compress(for: head)
        #expect(response.headers["etag"] == "W/\"x\"")
        #expect(EntityTag.matches("\"x\"", "W/\"x\""))
        var image = Response(.ok, headers: ["content-type": "image/png"], body: .bytes(text))
        image.compress(for: head)
        #expect(image.headers["content-encoding"] == nil)
    }
}
