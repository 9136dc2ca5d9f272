import PorticoJSON
import PorticoSQL
import PorticoTesting
import Testing

/// What is dear is made by one process while the others wait for it, and by another when that one dies.
@Suite(
    "A lease over three nodes",
    .enabled(if: Program.isThereWithServer && RedisServer.path != nil, Program.missingServer),
    .timeLimit(.minutes(10)))
struct LeaseTests {
    private static let path = "/bags/__test/dear"
    /// How long a lease lives, and what a busy machine may add to it, in seconds.
    private static let (life, slack) = (10, 20)

    private func begun(_ name: String, _ premises: Premises) async throws -> Int {
        try await premises.count(
            "SELECT count(*) FROM event_outbox WHERE kind = 'test.dear_begun' AND key = \(name)")
    }

    private func allow(_ name: String, at node: RunningPortico) async throws {
        let answer = try await Visitor(port: node.port).send("POST", Self.path, ["name": .string(name)])
        #expect(answer.status == 200, "\(answer.text)")
    }

    private func ask(for name: String, at node: RunningPortico) -> Task<Answer, any Error> {
        Task { [port = node.port] in try await Visitor(port: port).read("\(Self.path)/\(name)") }
    }

    /// How often a node has waited for another's lease.
    private func waits(at node: RunningPortico) async throws -> Int {
        let metrics = try await Visitor(port: node.port).read("/metrics").text
        let name = #"portico_cache_events_total{cache="bags.test-dear",event="lease_wait"} "#
        let line = metrics.split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { Double($0.dropFirst(name.count)) }.map { Int($0) } ?? 0
    }

    private func withNodes(_ body: ([RunningPortico], Premises) async throws -> Void) async throws {
        try await Premises.open(.postgresql) { premises in
            let redis = try RedisServer()
            let server = try await redis.start()
            let settings = redis.arguments + ["--set", "limits.load=off"]
            var nodes = [try await RunningPortico.start(premises, settings)]
            for _ in 0..<2 { nodes.append(try await RunningPortico.start(premises, demo: false, settings)) }
            try await body(nodes, premises)
            #expect(!server.isOver)
        }
    }

    @Test("one key that all ask for at once is made once")
    func once() async throws {
        try await withNodes { nodes, premises in
            let asked = (0..<30).map { ask(for: "vase", at: nodes[$0 % 3]) }
            try await eventually("a maker and two nodes that wait") {
                var waiting = 0
                for node in nodes { waiting += try await waits(at: node) > 0 ? 1 : 0 }
                return waiting == 2
            }
            try await allow("vase", at: nodes[0])
            for task in asked {
                let answer = try await task.value
                #expect(answer.status == 200 && answer.json["text"]?.string == "vase, begun 1 times")
            }
            #expect(try await begun("vase", premises) == 1)
            for node in nodes { try await node.stop() }
        }
    }

    @Test("when the process that makes it is killed, another goes on within the time of the lease, and only one")
    func killed() async throws {
        try await withNodes { nodes, premises in
            let lost = ask(for: "vase", at: nodes[0])
            try await eventually("the first maker") { try await begun("vase", premises) == 1 }
            let survivors = Array(nodes.dropFirst())
            let asked = (0..<20).map { ask(for: "vase", at: survivors[$0 % 2]) }
            for node in survivors { try await eventually("a node that waits") { try await waits(at: node) > 0 } }
            #expect(try await begun("vase", premises) == 1)

            try await nodes[0].kill()
            _ = await lost.result
            try await eventually("the second maker", within: Self.life + Self.slack) {
                try await begun("vase", premises) == 2
            }
            try await allow("vase", at: survivors[0])
            for task in asked {
                let answer = try await task.value
                #expect(answer.status == 200 && answer.json["text"]?.string == "vase, begun 2 times")
            }
            #expect(try await begun("vase", premises) == 2)
            for node in survivors { try await node.stop() }
        }
    }
}
