import PorticoHTTP
import PorticoServer
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct StreamTests {
    /// Streams at once or from a task, as the target says.
    private static func responder(
        _ produce: @escaping @Sendable (any BodyWriter) async throws -> Void
    ) -> ScriptedResponder {
        ScriptedResponder(
            atOnce: { request in
                switch request.head.target {
                case "/now": Response(.ok, body: .stream(produce))
                case "/plain": .text("plain")
                default: nil
                }
            }, later: { _ in Response(.ok, body: .stream(produce)) })
    }

    @Test("sends a stream in chunks and goes on with the connection", arguments: ["/now", "/later"])
    func sendsChunks(target: String) async throws {
        let responder = StreamTests.responder { writer in
            for index in 0..<100 { try await writer.write(Array("line \(index)\n".utf8)) }
            try await writer.write([])
            try await writer.write(Array("end".utf8))
        }
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(get(target) + get("/plain"))
            let answer = try await client.answer()
            #expect(answer["transfer-encoding"] == "chunked")
            #expect(answer["content-length"] == nil)
            #expect(answer.body == (0..<100).map { "line \($0)\n" }.joined() + "end")
            #expect(try await client.answer().body == "plain")
            await client.close()
        }
    }

    @Test("ends a stream on HTTP/1.0 by closing")
    func endsByClosing() async throws {
        let responder = StreamTests.responder { try await $0.write(Array("old".utf8)) }
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /later HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let answer = try await client.answer()
            #expect(answer["transfer-encoding"] == nil)
            #expect(answer["connection"] == "close")
            #expect(answer.body == "old")
        }
    }

    @Test("does not produce the stream of a HEAD", arguments: ["/now", "/later"])
    func skipsHead(target: String) async throws {
        let responder = StreamTests.responder { _ in Issue.record("the stream ran") }
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send("HEAD \(target) HTTP/1.1\r\nHost: a\r\n\r\n" + get("/plain"))
            #expect(try await client.answer(hasBody: false).status == 200)
            #expect(try await client.answer().body == "plain")
            await client.close()
        }
    }

    @Test("leaves a stream that fails without its end")
    func truncatesFailures() async throws {
        struct Failure: Error {}
        let responder = StreamTests.responder { writer in
            try await writer.write(Array("half".utf8))
            throw Failure()
        }
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(get("/later"))
            let wire = try await client.rest()
            #expect(wire.hasSuffix("4\r\nhalf\r\n"))
        }
    }

    @Test("sends the head before the first byte of the body")
    func sendsHeadAtOnce() async throws {
        let gate = Gate()
        let responder = StreamTests.responder { writer in
            await gate.passed()
            try await writer.write(Array("tick".utf8))
        }
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(get("/later"))
            #expect(try await client.through("\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
            gate.open()
            #expect(try await client.through("0\r\n\r\n") == "4\r\ntick\r\n0\r\n\r\n")
            await client.close()
        }
    }

    @Test("holds a stream back while the client does not read, and gives up on one that never does")
    func holdsBack() async throws {
        let written = Mutex(0)
        let failed = Gate()
        let block = [UInt8](repeating: 0x41, count: 1 << 20)
        let responder = StreamTests.responder { writer in
            do {
                for _ in 0..<256 {
                    try await writer.write(block)
                    written.withLock { $0 += 1 }
                }
            } catch {
                failed.open()
                throw error
            }
        }
        try await withServer(responder) {
            $0.writeDeadline = .milliseconds(100)
        } _: { port, _ in
            let client = try await RawClient.connect(to: port, reads: false)
            try await client.send(get("/later"))
            await failed.passed()
            #expect(written.withLock { $0 } < 64)
            await client.close()
        }
    }

    @Test("carries a long stream to a client that reads")
    func carriesLongStreams() async throws {
        let block = [UInt8](repeating: 0x42, count: 50_000)
        let responder = StreamTests.responder { writer in
            for _ in 0..<200 { try await writer.write(block) }
        }
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(get("/later", "Connection: close\r\n"))
            _ = try await client.through("\r\n\r\n")
            // Each block comes with its size, c350, and two line breaks; the end is five bytes.
            #expect(try await client.rest().utf8.count == 200 * 50_008 + 5)
        }
    }

    @Test("cancels idle work when the client goes", arguments: [true, false])
    func cancelsIdleWork(streams: Bool) async throws {
        let cancelled = Gate()
        let started = Gate()
        let wait: @Sendable () async -> Void = {
            started.open()
            try? await Task.sleep(for: .seconds(600))
            if Task.isCancelled { cancelled.open() }
        }
        let responder = ScriptedResponder.async { _ in
            guard streams else {
                await wait()
                return .text("too late")
            }
            return Response(.ok, body: .stream { _ in await wait() })
        }
        try await withServer(responder) {
            $0.abandonedGrace = .milliseconds(20)
        } _: { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(get("/"))
            await started.passed()
            await client.close()
            await cancelled.passed()
        }
    }

    @Test("refuses bytes for a stream that is over")
    func refusesLateBytes() async throws {
        let kept = Mutex<(any BodyWriter)?>(nil)
        let responder = StreamTests.responder { writer in
            kept.withLock { $0 = writer }
            try await writer.write(Array("all".utf8))
        }
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(get("/later"))
            #expect(try await client.answer().body == "all")
            let writer = try #require(kept.withLock { $0 })
            await #expect(throws: (any Error).self) { try await writer.write(Array("more".utf8)) }
            try await client.send(get("/plain"))
            #expect(try await client.answer().body == "plain")
            await client.close()
        }
    }
}
