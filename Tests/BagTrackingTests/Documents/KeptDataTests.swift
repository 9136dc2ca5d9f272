import Foundation
import PorticoTesting
import Testing

@testable import BagTracking
@testable import Portico

/// What docs/security/data.md says of tables, against the tables there are.
@Suite struct KeptDataTests {
    private static let levels = ["public", "internal", "personal", "secret"]
    /// Rows of the document about what is in no table.
    private static let elsewhere: Set = ["Redis, where it is set", "Outside the database"]
    /// Tables that a fresh database has not: a demonstration makes its own, a move those that remember it.
    private static let temporary = MoveLedger.tables.union(["demo_state"])

    /// The rows below "What is kept where" that are about tables: their cells.
    private static func rows() throws -> [[String]] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let text = try String(contentsOf: root.appending(path: "docs/security/data.md"), encoding: .utf8)
        let section = try #require(
            text.components(separatedBy: "\n## ").first { $0.hasPrefix("What is kept where\n") })
        let lines = section.split(separator: "\n").filter { $0.hasPrefix("|") }.dropFirst(2)
        return lines.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }.filter { !elsewhere.contains($0[0]) }
    }

    /// The names in a cell: of tables, or of a table and a column with a dot between.
    private static func names(in cell: String) -> [String] {
        cell.matches(of: /`([^`]+)`/).map { String($0.1) }
    }

    @Test("every table has a level, and every table and column that is named is there")
    func tables() async throws {
        let named = try KeptDataTests.rows().flatMap { KeptDataTests.names(in: $0[1]) }
        let shapes = try await withDatabase(
            on: .sqlite, components: Node.schema(of: BagTrackingApplication())
        ) { database in
            try await database.read { try TableShape.all(in: $0) }
        }
        #expect(shapes.count > 50)
        let present = Set(shapes.map(\.name)).union(KeptDataTests.temporary).union([TableShape.ledger])
        let missing = present.subtracting(named.filter { !$0.contains(".") })
        #expect(missing.isEmpty, "tables without a row in docs/security/data.md: \(missing.sorted())")
        let columns = Set(shapes.flatMap { shape in shape.columns.map { "\(shape.name).\($0)" } })
        let unknown = Set(named).subtracting(present).subtracting(columns)
        #expect(unknown.isEmpty, "named in docs/security/data.md and not there: \(unknown.sorted())")
    }

    @Test("every row about tables has a level, and says where they leave and when they end")
    func levels() throws {
        for row in try KeptDataTests.rows() {
            #expect(row.count == 5, "\(row)")
            #expect(KeptDataTests.levels.contains { row[2].contains($0) }, "\(row[0])")
        }
    }
}
