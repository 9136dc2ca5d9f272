import Glibc
import PorticoJSON
import PorticoTesting
import Testing

@Suite(
    "Live streams over three nodes",
    .enabled(if: Program.isThereWithServer && RedisServer.path != nil, Program.missingServer),
    .timeLimit(.minutes(10)))
struct LiveNodesTests {
    @Test(
        "lose nothing, repeat nothing and keep their order when the node of a stream is killed, and Redis with it",
        arguments: [false, true])
    func kills(killsRedis: Bool) async throws {
        try await Premises.open(.postgresql) { premises in
            let redis = try RedisServer()
            let server = try await redis.start()
            let first = try await RunningPortico.start(premises, redis.arguments)
            let second = try await RunningPortico.start(premises, demo: false, redis.arguments)
            let third = try await RunningPortico.start(premises, demo: false, redis.arguments)
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: first))
            let sacks = try await hall.sacks(5)
            let listener = LiveListener("area:lucknow,parent:\(sacks[0])")

            let before = Task { try await listener.listen(as: hall.dispatcher.at(second)) }
            try await eventually("the stream at the second node") { listener.begun == 1 }
            var expected = try await scan(30, into: sacks[0..<1], hall)
            let early = expected
            try await eventually("scans at the second node") { listener.bags.count >= early.count }

            // Scans go on at the first node while the second dies, and before the client is back.
            async let during = scan(60, into: sacks[1..<3], hall)
            try await second.kill()
            if killsRedis {
                server.send(SIGKILL)
                _ = try await server.ended()
            }
            try await before.value
            expected += try await during
            let after = Task { try await listener.listen(as: hall.dispatcher.at(third)) }
            try await eventually("the stream at the third node") { listener.begun == 2 }
            expected += try await scan(60, into: sacks[3..<5], hall)
            let all = expected
            try await eventually("all scans at the third node") { listener.bags.count >= all.count }

            // A node that is asked to end tells nobody to load anew.
            #expect(try await third.stop() == .status(0))
            try await after.value
            #expect(listener.bags == all)
            let ids = listener.messages.map(\.id)
            #expect(ids == ids.sorted())
            #expect(!listener.messages.contains { $0.event == "reset" })
            try await first.stop()
        }
    }

    @Test("resume at a node that was not there when they broke off")
    func laterNode() async throws {
        try await Premises.open(.postgresql) { premises in
            let first = try await RunningPortico.start(premises)
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: first))
            let sacks = try await hall.sacks(2)
            let listener = LiveListener("area:lucknow")
            let before = Task { try await listener.listen(as: hall.dispatcher) }
            try await eventually("the stream at the first node") { listener.begun == 1 }
            let early = try await scan(10, into: sacks[0..<1], hall)
            try await eventually("scans at the first node") { listener.bags.count >= early.count }

            let second = try await RunningPortico.start(premises, demo: false)
            #expect(try await first.stop() == .status(0))
            try await before.value
            let late = try await scan(20, into: sacks[1..<2], hall, at: second)
            let third = try await RunningPortico.start(premises, demo: false)
            let after = Task { try await listener.listen(as: hall.dispatcher.at(third)) }
            try await eventually("what was missed, at a new node") { listener.bags.count >= early.count + late.count }
            #expect(listener.bags == early + late)
            #expect(!listener.messages.contains { $0.event == "reset" })
            try await third.stop()
            try await after.value
            try await second.stop()
        }
    }

    /// Scans new bags one after the other, thirty into each sack.
    /// - Returns: their codes, in the order of the scans.
    private func scan(
        _ count: Int, into sacks: ArraySlice<String>, _ hall: PackingHall, at node: RunningPortico? = nil
    ) async throws -> [String] {
        let sacks = Array(sacks)
        let visitor = node.map { hall.dispatcher.at($0) } ?? hall.dispatcher
        var codes: [String] = []
        for number in 0..<count {
            let attempt = hall.attempt(into: sacks[number / 30])
            let answer = try await hall.scan(attempt, by: visitor)
            guard answer.status == 201 else {
                throw Disconnected(description: "a scan gave \(answer.status): \(answer.text)")
            }
            codes.append(attempt.code)
        }
        return codes
    }
}
