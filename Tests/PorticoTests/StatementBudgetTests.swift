import Portico
import PorticoTesting
import Testing

@Suite("Statement budgets")
struct StatementBudgetTests {
    private static let shelf = SchemaComponent(
        name: "shelf",
        migrations: [
            Migration(1, "books") { dialect in
                "CREATE TABLE books (id \(dialect.identity), title \(dialect.text) NOT NULL) \(dialect.strict);"
            }
        ])

    private func withShelf(_ engine: TestEngine, _ body: (Database) async throws -> Void) async throws {
        try await withDatabase(on: engine, components: [Self.shelf]) { database in
            try await database.write { transaction in
                for title in ["Dom Casmurro", "Iracema", "O Cortiço"] {
                    try transaction.execute("books.add", "INSERT INTO books (title) VALUES (\(title))")
                }
            }
            try await body(database)
        }
    }

    private func titles(_ database: Database) async throws -> [String] {
        try await database.read { try $0.all("books.list", "SELECT title FROM books ORDER BY id") { try $0[0] } }
    }

    /// Each book by a statement of its own, as one should not.
    private func titlesOneByOne(_ database: Database, times: Int) async throws -> Int {
        try await database.read { reading in
            _ = try reading.all("books.ids", "SELECT id FROM books") { try $0[0] as Int64 }
            for id in 0..<times {
                _ = try reading.scalar("books.find", "SELECT title FROM books WHERE id = \(id)", as: String.self)
            }
            return times
        }
    }

    @Test("give what the measured work gives, and do not count what ran before", arguments: TestEngine.available)
    func kept(engine: TestEngine) async throws {
        try await withShelf(engine) { database in
            let found = try await database.budget(1) { try await titles(database) }
            #expect(found == ["Dom Casmurro", "Iracema", "O Cortiço"])
            let nothing = try await database.budget(0) { 7 }
            #expect(nothing == 7)
            let times = try await database.budget(6) { try await titlesOneByOne(database, times: 5) }
            #expect(times == 5)
        }
    }

    @Test("fail with the list of what ran when more ran than is allowed", arguments: TestEngine.available)
    func exceeded(engine: TestEngine) async throws {
        try await withShelf(engine) { database in
            let failure = await #expect(throws: StatementBudgetExceeded.self) {
                try await database.budget(3, for: "books") { try await titlesOneByOne(database, times: 3) }
            }
            #expect(failure?.count == 4 && failure?.repeated.isEmpty == true)
            #expect(failure?.description == "books: 4 statements ran and 3 are allowed: books.find × 3, books.ids")
        }
    }

    @Test("fail when one statement runs again and again, however many are allowed", arguments: TestEngine.available)
    func repeated(engine: TestEngine) async throws {
        try await withShelf(engine) { database in
            let failure = await #expect(throws: StatementBudgetExceeded.self) {
                try await database.budget(20) { try await titlesOneByOne(database, times: 6) }
            }
            #expect(failure?.repeated.map(\.name) == ["books.find"])
            #expect(
                failure?.description
                    == "books.find ran 6 times and 5 are allowed: books.find × 6, books.ids")
            _ = try await database.budget(20, repeats: 6) { try await titlesOneByOne(database, times: 6) }
        }
    }

    @Test("make the test fail that does not catch them", arguments: TestEngine.available)
    func failing(engine: TestEngine) async throws {
        try await withShelf(engine) { database in
            try await withKnownIssue {
                _ = try await database.budget(0) { try await titles(database) }
            } matching: { issue in
                (issue.error as? StatementBudgetExceeded)?.description
                    == "1 statement ran and 0 are allowed: books.list"
            }
        }
    }

    @Test("count statements that fail, and leave the failure of the work as it is", arguments: TestEngine.available)
    func failures(engine: TestEngine) async throws {
        try await withShelf(engine) { database in
            await #expect(throws: SQLError.self) {
                try await database.budget(0) {
                    try await database.read { try $0.all("books.wrong", "SELECT none FROM books") { try $0[0] as Int } }
                }
            }
            let failure = await #expect(throws: StatementBudgetExceeded.self) {
                try await database.budget(0) {
                    _ = try? await database.read {
                        try $0.all("books.wrong", "SELECT none FROM books") { try $0[0] as Int }
                    }
                }
            }
            #expect(failure?.statements.map(\.name) == ["books.wrong"])
        }
    }
}
