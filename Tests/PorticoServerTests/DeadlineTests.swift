import PorticoHTTP
import PorticoServer
import Testing

@Suite(.timeLimit(.minutes(10))) struct DeadlineTests {
    @Test("closes a connection that stays idle, before and after a request")
    func closesIdle() async throws {
        try await withServer {
            $0.idleTimeout = .milliseconds(500)
        } _: { port, _ in
            let silent = try await RawClient.connect(to: port)
            let client = try await RawClient.connect(to: port)
            try await client.send(get("/"))
            #expect(try await client.answer().status == 200)
            #expect(try await client.rest() == "")
            #expect(try await silent.rest() == "")
        }
    }

    @Test("answers a head that never ends with 408, however it drips")
    func refusesSlowHeads() async throws {
        try await withServer {
            $0.headerDeadline = .milliseconds(60)
        } _: { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET / HTTP/1.1\r\n")
            let drip = Task {
                while !Task.isCancelled {
                    try await client.send("X: y\r\n")
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            let answer = try await client.answer()
            drip.cancel()
            #expect(answer.status == 408)
            #expect(answer["connection"] == "close")
        }
    }

    @Test("answers a body that stops coming with 408", arguments: ["", "abc"])
    func refusesSlowBodies(part: String) async throws {
        try await withServer {
            $0.bodyDeadline = .milliseconds(40)
        } _: { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n" + part)
            #expect(try await client.answer().status == 408)
            #expect(try await client.rest() == "")
        }
    }

    @Test("does not hold the time a responder takes against the client")
    func waitsForResponders() async throws {
        let responder = ScriptedResponder.async { _ in
            try? await Task.sleep(for: .milliseconds(1500))
            return .text("took its time")
        }
        try await withServer(responder) {
            $0.headerDeadline = .milliseconds(500)
            $0.bodyDeadline = .milliseconds(500)
            $0.writeDeadline = .milliseconds(500)
        } _: { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(get("/"))
            #expect(try await client.answer().body == "took its time")
        }
    }

    @Test("closes on a client that does not take its answer")
    func closesOnSlowReaders() async throws {
        let body = [UInt8](repeating: 0x41, count: 32 << 20)
        let observer = CountingObserver()
        let responder = ScriptedResponder(atOnce: { _ in Response(.ok, body: .bytes(body)) })
        try await withServer(responder, observer: observer) {
            $0.writeDeadline = .milliseconds(60)
        } _: { port, _ in
            let client = try await RawClient.connect(to: port, reads: false)
            try await client.send(get("/"))
            await observer.firstClosed.passed()
            #expect(observer.counts.closed == 1)
            await client.close()
        }
    }
}
