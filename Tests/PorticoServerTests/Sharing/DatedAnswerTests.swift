import PorticoHTTP
import PorticoValues
import Testing

/// What clients that ask by date get, from memory and anew (RFC 9110 §13).
@Suite(.timeLimit(.minutes(10))) struct DatedAnswerTests {
    private static let changed = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let caches: [CacheControl] = [.shared(SharedCaching(seconds: 60)), .privateRevalidated]

    private func route(_ cache: CacheControl, _ changed: Instant? = Instant(seconds: 784_111_777)) -> Route {
        .raw(
            .get, "/dated", "dated", "A page with a date", access: .anonymous, limit: .unlimited, cache: cache,
            mediaType: "text/plain"
        ) { (context: RequestContext, _: NoInput) in
            let page = Response.text("as it is")
            return changed.map { page.lastModified($0, now: context.now) } ?? page
        }
    }

    @Test("who has what was not changed since gets 304; tags decide where there are some", arguments: caches)
    func conditions(cache: CacheControl) async throws {
        try await SharingServer.run([route(cache)]) { server in
            let client = try await RawClient.connect(to: server.port)
            func ask(_ fields: String) async throws -> WireAnswer {
                try await client.send(get("/open/dated", fields))
                return try await client.answer()
            }
            let whole = try await ask("")
            #expect(whole.status == 200 && whole["last-modified"] == Self.changed)
            let tag = try #require(whole["etag"])
            let since = "If-Modified-Since: "
            let cases: [(fields: String, status: Int)] = [
                ("\(since)\(Self.changed)\r\n", 304),
                ("\(since)Mon, 07 Nov 1994 00:00:00 GMT\r\n", 304),
                ("\(since)Sun, 06 Nov 1994 08:49:36 GMT\r\n", 200),
                ("\(since)Sunday, 06-Nov-94 08:49:37 GMT\r\n", 304),
                ("\(since)Sun Nov  6 08:49:37 1994\r\n", 304),
                ("\(since)yesterday\r\n", 200),
                ("\(since)\r\n", 200),
                ("\(since)\(Self.changed)\r\n\(since)\(Self.changed)\r\n", 200),
                // RFC 9110 §13.1.3: a date beside tags is not looked at.
                ("\(since)\(Self.changed)\r\nIf-None-Match: \"other\"\r\n", 200),
                ("If-None-Match: \"other\"\r\n\(since)\(Self.changed)\r\n", 200),
                ("\(since)Sun, 06 Nov 1994 08:49:36 GMT\r\nIf-None-Match: \(tag)\r\n", 304),
                ("If-None-Match: \(tag)\r\n\(since)yesterday\r\n", 304),
                ("If-None-Match: \"other\"\r\nIf-None-Match: \(tag)\r\n", 304),
            ]
            for (fields, status) in cases {
                let answer = try await ask(fields)
                #expect(answer.status == status, "\(fields)")
                #expect(answer["last-modified"] == Self.changed && answer["etag"] == tag)
                #expect(answer.body == (status == 304 ? "" : "as it is"))
            }
            await client.close()
        }
    }

    @Test("who goes on only with what was not changed since gets nothing of a page that was", arguments: caches)
    func unmodified(cache: CacheControl) async throws {
        try await SharingServer.run([route(cache)]) { server in
            let client = try await RawClient.connect(to: server.port)
            func ask(_ fields: String) async throws -> Int {
                try await client.send(get("/open/dated", fields))
                return try await client.answer().status
            }
            let (since, before) = ("If-Unmodified-Since: ", "Sat, 05 Nov 1994 00:00:00 GMT")
            // What is kept for everybody is given in parts too.
            let part = cache.sharing == nil ? 200 : 206
            let cases: [(fields: String, status: Int)] = [
                ("\(since)\(Self.changed)\r\n", 200),
                ("\(since)Mon, 07 Nov 1994 00:00:00 GMT\r\n", 200),
                ("\(since)\(before)\r\n", 412),
                ("\(since)\(before)\r\nRange: bytes=0-1\r\n", 412),
                ("\(since)\(Self.changed)\r\nRange: bytes=0-1\r\n", part),
                ("\(since)yesterday\r\n", 200),
                // RFC 9110 §13.1.4: a date beside tags is not looked at.
                ("\(since)\(before)\r\nIf-Match: *\r\n", 200),
                ("\(since)\(Self.changed)\r\nIf-Modified-Since: \(Self.changed)\r\n", 304),
            ]
            for (fields, status) in cases { #expect(try await ask(fields) == status, "\(fields)") }
            await client.close()
        }
    }

    @Test("without a date of its own an answer is whole, whatever date a client names", arguments: caches)
    func undated(cache: CacheControl) async throws {
        try await SharingServer.run([route(cache, nil)]) { server in
            let client = try await RawClient.connect(to: server.port)
            for _ in 0..<2 {
                for name in ["If-Modified-Since", "If-Unmodified-Since"] {
                    try await client.send(get("/open/dated", "\(name): Fri, 01 Jan 2100 00:00:00 GMT\r\n"))
                    let answer = try await client.answer()
                    #expect(answer.status == 200 && answer["last-modified"] == nil)
                }
            }
            await client.close()
        }
    }

    @Test("a change of the same second has no date yet")
    func sameSecond() {
        let changed = Instant(milliseconds: 784_111_777_250)
        func date(_ now: Int64) -> String? {
            Response.text("x").lastModified(changed, now: Instant(milliseconds: now)).headers["last-modified"]
        }
        #expect(date(784_111_777_100) == nil && date(784_111_777_999) == nil)
        #expect(date(784_111_778_000) == Self.changed)
    }
}
