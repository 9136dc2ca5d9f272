import PorticoTesting
import Testing

@Suite("A start that is refused", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(10)))
struct SettingsTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var arguments: [String] = []
        var variables: [String: String] = [:]
        let words: [String]

        var testDescription: String { words.joined(separator: " ") }
    }

    static let mistakes = [
        Mistake(arguments: ["--port", "70000"], words: ["server.port", "70000", "65535"]),
        Mistake(arguments: ["--set", "log.level=loud"], words: ["log.level", "loud", "warning"]),
        Mistake(arguments: ["--set", "no.such=1"], words: ["no.such"]),
        Mistake(arguments: ["--environment", "staging"], words: ["environment", "staging", "testing"]),
        Mistake(arguments: ["--set", "database.url=mysql://db.example/portico"], words: ["database.url", "sqlite:"]),
        Mistake(variables: ["PORTICO_SERVER_PORT": "eighty"], words: ["server.port", "eighty", "PORTICO_SERVER_PORT"]),
    ]

    @Test("says in one line which setting is wrong, its value and what is accepted", arguments: mistakes)
    func namesTheSetting(mistake: Mistake) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let arguments = ["serve", "bags", "--data", folder.path] + mistake.arguments
        let child = try Program.start(arguments, mistake.variables)
        let end = try await child.ended()
        #expect(end != .status(0))
        let lines = child.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(child.errors)")
        for word in mistake.words { #expect(child.errors.contains(word), "\(child.errors)") }
        #expect(!child.errors.contains("mysql://"), "an address may hold a password")
    }

    @Test("keeps demonstration accounts with the known password off the network")
    func demonstrationStaysAtHome() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let child = try Program.start(
            ["serve", "bags", "--data", folder.path, "--port", "0", "--host", "0.0.0.0", "--demo"])
        #expect(try await child.ended() != .status(0))
        #expect(child.errors.contains("PORTICO_DEMO_PASSWORD"))
    }

    @Test("keeps a database off the network that was filled with them earlier", arguments: TestEngine.available)
    func filledDatabaseStaysAtHome(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            try await RunningPortico.start(premises).stop()
            let network = [
                "serve", "bags", "--port", "0", "--host", "0.0.0.0", "--set", "server.secure=true", "--set",
                "public_url=https://portico.example",
            ]
            let child = try Program.start(network + premises.arguments)
            #expect(try await child.ended() != .status(0))
            #expect(child.errors.contains("demonstration accounts with the built-in password"), "\(child.errors)")
            // On this machine it goes on as before.
            try await RunningPortico.start(premises, demo: false).stop()
        }
    }

    @Test("keeps the clock that can be moved off the network")
    func testingStaysAtHome() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let child = try Program.start(
            ["serve", "bags", "--data", folder.path, "--port", "0", "--host", "0.0.0.0", "--environment", "testing"])
        #expect(try await child.ended() != .status(0))
        #expect(child.errors.contains("testing"))
    }
}
