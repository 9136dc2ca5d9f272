import Logging
import Portico
import PorticoTesting
import Testing

/// A node whose secret changes, on the files it left behind.
@Suite(.timeLimit(.minutes(10))) struct SecretRotationTests {
    private static let first = "first-secret-0123456789-abcdefghij"
    private static let second = "second-secret-0123456789-abcdefghij"
    private static let third = "third-secret-0123456789-abcdefghij"

    private struct Ledger: Application {
        let id = "ledger"
        let title = "Ledger"
        let purpose = "Keeps accounts"
        let mark = Icon.list
        let schema: [SchemaComponent] = []
        let settings: [SettingDeclaration] = []
        let roles: [(name: String, permissions: Set<String>)] = []
        let assets: [EmbeddedAsset] = []

        func start(_ environment: ApplicationEnvironment) async throws -> RunningApplication {
            RunningApplication(mount: Mount(id: id, prefix: "/ledger", title: title, routes: []))
        }

        func seed(_ demonstration: Demonstration, _ environment: ApplicationEnvironment) async throws {}

        func enrol(_ person: NewPerson, _ environment: ApplicationEnvironment) async throws {}
    }

    /// Starts a node with a secret and those before it, and stops it.
    private func run(in folder: TemporaryFolder, _ key: String, previous: String = "") async throws {
        let settings = try Settings(
            PlatformSettings.declarations + [
                SettingDeclaration("ledger.database_url", .text(0...1000), default: "", isSecret: true, "database")
            ],
            flags: [
                (key: "data.directory", value: folder.path), (key: "server.port", value: "0"),
                (key: "secret.key", value: key), (key: "secret.previous_keys", value: previous),
            ])
        let node = Node(
            Node.Configuration(applications: [Ledger()], settings: settings),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        _ = try await node.start()
        await node.stop()
    }

    private func mistake(_ body: () async throws -> Void) async throws -> String? {
        do {
            try await body()
            return nil
        } catch let mistake as Settings.Mistake {
            return mistake.description
        }
    }

    @Test("starts with a new secret beside the one before, and then with the new one alone")
    func rotates() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await run(in: folder, Self.first)
        try await run(in: folder, Self.second, previous: "\(Self.third), \(Self.first)")
        try await run(in: folder, Self.second)
        #expect(try await mistake { try await run(in: folder, Self.first) }?.hasPrefix("secret.key") == true)
    }

    @Test("does not start with secrets that the database never knew, however many")
    func refuses() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await run(in: folder, Self.first)
        let refusal = try await mistake { try await run(in: folder, Self.second, previous: Self.third) }
        #expect(refusal?.hasPrefix("secret.key") == true)
        #expect(refusal?.contains(Self.second) == false && refusal?.contains(Self.third) == false)
        try await run(in: folder, Self.first)
    }

    @Test("takes no weak secret beside the present one, and does not show it", arguments: ["rain-1", "aaaaaaaa"])
    func weak(text: String) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let weak = text == "rain-1" ? text : String(repeating: text, count: 5)
        let refusal = try await mistake { try await run(in: folder, Self.first, previous: weak) }
        #expect(refusal?.hasPrefix("secret.previous_keys") == true && refusal?.contains(weak) == false)
    }

    @Test("masks the secrets in the table of settings")
    func masked() throws {
        let settings = try Settings(
            PlatformSettings.declarations, flags: [(key: "secret.previous_keys", value: Self.first)])
        let row = try #require(settings.table.first { $0.key == "secret.previous_keys" })
        #expect(row.value == "•••")
    }
}
