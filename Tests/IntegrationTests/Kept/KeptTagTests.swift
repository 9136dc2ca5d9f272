import Glibc
import PorticoJSON
import PorticoTesting
import Testing

/// What is kept under tags — answers for everybody, values in process and in Redis — when a change declares a tag stale.
@Suite(
    "Kept under tags on three nodes with a Redis",
    .enabled(if: Program.isThereWithServer && RedisServer.path != nil, Program.missingServer),
    .timeLimit(.minutes(10)))
struct KeptTagTests {
    private static let path = "/bags/__test/notice"
    /// Nodes look for each other's events four times a second; the rest is for a machine that is busy.
    private static let bound = 2

    private func text(at node: RunningPortico) async throws -> String {
        let answer = try await Visitor(port: node.port).read(KeptTagTests.path)
        guard answer.status == 200 else {
            throw Disconnected(description: "the notice gave \(answer.status): \(answer.text)")
        }
        return answer.json["text"]?.string ?? ""
    }

    /// Changes the notice at a node: it shows there at once, and at the others within the bound.
    private func change(_ text: String, at writer: RunningPortico, of nodes: [RunningPortico]) async throws {
        for node in nodes { for _ in 0..<2 { _ = try await self.text(at: node) } }
        let answer = try await Visitor(port: writer.port).send("POST", KeptTagTests.path, ["text": .string(text)])
        #expect(answer.status == 200, "\(answer.text)")
        let told = try await self.text(at: writer)
        #expect(told == text)
        for node in nodes {
            try await eventually("\(text) at every node", within: KeptTagTests.bound) {
                try await self.text(at: node) == text
            }
        }
        // What was put back by nobody stays away.
        for node in nodes { #expect(try await self.text(at: node) == text) }
    }

    @Test("are fresh where they were changed and soon everywhere, with Redis, without it, and when it is back")
    func outages() async throws {
        try await Premises.open(.postgresql) { premises in
            let redis = try RedisServer()
            let server = try await redis.start()
            var nodes = [try await RunningPortico.start(premises, redis.arguments)]
            for _ in 0..<2 { nodes.append(try await RunningPortico.start(premises, demo: false, redis.arguments)) }
            for round in 0..<9 { try await change("first \(round)", at: nodes[round % 3], of: nodes) }

            server.send(SIGKILL)
            _ = try await server.ended()
            for round in 0..<6 { try await change("alone \(round)", at: nodes[round % 3], of: nodes) }

            let again = try await redis.start()
            for round in 0..<6 { try await change("again \(round)", at: nodes[round % 3], of: nodes) }

            try await nodes[2].kill()
            let survivors = Array(nodes.prefix(2))
            for round in 0..<4 { try await change("two \(round)", at: survivors[round % 2], of: survivors) }
            #expect(!again.isOver)
            for node in survivors { try await node.stop() }
        }
    }

    @Test("and a node that dies with its answer still on its lips has told the others by the database")
    func lastWords() async throws {
        try await Premises.open(.postgresql) { premises in
            let redis = try RedisServer()
            let server = try await redis.start()
            var nodes = [try await RunningPortico.start(premises, redis.arguments)]
            nodes.append(try await RunningPortico.start(premises, demo: false, redis.arguments))
            _ = try await text(at: nodes[1])
            let body: JSONValue = ["text": "last words"]
            #expect(try await Visitor(port: nodes[0].port).send("POST", KeptTagTests.path, body).status == 200)
            try await nodes[0].kill()
            try await eventually("the last words", within: KeptTagTests.bound) {
                try await text(at: nodes[1]) == "last words"
            }
            // Nobody is left who could have told tier 2 but by the events that are kept.
            let body2: JSONValue = ["text": "very last words"]
            #expect(try await Visitor(port: nodes[1].port).send("POST", KeptTagTests.path, body2).status == 200)
            try await nodes[1].kill()
            let heir = try await RunningPortico.start(premises, demo: false, redis.arguments)
            #expect(try await text(at: heir) == "very last words")
            try await heir.stop()
            #expect(!server.isOver)
        }
    }
}
