import Logging
import Portico
// example: test
import PorticoTesting
import Testing
// end of example

@Suite("The README's tests", .timeLimit(.minutes(5))) struct TestKitExampleTests {
    private struct Book: JSONRepresentable {
        static let schemaName = "Book"
        static let example = Book(title: "Dom Casmurro")
        let title: String
        func write(to object: inout JSONObjectWriter) { object.field("title", title, "Title") }
    }

    private struct Shelf: JSONRepresentable {
        static let schemaName = "Shelf"
        static let example = Shelf(titles: ["Dom Casmurro"])
        let titles: [String]
        func write(to object: inout JSONObjectWriter) { object.field("titles", titles, "Titles") }
    }

    private struct NewBook: RouteInput {
        let title: String
        init(_ fields: inout FieldReader) { title = fields.text("title", 1...100, "Title") }
    }

    private let schema = SchemaComponent(
        name: "library",
        migrations: [
            Migration(1, "books") { dialect in
                "CREATE TABLE books (id \(dialect.identity), title \(dialect.text) NOT NULL) \(dialect.strict)"
            }
        ])

    private func makeSite(over database: Database) throws -> Site {
        let add = Route.json(
            .post, "/api/v1/books", "addBook", "Adds a book", access: .anonymous, statuses: [(.created, "Added")]
        ) { (_: RequestContext, input: NewBook) async throws -> Reply<Book> in
            try await database.write { transaction in
                try transaction.execute("books.add", "INSERT INTO books (title) VALUES (\(input.title))")
            }
            return .created(Book(title: input.title), at: "/library/api/v1/books")
        }
        let list = Route.json(.get, "/api/v1/books", "books", "Lists the books", access: .anonymous) {
            (_: RequestContext, _: NoInput) async throws -> Reply<Shelf> in
            let titles = try await database.fetchAll("books.list", "SELECT title FROM books ORDER BY id") {
                try $0[0] as String
            }
            return .ok(Shelf(titles: titles))
        }
        return try Site(
            Site.Configuration(
                mounts: [Mount(id: "library", prefix: "/library", title: "Library", routes: [add, list])],
                csrf: CSRFSigner(key: Array(repeating: 7, count: 32)), clock: Clock(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
                assets: AssetLinks { "/assets/\($0)" }))
    }

    // example: test
    @Test("keeps what it is given", arguments: TestEngine.available)
    func keeps(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [schema]) { database in
            let client = TestClient(try makeSite(over: database))
            let answer = await client.post("/library/api/v1/books", ["title": "Dom Casmurro"])
            #expect(answer.status == 201)
            #expect(await client.get("/library/api/v1/books").json["titles"] == ["Dom Casmurro"])
        }
    }
    // end of example

    // example: budget
    @Test("a list needs five statements, however long it is", arguments: TestEngine.available)
    func statements(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [schema]) { database in
            let client = TestClient(try makeSite(over: database))
            for title in ["Dom Casmurro", "Iracema", "O Cortiço"] {
                _ = await client.post("/library/api/v1/books", ["title": .string(title)])
            }
            let answer = try await database.budget(5, for: "books") { await client.get("/library/api/v1/books") }
            #expect(answer.status == 200)
        }
    }
    // end of example
}
