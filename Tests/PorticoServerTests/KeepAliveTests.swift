import PorticoHTTP
import PorticoServer
import Testing

@Suite(.timeLimit(.minutes(10))) struct KeepAliveTests {
    @Test("answers many requests on one connection")
    func keepsAlive() async throws {
        try await withServer { port, _ in
            let client = try await RawClient.connect(to: port)
            for index in 0..<20 {
                try await client.send(get("/\(index)?q"))
                let answer = try await client.answer()
                #expect(answer.status == 200)
                #expect(answer.body == "GET /\(index)?q ")
                #expect(answer["connection"] == nil)
                #expect(answer["date"]?.hasSuffix(" GMT") == true)
            }
            await client.close()
        }
    }

    @Test("closes after the answer when the client asks for it")
    func closesOnRequest() async throws {
        try await withServer { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(get("/", "Connection: close\r\n"))
            #expect(try await client.answer()["connection"] == "close")
            #expect(try await client.rest() == "")
        }
    }

    @Test("speaks HTTP/1.0: closes by default, stays when asked, needs no host")
    func speaksHTTP10() async throws {
        try await withServer { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let first = try await client.answer()
            #expect(first["connection"] == "keep-alive")
            #expect(first["content-length"] == "7")
            try await client.send("GET /b HTTP/1.0\r\n\r\n")
            let second = try await client.answer()
            #expect(second["connection"] == "close")
            #expect(second.body == "GET /b ")
            #expect(try await client.rest() == "")
        }
    }

    @Test("answers HEAD with the length of GET and no body")
    func answersHead() async throws {
        let responder = ScriptedResponder(atOnce: { request in
            request.head.target == "/known"
                ? Response(.ok, headers: ["content-length": "1234"])
                : .text("twelve bytes")
        })
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(
                "HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /known HTTP/1.1\r\nHost: a\r\n\r\n" + get("/"))
            #expect(try await client.answer(hasBody: false)["content-length"] == "12")
            #expect(try await client.answer(hasBody: false)["content-length"] == "1234")
            #expect(try await client.answer().body == "twelve bytes")
            await client.close()
        }
    }

    @Test("sends neither body nor length with 204 and 304", arguments: [204, 304])
    func sendsNoBody(status: Int) async throws {
        let responder = ScriptedResponder(atOnce: { request in
            let status: HTTPStatus = request.head.target == "/" ? HTTPStatus(status) : .ok
            return Response(status, body: .bytes(Array("body".utf8)))
        })
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(get("/") + get("/next"))
            let answer = try await client.answer(hasBody: false)
            #expect(answer.status == status)
            #expect(answer["content-length"] == nil)
            #expect(answer["transfer-encoding"] == nil)
            #expect(try await client.answer().body == "body")
            await client.close()
        }
    }

    @Test("ignores an offer to upgrade, answers, and closes")
    func ignoresUpgrades() async throws {
        try await withServer { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(
                get("/", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"))
            let answer = try await client.answer()
            #expect(answer.status == 200)
            #expect(answer["connection"] == "close")
            #expect(try await client.rest() == "")
        }
    }

    @Test("gives the responder head, body and the numeric peer")
    func handsOverRequests() async throws {
        let responder = ScriptedResponder(atOnce: { request in
            let head = request.head
            return .text(
                "\(head.peer) \(head.isSecure) \(head.headers["x-one"] ?? "-") \(head.headers.values("x-two"))")
        })
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(get("/", "X-One:  1 \r\nX-Two: a\r\nX-Two: b\r\n"))
            #expect(try await client.answer().body == #"127.0.0.1 false 1 ["a", "b"]"#)
            await client.close()
        }
    }

    @Test("still answers a client that has finished sending")
    func answersHalfClosed() async throws {
        let gate = Gate()
        let responder = ScriptedResponder.async { _ in
            await gate.passed()
            return .text("late")
        }
        try await withServer(responder) {
            $0.abandonedGrace = .seconds(20)
        } _: { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(get("/"))
            try await client.finishSending()
            gate.open()
            #expect(try await client.answer().body == "late")
            #expect(try await client.rest() == "")
        }
    }
}
