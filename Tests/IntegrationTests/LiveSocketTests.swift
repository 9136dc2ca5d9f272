import PorticoJSON
import PorticoTesting
import Testing

@Suite(
    "The live socket of a node", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(10)))
struct LiveSocketTests {
    @Test("tells scans, and loses and repeats nothing when its node is killed and comes back")
    func resumes() async throws {
        try await Premises.open(.sqlite) { premises in
            let first = try await RunningPortico.start(premises)
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: first))
            let sack = try await hall.sacks(1)[0]
            let listener = SocketListener("area:lucknow;kind=child")
            let before = Task { try await listener.listen(as: hall.dispatcher) }
            try await eventually("the socket at the first node") { listener.begun == 1 }
            var expected = try await scan(5, into: sack, hall, at: first)
            let early = expected
            try await eventually("scans over the socket") { listener.bags.count >= early.count }
            try await first.kill()
            try await before.value

            let second = try await RunningPortico.start(premises, demo: false)
            expected += try await scan(5, into: sack, hall, at: second)
            let after = Task { try await listener.listen(as: hall.dispatcher.at(second)) }
            try await eventually("the socket at the second node") { listener.begun == 2 }
            expected += try await scan(5, into: sack, hall, at: second)
            let all = expected
            try await eventually("all scans") { listener.bags.count >= all.count }
            #expect(try await second.stop() == .status(0))
            try await after.value
            #expect(listener.bags == all)
            #expect(!listener.told.contains { $0["type"] == "reset" || $0["reset"] == true })
        }
    }

    @Test("refuses the topic of another area, and pages of another site")
    func refuses() async throws {
        try await Premises.open(.sqlite) { premises in
            let node = try await RunningPortico.start(premises)
            let dispatcher = try await Visitor.signedIn(as: "dispatcher", at: node)
            let (foreign, refusal) = try await onThread {
                let foreign = try HTTPConnection(port: node.port)
                try foreign.send(SocketListener.handshake(as: dispatcher, origin: "https://evil.example"))
                let own = try HTTPConnection(port: node.port)
                try own.send(
                    SocketListener.handshake(as: dispatcher, origin: "http://127.0.0.1:\(node.port)"))
                guard try own.head().status == 101 else { throw Disconnected(description: "no socket") }
                try own.say(Array(#"{"type":"subscribe","topic":"area:jaipur"}"#.utf8))
                return (try foreign.answer(), try own.text() ?? [])
            }
            #expect(foreign.status == 403 && foreign.json["code"] == "origin_refused")
            #expect(try JSONValue(parsing: refusal)["code"] == "area_not_found")
            try await node.stop()
        }
    }

    /// Scans new bags one after the other.
    /// - Returns: their codes, in the order of the scans.
    private func scan(
        _ count: Int, into sack: String, _ hall: PackingHall, at node: RunningPortico
    ) async throws -> [String] {
        var codes: [String] = []
        for _ in 0..<count {
            let attempt = hall.attempt(into: sack)
            let answer = try await hall.scan(attempt, by: hall.dispatcher.at(node))
            guard answer.status == 201 else {
                throw Disconnected(description: "a scan gave \(answer.status): \(answer.text)")
            }
            codes.append(attempt.code)
        }
        return codes
    }
}
