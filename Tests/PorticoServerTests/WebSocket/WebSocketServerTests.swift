import PorticoEvents
import PorticoHTTP
import PorticoJSON
import PorticoRealtime
import PorticoServer
import Synchronization
import Testing

/// Sends every message back; opens its gate at the end.
private final class EchoEndpoint: WebSocketEndpoint {
    let ended = Gate()

    func received(_ message: WebSocketMessage, from socket: WebSocket) {
        socket.send(message)
    }

    func closed(_ socket: WebSocket) {
        ended.open()
    }
}

/// Answers `/socket` with a WebSocket and everything else with its target.
private func responder(_ endpoint: any WebSocketEndpoint = EchoEndpoint(), isImmediate: Bool = false)
    -> ScriptedResponder
{
    let answer: @Sendable (Request) -> Response = { request in
        guard request.head.path == "/socket" else { return .text(request.head.target) }
        do throws(Problem) {
            return WebSocket.response(to: try WebSocketHandshake(request.head), endpoint: endpoint)
        } catch {
            return .text(error.code, status: error.status)
        }
    }
    return isImmediate
        ? ScriptedResponder(atOnce: answer)
        : .async { request in
            await Task.yield()
            return answer(request)
        }
}

@Suite(.timeLimit(.minutes(10))) struct WebSocketServerTests {
    @Test("a connection that has answered requests becomes a WebSocket, and ends as one", arguments: [true, false])
    func upgrades(isImmediate: Bool) async throws {
        let endpoint = EchoEndpoint()
        try await withServer(responder(endpoint, isImmediate: isImmediate)) { port, _ in
            var client = try await WireSocket.connect(to: port)
            try await client.send(Array(get("/plain").utf8))
            #expect(await client.head().hasPrefix("HTTP/1.1 200"))
            // The body of that answer stands before the next head.
            try await client.send(WireSocket.handshake("/socket"))
            let head = await client.head()
            #expect(head.hasPrefix("/plainHTTP/1.1 101 Switching Protocols\r\n"))
            #expect(head.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
            #expect(head.contains("upgrade: websocket\r\n"))
            #expect(!head.contains("content-length"))
            try await client.send(WireSocket.text("hello") + WireSocket.frame(9, [7]))
            let frames = [await client.frame(), await client.frame()]
            #expect(frames.contains(.init(opcode: 1, payload: Array("hello".utf8))))
            #expect(frames.contains(.init(opcode: 10, payload: [7])))
            try await client.send(WireSocket.frame(8, [0x03, 0xE8]))
            #expect(await client.frame() == .init(opcode: 8, payload: [0x03, 0xE8]))
            #expect(await client.frame() == nil)
            await endpoint.ended.passed()
        }
    }

    @Test("frames that come with the handshake are not lost")
    func earlyFrames() async throws {
        try await withServer(responder()) { port, _ in
            var client = try await WireSocket.connect(to: port)
            try await client.send(WireSocket.handshake("/socket") + WireSocket.text("early") + WireSocket.text("bird"))
            #expect(await client.head().hasPrefix("HTTP/1.1 101"))
            #expect(await client.frame()?.text == "early")
            #expect(await client.frame()?.text == "bird")
            await client.close()
        }
    }

    @Test("frames in the smallest parts arrive whole")
    func smallParts() async throws {
        try await withServer(responder()) { port, _ in
            var client = try await WireSocket.connect(to: port)
            for byte in WireSocket.handshake("/socket") + WireSocket.text("drip") { try await client.send([byte]) }
            #expect(await client.head().hasPrefix("HTTP/1.1 101"))
            #expect(await client.frame()?.text == "drip")
            await client.close()
        }
    }

    @Test("a handshake that is none gets a plain answer")
    func refused() async throws {
        try await withServer(responder()) { port, _ in
            let refused = try await RawClient.connect(to: port)
            try await refused.send(
                String(decoding: WireSocket.handshake("/socket", "Origin: https://evil.test\r\n"), as: UTF8.self))
            let answer = try await refused.answer()
            #expect(answer.status == 403)
            #expect(answer.body == "origin_refused")
            let plain = try await RawClient.connect(to: port)
            try await plain.send(get("/socket"))
            #expect(try await plain.answer().status == 426)
            try await plain.send(get("/next"))
            #expect(try await plain.answer().body == "/next")
            await plain.close()
        }
    }

    @Test("a takeover needs HTTP/1.1 and a GET")
    func oldVersion() async throws {
        let takeover: @Sendable (Request) -> Response = { _ in
            var head = RequestHead(
                method: .get, target: "/",
                headers: Headers(
                    [
                        (name: "upgrade", value: "websocket"), (name: "connection", value: "upgrade"),
                        (name: "sec-websocket-version", value: "13"),
                        (name: "sec-websocket-key", value: WireSocket.key),
                    ]), peer: "")
            head.isSecure = false
            guard let handshake = try? WebSocketHandshake(head) else { return .text("no handshake") }
            return WebSocket.response(to: handshake, endpoint: EchoEndpoint())
        }
        try await withServer(ScriptedResponder(atOnce: takeover)) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(try await client.answer().status == 400)
        }
    }

    @Test("says 1001 when the server stops, and the client's goodbye ends it")
    func drains() async throws {
        let endpoint = EchoEndpoint()
        try await withServer(responder(endpoint)) {
            $0.drainTimeout = .seconds(60)
        } _: { port, server in
            var client = try await WireSocket.connect(to: port)
            try await client.send(WireSocket.handshake("/socket"))
            _ = await client.head()
            async let stopped: Void = server.shutdown()
            let goodbye = await client.frame()
            #expect(goodbye?.opcode == 8)
            #expect(goodbye?.code == 1001)
            try await client.send(WireSocket.frame(8, [0x03, 0xE9]))
            #expect(await client.frame() == nil)
            await stopped
            await endpoint.ended.passed()
        }
    }

    @Test("a client that says nothing more holds the server up no longer than it may")
    func drainDeadline() async throws {
        try await withServer(responder()) {
            $0.drainTimeout = .milliseconds(50)
        } _: { port, server in
            var client = try await WireSocket.connect(to: port)
            try await client.send(WireSocket.handshake("/socket"))
            _ = await client.head()
            await server.shutdown()
            #expect(await client.frame()?.code == 1001)
            #expect(await client.frame() == nil)
        }
    }

    @Test("a client that does not read is not read either, and loses nothing")
    func backPressure() async throws {
        var limits = WebSocket.Limits()
        limits.maximumWaiting = 1 << 20
        let responder = ScriptedResponder(atOnce: { [limits] request in
            guard let handshake = try? WebSocketHandshake(request.head) else { return .text("none") }
            return WebSocket.response(to: handshake, limits: limits, endpoint: EchoEndpoint())
        })
        try await withServer(responder) { port, _ in
            var client = try await WireSocket.connect(to: port, reads: false)
            let count = 400
            let payload = [UInt8](repeating: 0x61, count: 60_000)
            client.sendEventually(WireSocket.handshake("/socket"))
            for _ in 0..<count { client.sendEventually(WireSocket.frame(2, payload)) }
            try await client.startReading()
            _ = await client.head()
            for index in 0..<count {
                let frame = await client.frame()
                #expect(frame?.payload.count == payload.count, "frame \(index)")
                if frame == nil { break }
            }
            await client.close()
        }
    }

    @Test("a client that vanishes is noticed, and bytes that break the protocol get their close frame")
    func ends() async throws {
        let observer = CountingObserver()
        let endpoint = EchoEndpoint()
        try await withServer(responder(endpoint), observer: observer) { port, _ in
            var broken = try await WireSocket.connect(to: port)
            try await broken.send(WireSocket.handshake("/socket"))
            _ = await broken.head()
            try await broken.send([0x81, 0x00] + [UInt8](repeating: 0, count: 5000))
            #expect(await broken.frame()?.code == 1002)
            #expect(await broken.frame() == nil)
            await endpoint.ended.passed()
            await observer.firstClosed.passed()
            #expect(observer.counts.opened == observer.counts.closed)
        }
    }

    @Test("one hub tells event streams and WebSockets the same")
    func bothTransports() async throws {
        let hub = TopicHub()
        let sockets = TopicSockets(hub: hub)
        let stream = EventStream(hub: hub) { _ in nil }
        let responder = ScriptedResponder.async { request in
            if request.head.path == "/stream" {
                return stream.response(topics: ["a"], lastEventID: nil) { .allowed }
            }
            do {
                return try sockets.response(to: request.head, user: "1") { $0 }
            } catch {
                return .text("\(error)", status: 500)
            }
        }
        try await withServer(responder) { port, _ in
            let reader = try await RawClient.connect(to: port)
            try await reader.send(get("/stream"))
            _ = try await reader.through("retry: 2000")
            var client = try await WireSocket.connect(to: port)
            try await client.send(
                WireSocket.handshake("/socket") + WireSocket.text(#"{"type":"subscribe","topic":"a"}"#))
            _ = await client.head()
            #expect(await client.frame()?.text == #"{"type":"subscribed","topic":"a","reset":false}"#)
            hub.publish([
                TopicMessage(position: EventPosition(id: 3), topics: ["a"], event: "scan", data: ["n": 1])
            ])
            #expect(
                await client.frame()?.text
                    == #"{"type":"message","topic":"a","id":"3","event":"scan","data":{"n":1}}"#)
            #expect(try await reader.through("data: {\"n\":1}").contains("id: 3\nevent: scan"))
            await reader.close()
            await client.close()
        }
    }
}
