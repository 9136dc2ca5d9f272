import PorticoHTTP
import PorticoServer
import Testing

@Suite(.timeLimit(.minutes(10))) struct PipeliningTests {
    @Test("answers in order, whoever is slow")
    func keepsOrder() async throws {
        let gate = Gate()
        let responder = ScriptedResponder(
            atOnce: { $0.head.target.hasPrefix("/now") ? .text($0.head.target) : nil },
            later: { request in
                if request.head.target.hasPrefix("/slow") { await gate.passed() }
                return .text(request.head.target)
            })
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            let kinds = ["/now", "/later", "/slow", "/now", "/now", "/slow", "/later"]
            let targets = (0..<42).map { kinds[$0 % kinds.count] + "/\($0)" }
            try await client.send(targets.map { get($0) }.joined())
            #expect(try await client.answer().body == targets[0])
            gate.open()
            for target in targets.dropFirst() { #expect(try await client.answer().body == target) }
            await client.close()
        }
    }

    @Test("pauses while the client does not read, and then sends everything in order")
    func pausesForSlowReaders() async throws {
        let filler = String(repeating: "x", count: 10_000)
        let responder = ScriptedResponder(atOnce: { .text($0.head.target + filler) })
        try await withServer(responder) {
            $0.maxPipelined = 5_000
        } _: { port, _ in
            let client = try await RawClient.connect(to: port, reads: false)
            client.sendEventually((0..<1_500).map { get("/\($0)") }.joined())
            try await client.startReading()
            for index in 0..<1_500 {
                let body = try await client.answer().body
                #expect(body.hasPrefix("/\(index)x"))
                #expect(body.utf8.count == filler.utf8.count + "/\(index)".utf8.count)
            }
            await client.close()
        }
    }

    @Test("answers what waits and closes when a client sends too far ahead")
    func boundsBacklog() async throws {
        let gate = Gate()
        let responder = ScriptedResponder.async { request in
            await gate.passed()
            return .text(request.head.target)
        }
        let requests = (0..<10).map { get("/\($0)") }.joined()
        let observer = ArrivalObserver(bytes: requests.utf8.count)
        try await withServer(responder, observer: observer) {
            $0.maxPipelined = 4
        } _: { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(requests)
            await observer.arrived.passed()
            gate.open()
            for index in 0..<5 { #expect(try await client.answer().body == "/\(index)") }
            #expect(try await client.rest() == "")
        }
    }

    @Test("answers thousands that came ahead one after the other, when none of their tasks waits")
    func answersAtOnceFromTasks() async throws {
        try await withServer(.async { .text($0.head.target) }) {
            $0.maxPipelined = 5_000
        } _: { port, _ in
            let client = try await RawClient.connect(to: port)
            client.sendEventually((0..<3_000).map { get("/\($0)") }.joined())
            for index in 0..<3_000 { #expect(try await client.answer().body == "/\(index)") }
            await client.close()
        }
    }

    @Test("answers the good requests before it refuses the bad one behind them")
    func refusesInOrder() async throws {
        let gate = Gate()
        let responder = ScriptedResponder.async { request in
            await gate.passed()
            return .text(request.head.target)
        }
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(get("/1") + get("/2") + "GARBAGE\r\n\r\n" + get("/3"))
            gate.open()
            #expect(try await client.answer().body == "/1")
            #expect(try await client.answer().body == "/2")
            #expect(try await client.answer().status == 400)
            #expect(try await client.rest() == "")
        }
    }

    @Test("takes bodies that arrive behind one another")
    func splitsBodies() async throws {
        try await withServer { port, _ in
            let client = try await RawClient.connect(to: port)
            let one = "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
            let two = "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n"
            try await client.send(one + two + get("/3"))
            #expect(try await client.answer().body == "POST /1 abc")
            #expect(try await client.answer().body == "POST /2 def")
            #expect(try await client.answer().body == "GET /3 ")
            await client.close()
        }
    }
}
