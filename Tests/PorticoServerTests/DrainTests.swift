import PorticoHTTP
import PorticoServer
import Testing

@Suite(.timeLimit(.minutes(10))) struct DrainTests {
    @Test("closes idle connections at once, finishes running requests, accepts no more")
    func drains() async throws {
        let started = Gate()
        let gate = Gate()
        let responder = ScriptedResponder(
            atOnce: { $0.head.target == "/now" ? .text("now") : nil },
            later: { _ in
                started.open()
                await gate.passed()
                return .text("finished")
            })
        try await withServer(responder) {
            $0.drainTimeout = .seconds(30)
        } _: { port, server in
            let idle = try await RawClient.connect(to: port)
            try await idle.send(get("/now"))
            #expect(try await idle.answer().body == "now")
            let busy = try await RawClient.connect(to: port)
            try await busy.send(get("/later"))
            await started.passed()
            async let stopped: Void = server.shutdown()
            #expect(try await idle.rest() == "")
            await #expect(throws: (any Error).self) { try await RawClient.connect(to: port) }
            gate.open()
            let answer = try await busy.answer()
            #expect(answer.body == "finished")
            #expect(answer["connection"] == "close")
            #expect(try await busy.rest() == "")
            await stopped
        }
    }

    @Test("cancels what has not finished at the deadline", arguments: [true, false])
    func cancelsLateWork(streams: Bool) async throws {
        let started = Gate()
        let cancelled = Gate()
        let wait: @Sendable () async -> Void = {
            started.open()
            try? await Task.sleep(for: .seconds(600))
            if Task.isCancelled { cancelled.open() }
        }
        let responder = ScriptedResponder.async { _ in
            if streams { return Response(.ok, body: .stream { _ in await wait() }) }
            await wait()
            return .text("never")
        }
        try await withServer(responder) {
            $0.drainTimeout = .milliseconds(30)
        } _: { port, server in
            let client = try await RawClient.connect(to: port)
            try await client.send(get("/"))
            await started.passed()
            await server.shutdown()
            await cancelled.passed()
            _ = try await client.rest()
        }
    }

    @Test("stops with loops of its own")
    func stopsOwnLoops() async throws {
        try await withServer {
            $0.eventLoops = 2
        } _: { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(get("/"))
            #expect(try await client.answer().status == 200)
        }
    }

    @Test("names host and port when the address is taken")
    func namesTakenAddress() async throws {
        try await withServer { port, _ in
            let second = HTTPServer(configuration: .init(port: port), responder: ScriptedResponder())
            let expected = ServerError.addressInUse(host: "127.0.0.1", port: port)
            await #expect(throws: expected) { try await second.start() }
            #expect(expected.description.contains("127.0.0.1:\(port)"))
        }
    }

    @Test("starts once")
    func startsOnce() async throws {
        try await withServer { _, server in
            await #expect(throws: ServerError.alreadyStarted) { try await server.start() }
        }
    }

    @Test("says why it can't listen")
    func saysWhy() async throws {
        let server = HTTPServer(configuration: .init(host: "192.0.2.1", port: 0), responder: ScriptedResponder())
        let error = await #expect(throws: ServerError.self) { try await server.start() }
        #expect(error?.description.hasPrefix("cannot listen on 192.0.2.1:0: ") == true)
    }
}
