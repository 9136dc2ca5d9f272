import PorticoJSON
import PorticoRedis
import PorticoTesting
import PorticoValues
import Testing

/// Two installations that know nothing of each other, on one Redis.
@Suite(
    "Two installations on one Redis", .enabled(if: Program.isThere && RedisServer.path != nil, Program.missing),
    .timeLimit(.minutes(10)))
struct SharedRedisTests {
    private static let notice = "/bags/__test/notice"
    private static let names = ["north", "south"]

    private func settings(_ redis: RedisServer, prefix: String) -> [String] {
        redis.arguments + [
            "--set", "redis.key_prefix=\(prefix)", "--set", "limits.mode=enforce", "--set",
            "events.stream_groups=ledger",
        ]
    }

    private func texts(_ command: RedisCommand, _ client: RedisClient) async throws -> [String] {
        try await client.send(command).elements?.compactMap(\.text) ?? []
    }

    private func isOwned(_ name: String, by prefix: String) -> Bool {
        name.hasPrefix("\(prefix):") || name.hasPrefix("{\(prefix):")
    }

    @Test("call every key and channel by their prefix, and keep what is theirs apart")
    func prefixes() async throws {
        try await Premises.open(.sqlite) { north in
            try await Premises.open(.sqlite) { south in
                let redis = try RedisServer()
                let server = try await redis.start()
                var configuration = RedisClient.Configuration(url: "redis://127.0.0.1:\(redis.port)")
                configuration.timeout = .seconds(2)
                configuration.hardTimeout = .seconds(5)
                let client = try RedisClient(configuration)
                let nodes = [
                    try await RunningPortico.start(north, settings(redis, prefix: Self.names[0])),
                    try await RunningPortico.start(south, settings(redis, prefix: Self.names[1])),
                ]
                for (node, name) in zip(nodes, Self.names) {
                    let dispatcher = try await Visitor.signedIn(as: "dispatcher", at: node)
                    _ = try await dispatcher.read("/bags/")
                    let body: JSONValue = ["text": .string(name)]
                    #expect(try await Visitor(port: node.port).send("POST", Self.notice, body).status == 200)
                }
                for (node, name) in zip(nodes, Self.names) {
                    #expect(try await Visitor(port: node.port).read(Self.notice).json["text"]?.string == name)
                }
                // Tier 2 is filled behind the answer, and streams behind the commit.
                let parts = Self.names.flatMap { name in
                    ["portico:limits}", "portico:cache}:v:", "bags:events}"].map { "{\(name):\($0)" }
                }
                try await eventually("keys of every kind") {
                    let keys = try await texts(RedisCommand("KEYS", "*"), client)
                    return parts.allSatisfy { part in keys.contains { $0.hasPrefix(part) } }
                }
                let named =
                    try await texts(RedisCommand("KEYS", "*"), client)
                    + texts(RedisCommand("PUBSUB", "CHANNELS", "*"), client)
                for name in named {
                    #expect(Self.names.contains { isOwned(name, by: $0) }, "\(name)")
                }
                #expect(named.contains("north:portico:notices") && named.contains("south:portico:notices"))
                await client.shutdown()
                for node in nodes { try await node.stop() }
                #expect(!server.isOver)
            }
        }
    }
}
