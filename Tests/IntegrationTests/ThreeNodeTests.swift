import Glibc
import PorticoJSON
import PorticoTesting
import Testing

@Suite(
    "Three nodes on one PostgreSQL and one Redis",
    .enabled(if: Program.isThereWithServer && RedisServer.path != nil, Program.missingServer),
    .timeLimit(.minutes(10)))
struct ThreeNodeTests {
    /// Nodes that count together, for the length of `body`.
    private func withNodes(
        _ settings: [String] = [], _ body: ([RunningPortico], RedisServer, ChildProcess) async throws -> Void
    ) async throws {
        try await Premises.open(.postgresql) { premises in
            let redis = try RedisServer()
            let server = try await redis.start()
            let more = redis.arguments + ["--set", "limits.mode=enforce"] + settings
            let first = try await RunningPortico.start(premises, more)
            let second = try await RunningPortico.start(premises, demo: false, more)
            let third = try await RunningPortico.start(premises, demo: false, more)
            try await body([first, second, third], redis, server)
            for node in [first, second, third] { try await node.stop() }
        }
    }

    /// Lets so many requests an hour pass, and no more at once.
    private func limit(_ name: String, to quota: Int64, by admin: Visitor) async throws {
        let answer = try await admin.send(
            "PUT", "\(Visitor.api)/limits/\(name)",
            ["quota": .integer(quota), "window_seconds": 3600, "burst": .integer(quota), "mode": "enforced"])
        #expect(answer.status == 200)
    }

    private func policy(_ name: String, at visitor: Visitor) async throws -> String {
        try await visitor.get("/stats").header("ratelimit-policy") ?? ""
    }

    /// How many of `count` requests at once pass, and what the others got.
    private func rush(_ count: Int, _ visitors: [Visitor]) async throws -> [Int] {
        try await together(count) { number in
            let visitor = visitors[number % visitors.count]
            let connection = try HTTPConnection(port: visitor.port)
            return try visitor.send("GET", "\(Visitor.api)/stats", over: connection).status
        }
    }

    @Test("a limit changed at one is in force at the others, and they count it together")
    func limits() async throws {
        // Exact only where no decision is made alone, however busy the machine is.
        try await withNodes(["--set", "redis.timeout_milliseconds=5000"]) { nodes, _, _ in
            let admin = try await Visitor.signedIn(as: "admin", at: nodes[0])
            let biller = try await Visitor.signedIn(as: "biller", at: nodes[0])
            let everywhere = nodes.map { biller.at($0) }
            for quota in [30, 60] as [Int64] {
                try await limit("bags.read", to: quota, by: admin)
                for node in nodes {
                    try await eventually("the new limit at every node", within: 2) {
                        try await policy("bags.read", at: admin.at(node)).contains("q=\(quota);")
                    }
                }
            }
            let statuses = try await rush(150, everywhere)
            #expect(Set(statuses) == [200, 429])
            // One comes back within a minute at this rate; together they admit no more than the limit and one a node.
            #expect((60...60 + nodes.count).contains(statuses.count { $0 == 200 }))
        }
    }

    @Test("a lockout, a sign-out and a change of role count everywhere within a second")
    func identity() async throws {
        try await withNodes { nodes, _, _ in
            let wrong: JSONValue = ["email": "gatekeeper@bags.demo", "password": "Wrong-guess-1"]
            for number in 0..<5 {
                let answer = try await Visitor(port: nodes[number % 2].port).post("/session", wrong)
                #expect(answer.status == 401)
            }
            let right: JSONValue = ["email": "gatekeeper@bags.demo", "password": .string(Visitor.password)]
            for node in nodes {
                let answer = try await Visitor(port: node.port).post("/session", right)
                #expect(answer.status == 429)
                #expect(answer.json["code"] == "account_locked")
            }

            let dispatcher = try await Visitor.signedIn(as: "dispatcher", at: nodes[0])
            for node in nodes { #expect(try await dispatcher.at(node).get("/session").status == 200) }
            #expect(try await dispatcher.send("DELETE", "\(Visitor.api)/session").status == 204)
            for node in nodes {
                try await eventually("the end of the session at every node", within: 2) {
                    try await dispatcher.at(node).get("/session").status == 401
                }
            }

            let admin = try await Visitor.signedIn(as: "admin", at: nodes[1])
            let packer = try await Visitor.signedIn(as: "dispatcher", at: nodes[2])
            let users = try await admin.get("/users").json["items"]?.elements ?? []
            let id = try #require(users.first { $0["email"] == "dispatcher@bags.demo" }?["id"]?.string)
            for node in nodes { #expect(try await packer.at(node).get("/session").status == 200) }
            let changed = try await admin.send(
                "PATCH", "\(Visitor.api)/users/\(id)", ["role": "biller", "area_code": .null])
            #expect(changed.status == 200, "\(changed.text)")
            for node in nodes {
                try await eventually("the end of what the old role was signed in with", within: 2) {
                    try await packer.at(node).get("/session").status == 401
                }
            }
        }
    }

    @Test("§6 without Redis scans and batches pass, and everything else keeps to the node's part")
    func scansWithoutCounters() async throws {
        try await withNodes { nodes, _, server in
            let admin = try await Visitor.signedIn(as: "admin", at: nodes[0])
            let dispatcher = try await Visitor.signedIn(as: "dispatcher", at: nodes[0])
            // A third of each is the node's part: 4.
            for name in ["bags.scan", "bags.batch", "bags.write"] { try await limit(name, to: 12, by: admin) }
            server.send(SIGKILL)
            _ = try await server.ended()

            let hall = PackingHall(dispatcher)
            // Each is one batch of the class `batch`.
            var sacks: [String] = []
            for _ in 0..<15 { sacks += try await hall.sacks(1) }
            for sack in sacks { #expect(try await hall.scan(hall.attempt(into: sack)).status == 201) }

            let writes = try await together(15) { _ in
                try admin.send(
                    "POST", "\(Visitor.api)/bills", ["code": "", "capacity": 1, "area_code": "lucknow"],
                    over: try HTTPConnection(port: admin.port)
                ).status
            }
            #expect(writes.count { $0 == 422 } == 4)
            #expect(writes.count { $0 == 429 } == 11)
        }
    }

    @Test("a Redis and a node that die in the middle of the work are missed by nobody else")
    func outages() async throws {
        try await withNodes { nodes, redis, server in
            let biller = try await Visitor.signedIn(as: "biller", at: nodes[0])
            let everywhere = nodes.map { biller.at($0) }
            #expect(Set(try await rush(30, everywhere)) == [200])

            server.send(SIGKILL)
            _ = try await server.ended()
            let survivors = [everywhere[0], everywhere[1]]
            async let load = rush(60, survivors)
            try await nodes[2].kill()
            #expect(Set(try await load) == [200])
            let ready = try await Visitor(port: nodes[0].port).send("GET", "/readyz")
            #expect(ready.status == 200)
            #expect(ready.text.contains("degraded"))

            let again = try await redis.start()
            try await eventually("shared counters again") {
                let text = try await Visitor(port: nodes[0].port).send("GET", "/readyz").text
                return text.contains("ready") && !text.contains("degraded")
            }
            #expect(Set(try await rush(30, survivors)) == [200])
            #expect(!again.isOver)
        }
    }
}
