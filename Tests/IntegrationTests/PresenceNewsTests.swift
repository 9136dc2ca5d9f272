import PorticoJSON
import PorticoTesting
import Testing

@Suite(
    "Who comes and goes, over two nodes",
    .enabled(if: Program.isThereWithServer && RedisServer.path != nil, Program.missingServer),
    .timeLimit(.minutes(5)))
struct PresenceNewsTests {
    @Test("is told to those who watch it at the other node, also when the node of somebody was killed")
    func told() async throws {
        try await Premises.open(.postgresql) { premises in
            let redis = try RedisServer()
            let server = try await redis.start()
            let more = redis.arguments + ["--set", "presence.seconds=20"]
            let first = try await RunningPortico.start(premises, more)
            let second = try await RunningPortico.start(premises, demo: false, more)
            let dispatcher = try await Visitor.signedIn(as: "dispatcher", at: first)
            let admin = try await Visitor.signedIn(as: "admin", at: second)
            let listener = SocketListener("presence")
            let watching = Task { try await listener.listen(as: admin) }
            try await eventually("the socket at the second node") { listener.begun == 1 }

            let stream = try HTTPConnection(port: first.port)
            try stream.send(dispatcher.request("GET", "\(Visitor.api)/stream?topics=stats"))
            let name = try #require(try await dispatcher.get("/session").json["user"]?["name"]?.string)
            try await eventually("the dispatcher told at the other node") {
                changes(listener, "joined").contains(name)
            }
            #expect(!changes(listener, "left").contains(name))
            try await first.kill()
            try await eventually("the dispatcher told to have left", within: 90) {
                changes(listener, "left").contains(name)
            }
            #expect(!server.isOver)
            try await second.stop()
            try await watching.value
        }
    }

    private func changes(_ listener: SocketListener, _ member: String) -> [String] {
        listener.told.flatMap { $0["data"]?[member]?.elements ?? [] }.compactMap { $0["name"]?.string }
    }
}
