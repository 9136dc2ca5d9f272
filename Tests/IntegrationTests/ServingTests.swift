import PorticoJSON
import PorticoSQL
import PorticoTesting
import Testing

@Suite("A node that runs", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(10)))
struct ServingTests {
    @Test("is alive, ready and healthy, and ends in good order when it is asked to", arguments: TestEngine.available)
    func answers(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let node = try await RunningPortico.start(premises)
            let visitor = Visitor(port: node.port)
            #expect(try await visitor.send("GET", "/livez").text == "ok\n")
            #expect(try await visitor.send("GET", "/readyz").status == 200)
            let health = try await visitor.send("GET", "/health")
            #expect(health.status == 200)
            #expect(health.text.contains("healthy"))
            #expect(try await visitor.send("GET", "/metrics").text.contains("process_resident_memory_bytes"))
            #expect(try await node.stop() == .status(0))
        }
    }

    @Test("shows its start page, its contract and its sign-in page to anybody")
    func showsPublicPages() async throws {
        try await Premises.open(.sqlite) { premises in
            let node = try await RunningPortico.start(premises)
            let visitor = Visitor(port: node.port)
            let start = try await visitor.send("GET", "/")
            #expect(start.status == 200)
            #expect(start.text.contains("/bags/"))
            let contract = try await visitor.send("GET", "/bags/openapi.json")
            #expect(contract.json["openapi"]?.string?.hasPrefix("3.1") == true)
            #expect(contract.json["paths"]?["/bags/api/v1/scans/child"] != nil)
            let signIn = try await visitor.send("GET", "/bags/sign-in")
            #expect(signIn.status == 200)
            #expect(signIn.header("content-security-policy")?.contains("nonce-") == true)
            #expect(try await visitor.send("GET", "/bags/scan").status == 303)
            try await node.stop()
        }
    }

    @Test("lets people in and out, and tells programs what is wrong as a problem document")
    func signsInAndOut() async throws {
        try await Premises.open(.sqlite) { premises in
            let node = try await RunningPortico.start(premises)
            let dispatcher = try await Visitor.signedIn(as: "dispatcher", at: node)
            let session = try await dispatcher.get("/session")
            #expect(session.json["user"]?["email"]?.string == "dispatcher@bags.demo")
            #expect(session.json["user"]?["area_code"]?.string == "lucknow")
            #expect(try await dispatcher.send("GET", "/bags/scan").status == 200)
            #expect(try await dispatcher.send("DELETE", "\(Visitor.api)/session").status == 204)
            let refused = try await dispatcher.get("/stats")
            #expect(refused.status == 401)
            #expect(refused.header("content-type") == "application/problem+json")
            #expect(refused.json["request_id"]?.string == refused.header("x-request-id"))
            try await node.stop()
        }
    }

    @Test("finds its demonstration data again and adds nothing to it", arguments: TestEngine.available)
    func keepsDemonstrationData(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let first = try await RunningPortico.start(premises)
            let before = try await figures(premises, first)
            try await first.stop()
            let second = try await RunningPortico.start(premises)
            let after = try await figures(premises, second)
            try await second.stop()
            #expect(before == after)
            #expect(before.first ?? 0 > 1000)
        }
    }

    private func figures(_ premises: Premises, _ node: RunningPortico) async throws -> [Int] {
        #expect(try await countersAreEqual(try await Visitor.signedIn(as: "admin", at: node)))
        return [
            try await premises.count("SELECT count(*) FROM bags"),
            try await premises.count("SELECT count(*) FROM scans"),
            try await premises.count("SELECT count(*) FROM bills"),
            try await premises.count("SELECT count(*) FROM accounts"),
            try await premises.count("SELECT CAST(sum(count) AS BIGINT) FROM daily_activity"),
        ]
    }

    @Test("an address that guesses at sign-in is stopped, and nobody else is")
    func guessing() async throws {
        try await Premises.open(.sqlite) { premises in
            let node = try await RunningPortico.start(premises, ["--set", "limits.mode=enforce"])
            let visitor = Visitor(port: node.port)
            let dispatcher = try await Visitor.signedIn(as: "dispatcher", at: node)
            var statuses: [Int] = []
            // Thirty failures use up a minute's allowance; meanwhile a little of it comes back.
            for number in 0..<45 where statuses.last != 429 {
                let body: JSONValue = ["email": .string("nobody\(number)@example.org"), "password": "wrong"]
                statuses.append(try await visitor.send("POST", "\(Visitor.api)/session", body).status)
            }
            #expect(statuses.prefix(29).allSatisfy { $0 == 401 })
            #expect(statuses.last == 429)
            #expect(try await dispatcher.get("/session").status == 200)
            #expect(try await visitor.send("GET", "/livez").status == 200)
            try await node.stop()
        }
    }
}
