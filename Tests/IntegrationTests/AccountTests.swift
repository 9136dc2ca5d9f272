import PorticoJSON
import PorticoTesting
import Testing

@Suite("The first administrator", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(10)))
struct AccountTests {
    @Test("is added from the command line and signs in", arguments: TestEngine.available)
    func first(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let password = "A-first-Password-7"
            let arguments = ["account", "bags", "--email", "a@example.org", "--name", "Ann", "--role", "admin"]
            let added = try Program.start(
                arguments + premises.arguments, ["PORTICO_ACCOUNT_PASSWORD": password])
            #expect(try await added.ended() == .status(0), "\(added.errors)")
            let again = try Program.start(arguments + premises.arguments, ["PORTICO_ACCOUNT_PASSWORD": password])
            #expect(try await again.ended() != .status(0))

            let node = try await RunningPortico.start(premises, demo: false)
            let answer = try await Visitor(port: node.port).send(
                "POST", "\(Visitor.api)/session", ["email": "a@example.org", "password": .string(password)])
            #expect(answer.status == 201)
            #expect(answer.json["user"]?["roles"] == ["admin"])
            try await node.stop()
        }
    }

    @Test(
        "is refused in one line with a weak password, an unknown role or one of a single area",
        arguments: [("admin", "short"), ("king", "A-first-Password-7"), ("dispatcher", "A-first-Password-7")])
    func refused(role: String, password: String) async throws {
        try await Premises.open(.sqlite) { premises in
            let child = try Program.start(
                ["account", "bags", "--email", "a@example.org", "--name", "Ann", "--role", role] + premises.arguments,
                ["PORTICO_ACCOUNT_PASSWORD": password])
            #expect(try await child.ended() != .status(0))
            #expect(!child.errors.isEmpty)
        }
    }
}
