import PorticoSQL
import PorticoTesting

/// Two tables that every engine can have: things with all kinds of constraints, and values of all kinds.
let thingSchema = SchemaComponent(
    name: "things",
    migrations: [
        Migration(1, "things") { dialect in
            """
            CREATE TABLE things (
                id \(dialect.identity),
                code \(dialect.text) NOT NULL UNIQUE,
                kind \(dialect.text) NOT NULL DEFAULT 'plain' CONSTRAINT things_kind CHECK (kind IN ('plain', 'odd')),
                parent \(dialect.integer) REFERENCES things (id),
                late \(dialect.integer) REFERENCES things (id) DEFERRABLE INITIALLY DEFERRED,
                count \(dialect.integer) NOT NULL DEFAULT 0) \(dialect.strict);
            CREATE TABLE kept (
                id \(dialect.integer) PRIMARY KEY,
                i \(dialect.integer),
                r \(dialect == .sqlite ? "REAL" : "DOUBLE PRECISION"),
                t \(dialect.text),
                b \(dialect.blob)) \(dialect.strict);
            """
        }
    ])

extension Transaction {
    @discardableResult
    func insertThing(_ code: String, id: Int64? = nil) throws -> Int {
        if let id {
            return try execute("things.insertWithID", "INSERT INTO things (id, code) VALUES (\(id), \(code))")
        }
        return try execute("things.insert", "INSERT INTO things (code) VALUES (\(code))")
    }
}

extension SQLSession {
    func thingCount() throws -> Int {
        try scalar("things.count", "SELECT count(*) FROM things", as: Int.self) ?? 0
    }

    func thingCodes() throws -> [String] {
        try all("things.codes", "SELECT code FROM things ORDER BY code") { try $0[0] }
    }
}

func withThings(_ engine: TestEngine, _ body: (Database) async throws -> Void) async throws {
    try await withDatabase(on: engine, components: [thingSchema], body)
}

/// Something that happens on a thread and is awaited by a task.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let sender: AsyncStream<Void>.Continuation

    init() {
        (stream, sender) = AsyncStream.makeStream()
    }

    func give() {
        sender.yield()
    }

    func wait() async {
        for await _ in stream { return }
    }
}

/// A test's own failure, which no engine knows.
struct Refusal: Error, Equatable {}
