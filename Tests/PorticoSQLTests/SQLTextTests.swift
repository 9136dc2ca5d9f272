import PorticoSQL
import PorticoTesting
import Testing

@Suite("SQL text")
struct SQLTextTests {
    @Test("has a placeholder for every interpolated value")
    func placeholders() {
        let sql: SQL = "SELECT \(1), \("two"), \(nil as Int?)"
        #expect(sql.text == "SELECT $1, $2, $3")
        #expect(sql.parameters == [.integer(1), .text("two"), .null])
    }

    @Test("renumbers the placeholders of a nested piece")
    func nesting() {
        let inner: SQL = "a = \(1) AND b = \(2)"
        let middle: SQL = "(\(inner)) OR c = \(3)"
        let sql: SQL = "SELECT \(0) WHERE \(middle) AND d = \(4)"
        #expect(sql.text == "SELECT $1 WHERE (a = $2 AND b = $3) OR c = $4 AND d = $5")
        #expect(sql.parameters == [.integer(0), .integer(1), .integer(2), .integer(3), .integer(4)])
    }

    @Test("keeps numbers above nine apart when it renumbers")
    func manyPlaceholders() {
        let eleven = (1...11).reduce("" as SQL) { $0 + "\($1)," }
        let sql: SQL = "\(0) \(eleven)"
        #expect(sql.text == "$1 $2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,")
    }

    @Test("leaves a dollar sign that is no placeholder alone")
    func dollar() {
        let piece: SQL = "price = '$' AND a = \(1)"
        let sql: SQL = "b = \(2) AND \(piece)"
        #expect(sql.text == "b = $1 AND price = '$' AND a = $2")
    }

    @Test("grows by appending")
    func appending() {
        var sql: SQL = "SELECT 1 WHERE a = \(1)"
        sql += " AND b = \(2)"
        sql += SQL(trusted: " ORDER BY a")
        #expect(sql.text == "SELECT 1 WHERE a = $1 AND b = $2 ORDER BY a")
        #expect(sql.parameters.count == 2)
    }

    @Test("composes optional filters", arguments: TestEngine.available)
    func filters(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { transaction in
                for code in ["a", "b", "c"] { try transaction.insertThing(code) }
            }
            let kind: String? = "plain"
            let after: String? = nil
            let filter: SQL = kind.map { " AND kind = \($0)" } ?? ""
            let position: SQL = after.map { " AND code > \($0)" } ?? ""
            let list: SQL = "SELECT code FROM things WHERE code <> \("b")\(filter)\(position) ORDER BY code LIMIT \(5)"
            let codes = try await database.read { try $0.all("things.filtered", list) { try $0[0] as String } }
            #expect(codes == ["a", "c"])
        }
    }

    @Test("with more than one statement is refused", arguments: TestEngine.available)
    func several(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let error = await #expect(throws: SQLError.self) {
                try await database.write { try $0.execute("two", "DELETE FROM things; DELETE FROM kept") }
            }
            #expect(error?.code == .syntax)
        }
    }

    @Test(
        "that is wrong fails as syntax, with the statement's name and without values", arguments: TestEngine.available)
    func wrong(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let error = await #expect(throws: SQLError.self) {
                try await database.read {
                    try $0.all("things.wrong", "SELECT nothing FROM things WHERE code = \("sesame")") { _ in }
                }
            }
            #expect(error?.code == .syntax)
            #expect(error?.statement == "things.wrong")
            #expect(error?.description.contains("sesame") == false)
        }
    }
}
