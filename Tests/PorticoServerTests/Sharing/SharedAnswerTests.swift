import PorticoCache
import PorticoHTTP
import PorticoServer
import PorticoValues
import Testing

/// Answers that are the same for everybody, as clients see them.
@Suite(.timeLimit(.minutes(10))) struct SharedAnswerTests {
    @Test("an answer is made once and given to everybody, each time with an id of its own")
    func once() async throws {
        let count = Count()
        try await SharingServer.run([SharingServer.page(count)]) { server in
            let client = try await RawClient.connect(to: server.port)
            var ids: Set<String> = []
            for cookie in ["a", "b", "c"] {
                try await client.send(get("/open/page/x", "Cookie: who=\(cookie)\r\n"))
                let answer = try await client.answer()
                #expect(answer.status == 200 && answer.body.hasPrefix("x 1 nobody"))
                #expect(answer["cache-control"] == "public, no-cache" && answer["age"] == "0")
                #expect(answer["set-cookie"] == nil && answer["content-security-policy"]?.contains("nonce") == false)
                ids.insert(answer["x-request-id"] ?? "")
            }
            #expect(ids.count == 3 && count.value == 1)
            await client.close()
        }
    }

    @Test("each coding is a copy of its own, and only those who take it get it")
    func codings() async throws {
        let count = Count()
        try await SharingServer.run([SharingServer.page(count)]) { server in
            let client = try await RawClient.connect(to: server.port)
            let codings = [
                ("br", "br"), ("gzip", "gzip"), ("zstd", "zstd"), ("identity", nil), ("br;q=0, gzip", "gzip"),
            ]
            for (accepted, coding) in codings {
                for _ in 0..<2 {
                    try await client.send(get("/open/page/x", "Accept-Encoding: \(accepted)\r\n"))
                    let answer = try await client.answer()
                    #expect(answer["content-encoding"] == coding && answer["vary"] == "accept-encoding")
                }
            }
            #expect(count.value == 4)
            await client.close()
        }
    }

    @Test("who has it gets 304, who wants a part gets that, and HEAD the head only")
    func conditions() async throws {
        let count = Count()
        try await SharingServer.run([SharingServer.page(count)]) { server in
            let client = try await RawClient.connect(to: server.port)
            try await client.send(get("/open/page/x"))
            let whole = try await client.answer()
            let tag = try #require(whole["etag"])
            for condition in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                try await client.send(get("/open/page/x", "If-None-Match: \(condition)\r\n"))
                let answer = try await client.answer(hasBody: false)
                #expect(answer.status == 304 && answer["etag"] == tag && answer["content-length"] == nil)
            }
            try await client.send(get("/open/page/x", "If-None-Match: \"other\"\r\n"))
            #expect(try await client.answer().body == whole.body)
            try await client.send(get("/open/page/x", "Range: bytes=2-5\r\n"))
            let part = try await client.answer()
            #expect(part.status == 206 && part.body == "1 no")
            #expect(part["content-range"] == "bytes 2-5/\(whole.body.utf8.count)")
            try await client.send(get("/open/page/x", "Range: bytes=99999-\r\n"))
            let beyond = try await client.answer()
            #expect(beyond.status == 416 && beyond["cache-control"] == "no-store")
            for (condition, status) in [(tag, 206), ("\"other\"", 200)] {
                try await client.send(get("/open/page/x", "Range: bytes=2-5\r\nIf-Range: \(condition)\r\n"))
                #expect(try await client.answer().status == status)
            }
            for condition in [tag, "\"other\", \(tag)", "*"] {
                try await client.send(get("/open/page/x", "Range: bytes=2-5\r\nIf-Match: \(condition)\r\n"))
                #expect(try await client.answer().status == 206, "\(condition)")
            }
            try await client.send("HEAD /open/page/x HTTP/1.1\r\nHost: test\r\n\r\n")
            let head = try await client.answer(hasBody: false)
            #expect(head.status == 200 && head["content-length"] == String(whole.body.utf8.count))
            #expect(count.value == 1)
            await client.close()
        }
    }

    @Test("who means another state than the present one gets 412, from memory and anew")
    func meant() async throws {
        for cache in [CacheControl.shared(SharedCaching(seconds: 60)), .privateRevalidated] {
            let route = Route.raw(
                .get, "/state", "state", "As it is", access: .anonymous, limit: .unlimited, cache: cache,
                mediaType: "text/plain"
            ) { (_: RequestContext, _: NoInput) in .text("as it is") }
            try await SharingServer.run([route]) { server in
                let client = try await RawClient.connect(to: server.port)
                try await client.send(get("/open/state"))
                let whole = try await client.answer()
                let tag = try #require(whole["etag"])
                for condition in [tag, "\"other\", \(tag)", "*"] {
                    try await client.send(get("/open/state", "If-Match: \(condition)\r\n"))
                    #expect(try await client.answer().status == 200, "\(condition)")
                }
                for condition in ["\"other\"", "W/\(tag)", ""] {
                    try await client.send(
                        get("/open/state", "If-Match: \(condition)\r\nIf-None-Match: \(tag)\r\nRange: bytes=0-1\r\n"))
                    let refused = try await client.answer()
                    #expect(refused.status == 412 && refused["cache-control"] == "no-store", "\(condition)")
                    #expect(refused["etag"] == nil && refused["content-type"] == "application/problem+json")
                    #expect(refused.body.contains("\"code\":\"stale\""))
                }
                try await client.send(get("/open/state", "If-Match: \(tag)\r\nIf-None-Match: \(tag)\r\n"))
                #expect(try await client.answer().status == 304)
                try await client.send("HEAD /open/state HTTP/1.1\r\nHost: test\r\nIf-Match: \"other\"\r\n\r\n")
                #expect(try await client.answer(hasBody: false).status == 412)
                await client.close()
            }
        }
    }

    @Test("answers stay in order, whatever stands between those from memory")
    func order() async throws {
        let gate = Gate()
        let count = Count()
        try await SharingServer.run([SharingServer.page(count), SharingServer.plain { await gate.passed() }]) {
            server in
            let client = try await RawClient.connect(to: server.port)
            try await client.send(get("/open/page/x"))
            _ = try await client.answer()
            let post =
                "POST /open/plain HTTP/1.1\r\nHost: test\r\nContent-Type: application/octet-stream\r\nContent-Length: 5\r\n\r\nGET /"
            let page = get("/open/page/x")
            try await client.send(page + post + page + page + post + page)
            #expect(try await client.answer().body.hasPrefix("x 1"))
            gate.open()
            for start in ["plain", "x 1", "x 1", "plain", "x 1"] {
                #expect(try await client.answer().body.hasPrefix(start))
            }
            await client.close()
        }
    }

    @Test("a request that comes in pieces is understood all the same, and so is what follows it")
    func pieces() async throws {
        let count = Count()
        try await SharingServer.run([SharingServer.page(count), SharingServer.plain()]) { server in
            let client = try await RawClient.connect(to: server.port)
            try await client.send(
                "POST /open/plain HTTP/1.1\r\nHost: test\r\nContent-Type: application/octet-stream\r\nContent-Length: 8\r\n\r\nGET "
            )
            try await client.send("/ HT" + get("/open/page/x"))
            #expect(try await client.answer().body == "plain GET / HT")
            #expect(try await client.answer().body.hasPrefix("x 1"))
            let page = get("/open/page/x")
            try await client.send(String(page.prefix(20)))
            try await client.send(String(page.dropFirst(20)))
            #expect(try await client.answer().body.hasPrefix("x 1"))
            try await client.send("nonsense\r\n\r\n")
            #expect(try await client.answer().status == 400)
            await client.close()
        }
    }

    @Test("a thousand who ask at once wait for one answer")
    func coalesces() async throws {
        let gate = Gate()
        let count = Count()
        try await SharingServer.run([SharingServer.page(count, wait: { await gate.passed() })]) { server in
            let clients = try await withThrowingTaskGroup(of: RawClient.self) { group in
                for _ in 0..<100 { group.addTask { try await RawClient.connect(to: server.port) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for client in clients { try await client.send(String(repeating: get("/open/page/x"), count: 10)) }
            gate.open()
            for client in clients {
                for _ in 0..<10 { #expect(try await client.answer().body.hasPrefix("x 1")) }
                await client.close()
            }
            #expect(count.value == 1)
        }
    }

    @Test("what is invalidated is made anew for the next who asks; other pages stay")
    func tags() async throws {
        let count = Count()
        try await SharingServer.run([SharingServer.page(count, SharedCaching(seconds: 60, tags: ["page:{name}"]))]) {
            server in
            let client = try await RawClient.connect(to: server.port)
            for (name, start) in [("x", "x 1"), ("y", "y 2"), ("x", "x 1")] {
                try await client.send(get("/open/page/\(name)"))
                #expect(try await client.answer().body.hasPrefix(start))
            }
            await server.caches.invalidate(["page:x"])
            for (name, start) in [("x", "x 3"), ("y", "y 2"), ("x", "x 3")] {
                try await client.send(get("/open/page/\(name)"))
                #expect(try await client.answer().body.hasPrefix(start))
            }
            await client.close()
        }
    }

    @Test("a copy outlives a source that fails, as long as it was declared; a failure is never kept")
    func failures() async throws {
        let (count, broken) = (Count(), Count())
        var configuration = CacheRegistry.Configuration()
        configuration.clock = .standing()
        let caches = CacheRegistry(configuration)
        let sharing = SharedCaching(seconds: 10, staleIfError: 100)
        let route = SharingServer.page(count, sharing) {
            if count.value == 1 {
                _ = broken.next()
                throw PorticoHTTP.Problem(503, "unavailable", "The database is away.")
            }
        }
        try await SharingServer.run([route], caches: caches) { server in
            let client = try await RawClient.connect(to: server.port)
            func status(_ name: String) async throws -> Int {
                try await client.send(get("/open/page/\(name)"))
                return try await client.answer().status
            }
            #expect(try await status("x") == 200)
            configuration.clock.advance(by: .seconds(11))
            #expect(try await status("x") == 200 && broken.value == 1)
            #expect(try await status("y") == 503)
            #expect(try await status("y") == 503 && broken.value == 3)
            configuration.clock.advance(by: .seconds(200))
            #expect(try await status("x") == 503)
            await client.close()
        }
    }

    @Test("a route that is not open to everybody can't be kept for everybody")
    func refuses() {
        let route = Route.raw(
            .get, "/page", "page", "A page", access: .signedIn, cache: .shared(SharedCaching(seconds: 1)),
            mediaType: "text/plain"
        ) { (_: RequestContext, _: NoInput) in .text("x") }
        let mount = Mount(id: "open", prefix: "/open", title: "Open", routes: [route])
        #expect(throws: (any Error).self) { try SharingServer.site([mount]) }
    }
}
