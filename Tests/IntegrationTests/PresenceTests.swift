import PorticoJSON
import PorticoTesting
import Testing

@Suite(
    "Who is at work, over two nodes",
    .enabled(if: Program.isThereWithServer && RedisServer.path != nil, Program.missingServer),
    .timeLimit(.minutes(5)))
struct PresenceTests {
    private func dashboard(_ visitor: Visitor, at node: RunningPortico) async throws -> String {
        try await visitor.at(node).send("GET", "/bags/").text
    }

    @Test("people are seen at the other node while their stream is open, and are gone soon after theirs was killed")
    func death() async throws {
        try await Premises.open(.postgresql) { premises in
            let redis = try RedisServer()
            let server = try await redis.start()
            let more = redis.arguments + ["--set", "presence.seconds=5"]
            let first = try await RunningPortico.start(premises, more)
            let second = try await RunningPortico.start(premises, demo: false, more)
            let dispatcher = try await Visitor.signedIn(as: "dispatcher", at: first)
            let admin = try await Visitor.signedIn(as: "admin", at: second)
            #expect(try await !dashboard(admin, at: second).contains("is at work too"))

            let stream = try HTTPConnection(port: first.port)
            let request = dispatcher.request("GET", "\(Visitor.api)/stream?topics=stats")
            try stream.send(request)
            try await eventually("the dispatcher at the other node") {
                try await dashboard(admin, at: second).contains("is at work too")
            }
            try await first.kill()
            try await eventually("the end of their presence", within: 30) {
                try await !dashboard(admin, at: second).contains("is at work too")
            }
            #expect(!server.isOver)
            try await second.stop()
        }
    }
}
