import PorticoSQL
import Testing

@testable import PorticoPostgreSQL

/// What can be known without a server.
@Suite struct PostgreSQLPartsTests {
    // MARK: - Prepared statements

    @Test("the statement that was unused for longest makes room")
    func leastRecentlyUsed() {
        var statements = PreparedStatements(capacity: 8)
        let keys = (0..<9).map { StatementKey(text: "SELECT \($0)", types: []) }
        for key in keys.prefix(8) { #expect(statements.insert(key).evicted == nil) }
        let first = statements.name(of: keys[0])
        #expect(first == "p1")
        #expect(statements.insert(keys[8]).evicted == "p2")
        #expect(statements.name(of: keys[1]) == nil)
        #expect(statements.name(of: keys[0]) == first)
        #expect(statements.count == 8)
    }

    @Test("types tell statements of one text apart, and names are never used twice")
    func keys() {
        var statements = PreparedStatements(capacity: 8)
        let integer = StatementKey(text: "SELECT $1", types: [TypeID.int8])
        let text = StatementKey(text: "SELECT $1", types: [TypeID.inferred])
        let first = statements.insert(integer).name
        #expect(statements.name(of: text) == nil)
        statements.remove(integer)
        #expect(statements.name(of: integer) == nil)
        #expect(statements.insert(integer).name != first)
        statements.removeAll()
        #expect(statements.count == 0)
    }

    // MARK: - Parameters

    @Test("numbers and bytes are declared and binary, text and null are not")
    func parameters() {
        var buffer = ParameterBuffer()
        buffer.fill([.integer(-2), .real(1), .text("né"), .blob([]), .null])
        #expect(buffer.types == [TypeID.int8, TypeID.float8, TypeID.inferred, TypeID.bytea, TypeID.inferred])
        let sent = buffer.withPointers { count, values, lengths, formats in
            (0..<Int(count)).map { index -> [UInt8]? in
                guard let values, let lengths, let formats, let start = values[index] else { return nil }
                let isText = formats[index] == 0
                let bytes = UnsafeRawBufferPointer(start: start, count: Int(lengths[index]) + (isText ? 1 : 0))
                return Array(bytes)
            }
        }
        #expect(sent[0] == Array(repeating: 255, count: 7) + [254])
        #expect(sent[1] == [0x3F, 0xF0, 0, 0, 0, 0, 0, 0])
        #expect(sent[2] == Array("né".utf8) + [0])
        #expect(sent[3] == [])
        #expect(sent[4] == nil)
    }

    @Test("a buffer that is filled again holds nothing of before")
    func refilled() {
        var buffer = ParameterBuffer()
        buffer.fill([.text("long text of before"), .integer(1)])
        buffer.fill([])
        #expect(buffer.types.isEmpty)
        #expect(buffer.withPointers { count, _, _, _ in count } == 0)
    }

    // MARK: - Numbers and bytes

    @Test(
        "reads whole numbers and refuses everything else",
        arguments: [
            ("0", 0), ("-1", -1), ("9223372036854775807", .max), ("-9223372036854775808", .min), ("007", 7),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("99999999999999999999", nil), ("1.0", nil),
            ("", nil), ("-", nil), ("NaN", nil), ("1e3", nil), ("+1", nil),
        ] as [(String, Int64?)])
    func integers(text: String, expected: Int64?) {
        let found = Array(text.utf8).withUnsafeBytes { Decimal.integer($0) }
        #expect(found == expected)
    }

    @Test("bytes survive their text form, in either case of letters")
    func hex() {
        let bytes = (0...255).map { UInt8($0) }
        var text = Array("\\x".utf8)
        Hex.append(bytes, to: &text)
        #expect(text.withUnsafeBytes { Hex.decoded($0) } == bytes)
        #expect(Array("\\xFFaB".utf8).withUnsafeBytes { Hex.decoded($0) } == [0xFF, 0xAB])
        #expect(Array("\\x".utf8).withUnsafeBytes { Hex.decoded($0) } == [])
    }

    // MARK: - Failures

    @Test(
        "knows the kind of failure behind a state",
        arguments: [
            ("23505", SQLError.Code.uniqueViolation), ("23P01", .uniqueViolation), ("23503", .foreignKeyViolation),
            ("23514", .checkViolation), ("23502", .notNullViolation), ("40001", .serialization),
            ("40P01", .serialization), ("26000", .serialization), ("55P03", .busy), ("57014", .statementTimeout),
            ("53100", .diskFull), ("53300", .unavailable), ("57P01", .unavailable), ("57P03", .unavailable),
            ("08006", .unavailable), ("25006", .readOnly), ("25P03", .unavailable), ("42501", .other),
            ("42P01", .syntax), ("42601", .syntax), ("22P02", .unexpectedValue), ("22003", .unexpectedValue),
            ("XX001", .corrupt), ("XX000", .other), ("0A000", .other), ("", .other),
        ])
    func states(state: String, code: SQLError.Code) {
        #expect(SQLError.code(of: state) == code)
    }

    @Test("what someone cancelled, and what a change of tables made stale, is not what its state alone says")
    func statesWithWords() {
        #expect(SQLError.code(of: "57014", message: "canceling statement due to user request") == .cancelled)
        #expect(SQLError.code(of: "0A000", message: "cached plan must not change result type") == .serialization)
        #expect(SQLError.isStaleStatement("26000"))
        #expect(!SQLError.isStaleStatement("42P01"))
    }

    @Test("takes everything between the first and the last quote out of a message")
    func quotes() {
        #expect(SQLError.withoutQuotes("invalid: \"a \"b\" c\" here") == "invalid: \"…\" here")
        #expect(SQLError.withoutQuotes("no quotes") == "no quotes")
        #expect(SQLError.withoutQuotes("one \" only") == "one \" only")
    }

    @Test("takes one line of what libpq says")
    func firstLine() {
        #expect(SQLError.firstLine("first\nsecond\n") == "first")
        #expect(SQLError.firstLine("") == "no connection to the server")
        #expect(SQLError.firstLine(nil) == "no connection to the server")
    }

    // MARK: - Statements and names

    @Test(
        "knows what can have a cursor",
        arguments: [
            ("SELECT 1", true), ("  select 1", true), ("(SELECT 1) UNION SELECT 2", true), ("VALUES (1)", true),
            ("TABLE bags", true), ("WITH n AS (SELECT 1) SELECT * FROM n", true),
            ("WITH n AS (DELETE FROM t RETURNING a) SELECT * FROM n", false),
            ("WITH n AS (SELECT updated_at FROM t) SELECT * FROM n", true),
            ("INSERT INTO t VALUES (1) RETURNING a", false), ("EXPLAIN SELECT 1", false), ("", false),
        ])
    func cursors(text: String, isPossible: Bool) {
        #expect(LargeResult.isPossible(for: SQL(trusted: text)) == isPossible)
    }

    @Test(
        "knows names that mean the same without quotes",
        arguments: [
            ("bags", true), ("_a1", true), ("a_b", true), ("Bags", false), ("1a", false), ("", false), ("a-b", false),
            ("ä", false), (String(repeating: "a", count: 63), true), (String(repeating: "a", count: 64), false),
        ])
    func plainNames(name: String, isPlain: Bool) {
        #expect(Identifier.isPlain(name) == isPlain)
    }

    @Test("quotes names so that they can't end early")
    func quotedNames() {
        #expect(Identifier.quoted("order") == "\"order\"")
        #expect(Identifier.quoted("a\"; DROP TABLE b") == "\"a\"\"; DROP TABLE b\"")
    }
}
