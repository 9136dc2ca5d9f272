import PorticoLimits
import PorticoValues
import Testing

@testable import PorticoOutbound

@Suite(.timeLimit(.minutes(2))) struct OutboundClientTests {
    private func request(_ server: LocalServer, _ method: String = "GET", path: String = "/") throws -> OutboundRequest
    {
        OutboundRequest(method, try OutboundURL(server.url + path))
    }

    @Test("sends method, fields and body, and reads the answer")
    func exchange() async throws {
        let server = try LocalServer { .answer(201, headers: [("X-Kind", " a b ")], body: Array($0.text.utf8)) }
        defer { server.stop() }
        let calls = try Calls()
        var request = try request(server, "POST", path: "/in?x=1")
        request.headers = [("Content-Type", "text/plain"), ("X-Empty", "")]
        request.body = Array("hällo\0".utf8)
        let answer = try await calls.client.send(request, to: calls.local())
        #expect(answer.status == 201 && answer.body == request.body && answer.header("x-kind") == "a b")
        #expect(answer.address == "127.0.0.1" && answer.attempts == 1 && !answer.isCut)
        let seen = try #require(server.received.first)
        #expect(seen.method == "POST" && seen.target == "/in?x=1" && seen.headers["content-type"] == "text/plain")
        #expect(
            seen.headers["x-empty"] == "" && seen.headers["expect"] == nil && seen.headers["user-agent"] == "Portico")
        #expect(calls.count("2xx") == 1)
        await calls.client.shutdown()
    }

    @Test("uses a connection again, and many at once")
    func pool() async throws {
        let server = try LocalServer()
        defer { server.stop() }
        let calls = try Calls()
        let destination = calls.local()
        for _ in 0..<5 { _ = try await calls.client.send(try request(server), to: destination) }
        #expect(server.connections == 1)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<40 {
                group.addTask { try await calls.client.send(try request(server), to: destination).status }
            }
            for try await status in group { #expect(status == 200) }
        }
        #expect(server.received.count == 45 && destination.underWay == 0)
        await calls.client.shutdown()
    }

    @Test(
        "refuses fields and methods that can't be sent",
        arguments: [
            OutboundRequest.Field("Host", "x"), ("Content-Length", "1"), ("X-A", "a\r\nX-B: c"), ("X A", "a"),
            ("", "a"),
        ].map { [$0.name, $0.value] })
    func fields(field: [String]) async throws {
        let calls = try Calls()
        var request = OutboundRequest("GET", try OutboundURL("http://127.0.0.1:1/"))
        request.headers = [(name: field[0], value: field[1])]
        let error = await failure { try await calls.client.send(request, to: calls.local()) }
        #expect(error?.code == .invalidRequest)
        await calls.client.shutdown()
    }

    @Test("refuses loopback by the address it connects to, also on a connection that another call opened")
    func guarded() async throws {
        let server = try LocalServer()
        defer { server.stop() }
        // A name that looks like any other, so that only the connection tells.
        let calls = try Calls { $0.addresses = ["hooks.example.com": ["127.0.0.1"]] }
        let url = try OutboundURL("http://hooks.example.com:\(server.port)/")
        let strict = calls.local { $0.policy = DestinationPolicy(ports: nil) }
        let error = await failure { try await calls.client.send(OutboundRequest("GET", url), to: strict) }
        #expect(error?.code == .refusedDestination)
        _ = try await calls.client.send(OutboundRequest("GET", url), to: calls.local())
        let again = await failure { try await calls.client.send(OutboundRequest("GET", url), to: strict) }
        #expect(again?.code == .refusedDestination && server.received.count == 1)
        #expect(calls.count("refused_destination") == 2 && !strict.isLeftAlone)
        await calls.client.shutdown()
    }

    @Test("does not follow redirects unless asked, checks each, and keeps credentials at home")
    func redirects() async throws {
        let target = try LocalServer()
        defer { target.stop() }
        let away = "http://inside.example.com:\(target.port)/there"
        let beside = "http://beside.example.com:\(target.port)/there"
        let server = try LocalServer {
            $0.target == "/loop"
                ? .answer(302, headers: [("Location", "/loop")])
                : .answer(303, headers: [("Location", $0.target == "/beside" ? beside : away)])
        }
        defer { server.stop() }
        let calls = try Calls {
            $0.addresses = ["inside.example.com": ["127.0.0.1"], "beside.example.com": ["127.0.0.2"]]
        }
        var request = try request(server, "POST")
        request.headers = [("Authorization", "Bearer geheim"), ("Content-Type", "text/plain")]
        request.body = [1]
        #expect(try await calls.client.send(request, to: calls.local()).status == 303 && target.received.isEmpty)
        request.redirects = 3
        #expect(try await calls.client.send(request, to: calls.local()).status == 200)
        let seen = try #require(target.received.first)
        #expect(seen.method == "GET" && seen.target == "/there" && seen.body.isEmpty)
        #expect(seen.headers["authorization"] == nil && seen.headers["content-type"] == nil)
        let network = try #require(Network("127.0.0.1"))
        let onlyHere = calls.local { $0.policy = DestinationPolicy(ports: [server.port], allowing: [network]) }
        let error = await failure { try await calls.client.send(request, to: onlyHere) }
        #expect(error?.code == .refusedDestination && target.received.count == 1)
        let notBeside = calls.local { $0.policy = DestinationPolicy(ports: nil, allowing: [network]) }
        #expect(try await calls.client.send(request, to: notBeside).status == 200 && target.received.count == 2)
        request.url = try OutboundURL(server.url + "/beside")
        let refusal = await failure { try await calls.client.send(request, to: notBeside) }
        #expect(refusal?.code == .refusedDestination && target.received.count == 2)
        request.url = try OutboundURL(server.url + "/loop")
        #expect(await failure { try await calls.client.send(request, to: calls.local()) }?.code == .tooManyRedirects)
        await calls.client.shutdown()
    }

    @Test("ends with its timeout, with the caller's deadline, and with the caller's task")
    func deadlines() async throws {
        let server = try LocalServer { _ in .silence }
        defer { server.stop() }
        let calls = try Calls()
        let destination = calls.local()
        var short = try request(server)
        short.timeout = .seconds(1)
        #expect(await failure { try await calls.client.send(short, to: destination) }?.code == .timeout)
        let long = try request(server)
        let error = await failure {
            try await OutboundScope.within(.seconds(1)) { try await calls.client.send(long, to: destination) }
        }
        #expect(error?.code == .timeout && error?.mayHaveArrived == true)
        let late = await failure {
            try await OutboundScope.within(.milliseconds(0)) { try await calls.client.send(long, to: destination) }
        }
        #expect(late?.code == .timeout && server.received.count == 2)
        let task = Task { try await calls.client.send(long, to: destination) }
        while server.received.count < 3 { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(destination.underWay == 0)
        await calls.client.shutdown()
    }

    @Test("refuses a body that is too large, or cuts it where that is asked for")
    func bodyLimit() async throws {
        let server = try LocalServer { _ in .answer(200, body: Array(repeating: 0x61, count: 100_000)) }
        defer { server.stop() }
        let calls = try Calls()
        var request = try request(server)
        request.bodyLimit = 1000
        #expect(await failure { try await calls.client.send(request, to: calls.local()) }?.code == .tooLarge)
        request.cutsBody = true
        let answer = try await calls.client.send(request, to: calls.local())
        #expect(answer.status == 200 && answer.isCut && answer.body.count == 1000)
        request.bodyLimit = 100_000
        #expect(try await calls.client.send(request, to: calls.local()).isCut == false)
        await calls.client.shutdown()
    }

    @Test("passes the trace on")
    func trace() async throws {
        let server = try LocalServer()
        defer { server.stop() }
        let calls = try Calls { $0.traceparent = { "00-configured" } }
        let destination = calls.local()
        _ = try await calls.client.send(try request(server), to: destination)
        try await OutboundScope.$traceparent.withValue("00-scoped") {
            _ = try await calls.client.send(try request(server), to: destination)
        }
        #expect(server.received.map { $0.headers["traceparent"] } == ["00-configured", "00-scoped"])
        await calls.client.shutdown()
    }

    @Test("tells of failures without the path, and of the reason")
    func failures() async throws {
        let server = try LocalServer { $0.target == "/half" ? .half : .hangUp }
        let calls = try Calls()
        let hungUp = await failure {
            try await calls.client.send(try request(server, path: "/geheim?a=b"), to: calls.local())
        }
        #expect(hungUp?.code == .broken && !"\(hungUp.debugDescription)".contains("geheim"))
        #expect("\(try #require(hungUp))".contains(server.url))
        var half = try request(server, path: "/half")
        half.timeout = .milliseconds(100)
        #expect(await failure { try await calls.client.send(half, to: calls.local()) }?.code == .timeout)
        server.stop()
        let gone = await failure { try await calls.client.send(try request(server), to: calls.local()) }
        #expect(gone?.code == .unreachable || gone?.code == .broken)
        let nowhere = OutboundRequest("GET", try OutboundURL("http://nowhere.invalid/"))
        #expect(await failure { try await calls.client.send(nowhere, to: calls.local()) }?.code == .unresolved)
        await calls.client.shutdown()
        #expect(await failure { try await calls.client.send(nowhere, to: calls.local()) }?.code == .closed)
    }

    @Test("takes no answer that is not HTTP, and none with endless fields", arguments: [false, true])
    func nonsense(hasFields: Bool) async throws {
        let field = "X-A: \(String(repeating: "b", count: 1000))\r\n"
        let text = hasFields ? "HTTP/1.1 200 OK\r\n\(String(repeating: field, count: 100))\r\n" : "hello\r\n\r\n"
        let server = try LocalServer { _ in .raw(text) }
        defer { server.stop() }
        let calls = try Calls()
        let error = await failure { try await calls.client.send(try request(server), to: calls.local()) }
        #expect(error?.code == .broken)
        await calls.client.shutdown()
    }

    @Test("what may not be made twice never goes out on a connection that was kept")
    func freshConnections() async throws {
        let server = try LocalServer()
        defer { server.stop() }
        let calls = try Calls()
        let destination = calls.local()
        for _ in 0..<3 { _ = try await calls.client.send(try request(server, "POST"), to: destination) }
        #expect(server.connections == 3)
        await calls.client.shutdown()
    }
}
