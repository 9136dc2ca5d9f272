import PorticoCache
import PorticoHTTP
import PorticoLimits
import PorticoServer
import PorticoTelemetry
import PorticoValues
import Testing

/// What keeps kept answers from being given, kept or made when they must not be.
@Suite(.timeLimit(.minutes(10))) struct SharedAnswerGuardTests {
    @Test("who is to stay outside gets no kept answer either")
    func doors() async throws {
        let gate = AddressGate()
        let count = Count()
        try await SharingServer.run([SharingServer.page(count)], change: { $0.doors = Doors(gate: gate) }) { server in
            let client = try await RawClient.connect(to: server.port)
            func status(_ name: String) async throws -> Int {
                try await client.send(get("/open/page/\(name)"))
                return try await client.answer().status
            }
            #expect(try await status("x") == 200)
            gate.replace(deny: NetworkSet([try #require(Network("127.0.0.1"))]), allow: NetworkSet())
            #expect(try await status("x") == 403)
            #expect(try await status("y") == 403)
            gate.replace(deny: NetworkSet(), allow: NetworkSet())
            #expect(try await status("x") == 200)
            #expect(count.value == 1)
            await client.close()
        }
    }

    @Test("addresses written in another way are answered, and make no copies")
    func aliases() async throws {
        let count = Count()
        try await SharingServer.run([SharingServer.page(count)]) { server in
            let client = try await RawClient.connect(to: server.port)
            for target in ["/open/page/x?n=1", "/open/page/x?n=2", "/open/page/%78", "/open/page/x?"] {
                // What is answered anew tells nothing of who asks either: caches in front may keep it.
                try await client.send(get(target, "Cookie: who=a\r\n"))
                #expect(try await client.answer().body.hasPrefix("x \(count.value) nobody"))
            }
            #expect(count.value == 4)
            #expect(server.caches.statistics.first?.local.entries == 0)
            await client.close()
        }
    }

    @Test("what its route's limit refuses is not made")
    func limits() async throws {
        let count = Count()
        let tight = LimitClass("tight", quota: 2, windowSeconds: 3600, burst: 2)
        let route = Route.raw(
            .get, "/page/{name}", "page", "A page", access: .anonymous, limit: tight,
            cache: .shared(SharedCaching(seconds: 60)), mediaType: "text/plain"
        ) { (_: RequestContext, input: PageName) in .text("\(input.name) \(count.next())") }
        let rule = try #require(tight.rule(of: Mount(id: "open", prefix: "/open", title: "Open", routes: [route])))
        let limits = RateLimits(book: RateRuleBook([rule]))
        try await SharingServer.run([route], change: { $0.limits = limits }) { server in
            let client = try await RawClient.connect(to: server.port)
            var statuses: [Int] = []
            for name in ["a", "b", "a", "c", "a"] {
                try await client.send(get("/open/page/\(name)"))
                statuses.append(try await client.answer().status)
            }
            #expect(statuses == [200, 200, 200, 429, 200] && count.value == 2)
            await client.close()
        }
    }

    @Test("a page that is never made is answered 503 after a while, and made for whoever asks later")
    func hangs() async throws {
        var configuration = CacheRegistry.Configuration()
        configuration.timer = CacheTimer { _ in }
        let (gate, count) = (Gate(), Count())
        let route = SharingServer.page(count) { await gate.passed() }
        try await SharingServer.run([route], caches: CacheRegistry(configuration)) { server in
            let client = try await RawClient.connect(to: server.port)
            try await client.send(get("/open/page/x"))
            #expect(try await client.answer().status == 503)
            gate.open()
            while server.caches.statistics.first?.local.entries == 0 { await Task.yield() }
            try await client.send(get("/open/page/x"))
            #expect(try await client.answer().body.hasPrefix("x 1"))
            await client.close()
        }
    }

    @Test("clients that leave cause no work of their own")
    func leaving() async throws {
        let (gate, count) = (Gate(), Count())
        try await SharingServer.run([SharingServer.page(count, wait: { await gate.passed() })]) { server in
            for _ in 0..<50 {
                let client = try await RawClient.connect(to: server.port)
                try await client.send(get("/open/page/x"))
                await client.close()
            }
            gate.open()
            let last = try await RawClient.connect(to: server.port)
            try await last.send(get("/open/page/x"))
            #expect(try await last.answer().body.hasPrefix("x 1"))
            #expect(count.value == 1)
            await last.close()
        }
    }

    @Test("what says that it must not be kept is made for everybody anew")
    func unkept() async throws {
        let fields: [Headers] = [
            ["cache-control": "private"], ["cache-control": "no-store"], ["set-cookie": "a=b"],
            ["vary": "accept-language", "content-type": "text/plain"],
        ]
        for headers in fields {
            let count = Count()
            let route = SharingServer.odd {
                // Long enough to be compressed, which says something of its own about what the answer depends on.
                let text = "\(count.next())" + String(repeating: ".", count: 2000)
                return Response(.ok, headers: headers, body: .bytes(Array(text.utf8)))
            }
            try await SharingServer.run([route]) { server in
                let client = try await RawClient.connect(to: server.port)
                for _ in 0..<3 {
                    try await client.send(get("/open/odd"))
                    #expect(try await client.answer().status == 200)
                }
                #expect(count.value >= 3 && server.caches.statistics.first?.local.entries == 0)
                await client.close()
            }
        }
    }

    @Test("the transport's fields stay the transport's, from memory as well")
    func fields() async throws {
        let route = SharingServer.odd {
            Response(
                .ok, headers: ["content-length": "7", "connection": "close", "age": "900", "x-own": "1"],
                body: .bytes(Array("whole".utf8)))
        }
        try await SharingServer.run([route]) { server in
            let client = try await RawClient.connect(to: server.port)
            for _ in 0..<3 {
                try await client.send(get("/open/odd"))
                let answer = try await client.answer()
                #expect(answer.body == "whole" && answer["x-own"] == "1" && answer["age"] == "0")
                #expect(answer.fields.count { $0.name == "content-length" } == 1 && answer["connection"] == nil)
            }
            await client.close()
        }
    }

    @Test("a page that is gone is gone, whatever was kept of it")
    func gone() async throws {
        let count = Count()
        var configuration = CacheRegistry.Configuration()
        configuration.clock = .standing()
        let route = SharingServer.odd {
            count.next() == 1 ? .text("here") : .text("moved", status: 404)
        }
        try await SharingServer.run([route], caches: CacheRegistry(configuration)) { server in
            let client = try await RawClient.connect(to: server.port)
            func status() async throws -> Int {
                try await client.send(get("/open/odd"))
                return try await client.answer().status
            }
            #expect(try await status() == 200)
            configuration.clock.advance(by: .seconds(61))
            #expect(try await status() == 200)
            while count.value < 2 { await Task.yield() }
            while try await status() == 200 { await Task.yield() }
            #expect(try await status() == 404)
            await client.close()
        }
    }

    @Test("each request is counted once, whether its answer was made or kept")
    func counts() async throws {
        let metrics = MetricsRegistry()
        var routes = [SharingServer.page(Count())]
        routes.append(SharingServer.odd { .text("gone", status: 410) })
        let change: (inout Site.Configuration) -> Void = {
            $0 = Site.Configuration(
                mounts: $0.mounts, csrf: $0.csrf, clock: $0.clock, logger: $0.logger, metrics: metrics,
                assets: $0.assets)
        }
        try await SharingServer.run(routes, change: change) { server in
            let client = try await RawClient.connect(to: server.port)
            for target in ["/open/page/x", "/open/page/x", "/open/page/x", "/open/odd", "/open/odd"] {
                try await client.send(get(target))
                _ = try await client.answer()
            }
            await client.close()
        }
        let text = String(decoding: metrics.prometheusText(), as: UTF8.self)
        func count(_ route: String, _ status: Int) -> String {
            "http_server_request_duration_seconds_count{http_request_method=\"GET\",http_route=\"\(route)\","
                + "http_response_status_code=\"\(status)\"}"
        }
        #expect(text.contains(count("/open/page/{name}", 200) + " 3"))
        #expect(text.contains(count("/open/odd", 410) + " 2"))
    }
}
