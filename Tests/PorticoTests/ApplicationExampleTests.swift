import Foundation
import FoundationNetworking
import Logging
// example: application
import Portico
// end of example
import PorticoTesting
import Testing

@Suite("The README's application", .timeLimit(.minutes(5))) struct ApplicationExampleTests {
    // example: application
    struct Library: Application {
        let id = "library"
        let title = "Library"
        let purpose = "Who has which book"
        let mark = Icon.archive
        let schema = [
            SchemaComponent(
                name: "library",
                migrations: [
                    Migration(1, "loans") { dialect in
                        "CREATE TABLE loans (book \(dialect.text) PRIMARY KEY, reader \(dialect.text) NOT NULL)"
                    }
                ])
        ]
        let settings: [SettingDeclaration] = []
        let roles: [(name: String, permissions: Set<String>)] = [(name: "librarian", permissions: ["book.lend"])]
        let assets: [EmbeddedAsset] = []

        func start(_ environment: ApplicationEnvironment) async throws -> RunningApplication {
            let database = environment.database
            let loans = Route.page(.get, "/loans", "loans", "Shows what is lent", access: .anonymous) {
                (_: RequestContext, _: NoInput) in
                let lent = try await database.fetchFirst("loans.count", "SELECT count(*) FROM loans") {
                    try $0[0] as Int
                }
                return .page("<p>\(lent ?? 0) books are lent.</p>")
            }
            return RunningApplication(mount: Mount(id: id, prefix: "/library", title: title, routes: [loans]))
        }

        /// Called by `portico serve --demo`.
        func seed(_ demonstration: Demonstration, _ environment: ApplicationEnvironment) async throws {}

        /// Called by `portico account`: checks the role, then adds the account and what goes with it in one transaction.
        func enrol(_ person: NewPerson, _ environment: ApplicationEnvironment) async throws {}
    }
    // end of example

    // example: stale
    func lend(
        _ book: String, to reader: String, _ database: Database, _ stale: StaleTags, at now: Instant
    ) async throws {
        try await database.write { transaction in
            try transaction.execute(
                "loans.insert", "INSERT INTO loans (book, reader) VALUES (\(book), \(reader))")
            try stale.declare(["books", "book:\(book)"], at: now, in: transaction)
        }
    }
    // end of example

    @Test("is served by a node")
    func serving() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let declarations =
            PlatformSettings.declarations + [
                SettingDeclaration("library.database_url", .text(0...1000), default: "", isSecret: true, "database")
            ]
        let settings = try Settings(
            declarations, flags: [(key: "data.directory", value: folder.path), (key: "server.port", value: "0")])
        let node = Node(
            Node.Configuration(applications: [Library()], settings: settings),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let port = try await node.start()
        let url = try #require(URL(string: "http://127.0.0.1:\(port)/library/loans"))
        let (data, _) = try await URLSession.shared.data(from: url)
        #expect(String(decoding: data, as: UTF8.self).contains("0 books are lent."))
        await node.stop()
    }

    @Test("what a change outdates is made anew", arguments: TestEngine.available)
    func outdating(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [EventSchema.component] + Library().schema) { database in
            let caches = CacheRegistry()
            let stale = StaleTags(outbox: EventOutbox(), caches: caches)
            let shelf = Cache<String, String>(CachePolicy("books", ttl: .hours(1)), in: caches)
            @Sendable func reader(of book: String) async throws -> String {
                try await shelf.value(for: book) { load in
                    load.tags = ["book:\(book)"]
                    return try await database.fetchFirst(
                        "loans.reader", "SELECT reader FROM loans WHERE book = \(book)"
                    ) { try $0[0] as String } ?? "nobody"
                }
            }
            #expect(try await reader(of: "Iracema") == "nobody")
            try await lend("Iracema", to: "Asha", database, stale, at: Instant(seconds: 1000))
            #expect(try await reader(of: "Iracema") == "Asha")
        }
    }
}
