import Portico
import PorticoTesting
import Testing

/// Pieces of pages that are made once for all who may see them.
@Suite(.timeLimit(.minutes(10))) struct PageFragmentTests {
    private static let board = SchemaComponent(
        name: "board",
        migrations: [
            Migration(1, "notices") { dialect in
                """
                CREATE TABLE notices (id \(dialect.integer) NOT NULL PRIMARY KEY, text \(dialect.text) NOT NULL)
                \(dialect.strict);
                INSERT INTO notices (id, text) VALUES (1, '<first>'), (2, 'second');
                """
            }
        ])

    private enum NoticeLine: PageFragment {
        static func read(_ id: Int64, in reading: Reading) throws -> String {
            let text = try reading.scalar("notice", "SELECT text FROM notices WHERE id = \(id)", as: String.self)
            guard let text else { throw Missing() }
            return text
        }

        static func html(_ text: String, for id: Int64) -> HTML { "<li id=\"n\(id)\">\(text)</li>" }
    }

    private struct Missing: Error {}

    private let caches = CacheRegistry()

    private func fragments() -> PageFragments<NoticeLine> {
        PageFragments(CachePolicy("test.lines", ttl: .hours(1)), in: caches)
    }

    private func change(_ database: Database, to text: String) async throws {
        try await database.write { try $0.execute("change", "UPDATE notices SET text = \(text) WHERE id = 1") }
    }

    @Test("one is made once for a version and anew for the next", arguments: TestEngine.available)
    func versions(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [Self.board]) { database in
            let lines = fragments()
            for _ in 0..<3 {
                let line = try await lines.html(for: 1, version: 1, in: database)
                #expect(line.text == "<li id=\"n1\">&lt;first&gt;</li>")
            }
            #expect(try await lines.html(for: 2, version: 1, in: database).text == "<li id=\"n2\">second</li>")
            #expect(caches.statistics.first?.local.hits == 2 && caches.statistics.first?.local.misses == 2)
            try await change(database, to: "changed")
            #expect(try await lines.html(for: 1, version: 2, in: database).text == "<li id=\"n1\">changed</li>")
        }
    }

    @Test("without a version it is made each time, and what can't be read is not kept", arguments: TestEngine.available)
    func unkept(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [Self.board]) { database in
            let lines = fragments()
            _ = try await lines.html(for: 1, version: nil, in: database)
            try await change(database, to: "changed")
            #expect(try await lines.html(for: 1, version: nil, in: database).text.contains("changed"))
            await #expect(throws: Missing.self) { _ = try await lines.html(for: 9, version: 1, in: database) }
            #expect(caches.statistics.first?.local.entries == 0)
        }
    }

    @Test("whoever purges the node's caches reaches them", arguments: TestEngine.available)
    func purged(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [Self.board]) { database in
            let lines = fragments()
            _ = try await lines.html(for: 1, version: 1, in: database)
            try await change(database, to: "changed")
            await caches.clear()
            #expect(try await lines.html(for: 1, version: 1, in: database).text.contains("changed"))
        }
    }
}
