import PorticoHTTP
import Testing

/// What caches in front of the nodes are told.
@Suite(.timeLimit(.minutes(10))) struct EdgeFieldTests {
    private let sharing = SharedCaching(
        seconds: 60, staleWhileRevalidate: 5, staleIfError: 30, tags: ["pages", "page:{name}"], edgeSeconds: 600)

    private func route(_ name: String, _ answer: @escaping @Sendable () throws -> Response) -> Route {
        .raw(
            .get, "/\(name)", name, "A page", access: .anonymous, limit: .unlimited, cache: .shared(sharing),
            mediaType: "text/plain"
        ) { (_: RequestContext, _: NoInput) in try answer() }
    }

    @Test("they hear how long and under which keys, with the whole, from memory and with 304")
    func told() async throws {
        let count = Count()
        try await SharingServer.run([SharingServer.page(count, sharing)]) { server in
            let client = try await RawClient.connect(to: server.port)
            var tag = "\"none\""
            for status in [200, 200, 304] {
                let condition = status == 304 ? "If-None-Match: \(tag)\r\n" : ""
                try await client.send(get("/open/page/x", condition))
                let answer = try await client.answer()
                let terms = "max-age=600, stale-while-revalidate=5, stale-if-error=30"
                #expect(answer.status == status && answer["cache-control"] == "public, no-cache")
                #expect(answer["surrogate-control"] == terms && answer["cdn-cache-control"] == "public, \(terms)")
                #expect(answer["surrogate-key"] == "pages page:x" && answer["cache-tag"] == "pages,page:x")
                tag = answer["etag"] ?? tag
            }
            #expect(count.value == 1)
            await client.close()
        }
    }

    @Test("a value of the path makes one key of what is declared, whatever is in it")
    func keys() async throws {
        try await SharingServer.run([SharingServer.page(Count(), sharing)]) { server in
            let client = try await RawClient.connect(to: server.port)
            for (name, key) in [("a,b", "page:a%2Cb"), ("a;b", "page:a%3Bb"), ("a%20pages", "page:a%20pages")] {
                try await client.send(get("/open/page/\(name)"))
                let answer = try await client.answer()
                #expect(answer["surrogate-key"] == "pages \(key)" && answer["cache-tag"] == "pages,\(key)")
            }
            await client.close()
        }
    }

    @Test("nobody is told where no time is declared, of refusals, and where the answer says itself who may keep it")
    func untold() async throws {
        let plain = SharingServer.page(Count(), SharedCaching(seconds: 60, tags: ["pages"]))
        let own = route("own") { Response(.ok, headers: ["cache-control": "private"], body: .bytes([0x78])) }
        let cookie = route("cookie") { Response(.ok, headers: ["set-cookie": "a=b"], body: .bytes([0x78])) }
        let missing = route("missing") { throw PorticoHTTP.Problem(404, "gone", "It is gone.") }
        let whole = route("whole") { .text("short") }
        try await SharingServer.run([plain, own, cookie, missing, whole]) { server in
            let client = try await RawClient.connect(to: server.port)
            let cases = [
                ("page/x", ""), ("own", ""), ("cookie", ""), ("missing", ""), ("whole", "Range: bytes=99-\r\n"),
            ]
            for (path, fields) in cases {
                try await client.send(get("/open/\(path)", fields))
                let answer = try await client.answer()
                #expect(answer.status == (path == "missing" ? 404 : path == "whole" ? 416 : 200))
                for name in SharedCaching.edgeFieldNames { #expect(answer[name] == nil, "\(path) \(name)") }
            }
            await client.close()
        }
    }
}
