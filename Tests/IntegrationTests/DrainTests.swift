import PorticoJSON
import PorticoTesting
import Testing

@Suite("A node that is asked to end", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(10)))
struct DrainTests {
    @Test("answers the requests it had begun to receive, takes no new ones, and ends with status 0")
    func drains() async throws {
        try await Premises.open(.sqlite) { premises in
            let node = try await RunningPortico.start(premises)
            let dispatcher = try await Visitor.signedIn(as: "dispatcher", at: node)
            let hall = PackingHall(dispatcher)
            let sack = try await hall.sacks(1)[0]
            let statuses = try await onThread {
                let connections = try (0..<8).map { _ in try HTTPConnection(port: node.port) }
                let requests = connections.map { _ in
                    dispatcher.request("POST", "\(Visitor.api)/scans/child", hall.attempt(into: sack).body)
                }
                for (connection, request) in zip(connections, requests) {
                    try connection.send(Array(request.dropLast(20)))
                }
                // Whole requests behind them: the halves have been read by then.
                for _ in 0..<20 { _ = try Visitor(port: node.port).livez() }
                node.askToEnd()
                while (try? HTTPConnection(port: node.port)) != nil {}
                for (connection, request) in zip(connections, requests) {
                    try connection.send(Array(request.suffix(20)))
                }
                return try connections.map { try $0.answer().status }
            }
            #expect(statuses == Array(repeating: 201, count: 8))
            #expect(try await node.ended() == .status(0))

            let again = try await RunningPortico.start(premises)
            let answer = try await dispatcher.at(again).get("/bags/\(sack)")
            #expect(answer.json["child_count"]?.int64 == 8)
            try await again.stop()
        }
    }

    @Test("ends live streams whole instead of waiting for their clients")
    func endsStreams() async throws {
        try await Premises.open(.sqlite) { premises in
            let node = try await RunningPortico.start(premises, ["--set", "server.drain_seconds=300"])
            let dispatcher = try await Visitor.signedIn(as: "dispatcher", at: node)
            let stream = try await onThread {
                let connection = try HTTPConnection(port: node.port)
                try connection.send(dispatcher.request("GET", "\(Visitor.api)/stream?topics=stats"))
                // Any answer after it: the stream has begun by then.
                _ = try Visitor(port: node.port).livez()
                node.askToEnd()
                return try connection.answer()
            }
            #expect(stream.status == 200)
            #expect(stream.header("content-type") == "text/event-stream; charset=utf-8")
            #expect(try await node.ended() == .status(0))
        }
    }

    @Test("answers every scan that was sent before it stopped reading", arguments: TestEngine.available)
    func drainsUnderLoad(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let node = try await RunningPortico.start(premises)
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: node))
            let attempts = Attempts()
            let sacks = try await hall.sacks(8 * 10)
            async let ended: [Void] = together(8) { table in
                guard let connection = try? HTTPConnection(port: node.port) else { return }
                for place in 0..<300 {
                    var attempt = hall.attempt(into: sacks[table * 10 + place / 30])
                    guard let answer = try? hall.scan(attempt, over: connection) else { return }
                    attempt.answer = answer
                    attempts.put(attempt)
                }
            }
            try await eventually("scans") { attempts.acknowledged.count >= 50 }
            #expect(try await node.stop() == .status(0))
            _ = try await ended
            #expect(attempts.statuses.isSubset(of: [201, 503]))

            let again = try await RunningPortico.start(premises)
            #expect(try await countersAreEqual(try await Visitor.signedIn(as: "admin", at: again)))
            for (sack, made) in attempts.bySack {
                let answer = try await hall.dispatcher.at(again).get("/bags/\(sack)")
                let codes = Set(answer.json["children"]?.elements?.compactMap { $0["code"]?.string } ?? [])
                #expect(codes.isSuperset(of: made.filter(\.isAcknowledged).map(\.code)))
            }
            try await again.stop()
        }
    }
}

extension Visitor {
    fileprivate func livez() throws -> Int {
        try send("GET", "/livez", over: try HTTPConnection(port: port)).status
    }
}
