import Foundation
import FoundationNetworking
import Logging
import Portico
import PorticoTesting
import Testing

@Suite(.timeLimit(.minutes(10))) struct NodeTests {
    /// Keeps notes, one a request.
    private struct Notes: Application {
        let id = "notes"
        let title = "Notes"
        let purpose = "Keeps notes"
        let mark = Icon.list
        let schema: [SchemaComponent] = []
        let settings: [SettingDeclaration] = []
        let roles: [(name: String, permissions: Set<String>)] = []
        let assets: [EmbeddedAsset] = []
        /// Hears what the links of the application begin with.
        var onStart: @Sendable (_ publicURL: String) -> Void = { _ in }

        func start(_ environment: ApplicationEnvironment) async throws -> RunningApplication {
            onStart(environment.publicURL)
            return RunningApplication(mount: Mount(id: id, prefix: "/notes", title: title, routes: []))
        }

        func seed(_ demonstration: Demonstration, _ environment: ApplicationEnvironment) async throws {}

        func enrol(_ person: NewPerson, _ environment: ApplicationEnvironment) async throws {}
    }

    private func settings(_ folder: TemporaryFolder, _ extra: [(key: String, value: String)] = []) throws -> Settings {
        let declarations =
            PlatformSettings.declarations + [
                SettingDeclaration("notes.database_url", .text(0...1000), default: "", isSecret: true, "database")
            ]
        return try Settings(
            declarations,
            flags: [(key: "data.directory", value: folder.path), (key: "server.port", value: "0")] + extra)
    }

    private func node(_ settings: Settings, _ notes: Notes = Notes()) -> Node {
        Node(
            Node.Configuration(applications: [notes], settings: settings),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func get(_ port: Int, _ path: String) async throws -> (
        status: Int, body: String, headers: [AnyHashable: Any]
    ) {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
        let (data, response) = try await URLSession.shared.data(from: url)
        let http = try #require(response as? HTTPURLResponse)
        return (http.statusCode, String(decoding: data, as: UTF8.self), http.allHeaderFields)
    }

    @Test("starts on embedded engines with no setting, says that it is alive and ready, and ends in good order")
    func lifecycle() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let node = node(try settings(folder))
        let port = try await node.start()
        #expect(try await get(port, "/livez").body == "ok\n")
        #expect(try await get(port, "/readyz").body == "ready\n")
        #expect(try await get(port, "/health").body.contains("notes.database"))
        #expect(try await get(port, "/").body.contains("Keeps notes"))
        #expect(try await get(port, "/metrics").body.contains("http_server_request_duration_seconds"))
        #expect(try await get(port, "/nothing").status == 404)
        for target in [
            "/__test/clock", "/__test/notice", "/notes/__test/notice", "/notes/__test/dear/x", "/notes/__test/outbox",
            "/__test/outbox", "/__bench/plaintext", "/__bench/json", "/__bench/task", "/__bench/page",
        ] {
            #expect(try await get(port, target).status == 404, "\(target)")
        }
        await node.stop()
        await #expect(throws: (any Error).self) { _ = try await get(port, "/livez") }
    }

    @Test(
        "links name the port that is really listened on, unless public_url says otherwise",
        arguments: [
            ("127.0.0.1", "", "http://127.0.0.1:"), ("localhost", "", "http://localhost:"),
            ("127.0.0.1", "https://notes.example", "https://notes.example"),
        ])
    func publicURL(host: String, setting: String, expected: String) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (links, heard) = AsyncStream<String>.makeStream()
        let node = node(
            try settings(folder, [(key: "server.host", value: host), (key: "public_url", value: setting)]),
            Notes(onStart: { heard.yield($0) }))
        let port = try await node.start()
        var iterator = links.makeAsyncIterator()
        #expect(port > 0)
        #expect(await iterator.next() == (setting.isEmpty ? "\(expected)\(port)" : expected))
        await node.stop()
    }

    @Test("keeps its secret over restarts, readable by its owner only")
    func secretKey() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        for _ in 0..<2 {
            let node = node(try settings(folder))
            _ = try await node.start()
            await node.stop()
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/secret.key")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test(
        "a wrong setting stops the start with one line",
        arguments: [
            ("database.url", "mysql://x"), ("secret.key", "short"), ("server.trusted_proxies", "everybody"),
        ])
    func refusesToStart(key: String, value: String) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        do {
            _ = try await node(try settings(folder, [(key: key, value: value)])).start()
            Issue.record("started")
        } catch let mistake as Settings.Mistake {
            #expect(mistake.description.hasPrefix(key))
        }
    }

    @Test("the development environment listens on loopback only")
    func developmentIsLocal() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let node = node(
            try settings(folder, [(key: "environment", value: "development"), (key: "server.host", value: "0.0.0.0")]))
        await #expect(throws: Settings.Mistake.self) { _ = try await node.start() }
    }

    @Test("the testing environment listens on loopback only")
    func testingIsLocal() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let node = node(
            try settings(folder, [(key: "environment", value: "testing"), (key: "server.host", value: "0.0.0.0")]))
        await #expect(throws: Settings.Mistake.self) { _ = try await node.start() }
    }

    @Test("plain HTTP beyond this machine is refused unless the operator insists", arguments: ["0.0.0.0", "::"])
    func reach(host: String) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let open = try settings(folder, [(key: "server.host", value: host)])
        await #expect(throws: Settings.Mistake.self) { _ = try await node(open).start() }
        for extra in ["server.secure", "server.plain_network"] {
            let allowed = node(try settings(folder, [(key: "server.host", value: host), (key: extra, value: "true")]))
            #expect(try await allowed.start() > 0)
            await allowed.stop()
        }
    }

    @Test("a node with another key than its database knows does not start")
    func otherKey() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let first = node(try settings(folder))
        _ = try await first.start()
        await first.stop()
        let key = String("0123456789abcdefghijklmnopqrstuvwxyz".reversed())
        await #expect(throws: Settings.Mistake.self) {
            _ = try await node(try settings(folder, [(key: "secret.key", value: key)])).start()
        }
    }

    @Test("a data directory is made with all its parents")
    func parents() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let deep = node(try settings(folder, [(key: "data.directory", value: "\(folder.path)/a/b/c")]))
        #expect(try await deep.start() > 0)
        await deep.stop()
    }
}
