import PorticoPostgreSQL
import PorticoSQL
import PorticoValues
import Testing

@Suite(.enabled(if: PostgreSQLServer.isPresent), .timeLimit(.minutes(10)))
struct PostgreSQLValueTests {
    private static let awkward = [
        "", "a\tb", "a\nb\r\nc", "back\\slash \\N \\.", "it's \"quoted\"", "żółć 🧳 e\u{301}", "\\", "\\x41", "$1 $$",
        "NULL",
    ]

    @Test("every kind of value comes back as it was stored")
    func roundTrip() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            let blob = (0...255).map { UInt8($0) }
            let rows: [[SQLValue]] = [
                [.integer(.min), .real(-0.1), .text("text"), .blob(blob)],
                [.integer(.max), .real(1e300), .text(""), .blob([])],
                [.null, .null, .null, .null],
            ]
            let back = try await database.write { transaction in
                try transaction.execute("make", "CREATE TABLE t (a BIGINT, b DOUBLE PRECISION, c TEXT, d BYTEA)")
                for row in rows {
                    try transaction.execute("add", "INSERT INTO t VALUES (\(row[0]), \(row[1]), \(row[2]), \(row[3]))")
                }
                return try transaction.all("all", "SELECT * FROM t") { row in try (0..<4).map { try row.value($0) } }
            }
            #expect(back == rows)
        }
    }

    @Test("a bulk load keeps awkward text, bytes, numbers and nulls")
    func bulkLoad() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            var rows = Self.awkward.enumerated().map { index, text -> [SQLValue] in
                [.integer(Int64(index)), .text(text), .blob(Array(text.utf8)), .real(Double(index) / 3)]
            }
            rows.append([.integer(.min), .null, .null, .null])
            rows.append([.null, .text("∞"), .blob([0, 0x5C, 0xFF]), .real(.infinity)])
            let expected = rows
            let back = try await database.write { transaction in
                try transaction.execute("make", "CREATE TABLE t (a BIGINT, b TEXT, c BYTEA, d DOUBLE PRECISION)")
                let count = try transaction.bulkInsert(
                    "load", into: "t", columns: ["a", "b", "c", "d"], rows: expected)
                #expect(count == expected.count)
                return try transaction.all("all", "SELECT * FROM t") { row in try (0..<4).map { try row.value($0) } }
            }
            #expect(back == expected)
        }
    }

    @Test("a bulk load of many rows is part of its transaction")
    func bulkLoadRollsBack() async throws {
        struct Stop: Error {}
        try await PostgreSQLServer.withEngine { _, database in
            try await database.write { _ = try $0.execute("make", "CREATE TABLE t (a BIGINT, b TEXT)") }
            let rows = (0..<50_000).map { [SQLValue.integer($0), .text("row \($0) of many")] }
            await #expect(throws: Stop.self) {
                try await database.write { transaction in
                    let count = try transaction.bulkInsert("load", into: "t", columns: ["a", "b"], rows: rows)
                    #expect(count == 50_000)
                    throw Stop()
                }
            }
            let count = try await database.read { try $0.scalar("count", "SELECT count(*) FROM t", as: Int.self) }
            #expect(count == 0)
        }
    }

    @Test("a bulk load tells of a broken constraint and of a row of another width")
    func bulkLoadFails() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            try await database.write { _ = try $0.execute("make", "CREATE TABLE t (a BIGINT CONSTRAINT t_a UNIQUE)") }
            let twice = await sqlError {
                try await database.write {
                    _ = try $0.bulkInsert("load", into: "t", columns: ["a"], rows: [[.integer(1)], [.integer(1)]])
                }
            }
            #expect(twice?.code == .uniqueViolation)
            #expect(twice?.constraint == "t_a")
            let wide = await sqlError {
                try await database.write {
                    _ = try $0.bulkInsert("load", into: "t", columns: ["a"], rows: [[.null, .null]])
                }
            }
            #expect(wide?.code == .syntax)
            let nul = await sqlError {
                try await database.write {
                    _ = try $0.bulkInsert("load", into: "t", columns: ["a"], rows: [[.text("a\0b")]])
                }
            }
            #expect(nul?.code == .unstorable)
            let count = try await database.read { try $0.scalar("count", "SELECT count(*) FROM t", as: Int.self) }
            #expect(count == 0)
        }
    }

    @Test("reads the server's other types as numbers or text")
    func otherTypes() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            try await database.read { reading in
                _ = try reading.first(
                    "types",
                    """
                    SELECT 5::smallint, 6::int, 7::numeric, 7.25::numeric, true, false, date '2026-02-28',
                        '550e8400-e29b-41d4-a716-446655440000'::uuid, '{"a": 1}'::jsonb, 2.5::real, sum(x)
                    FROM (VALUES (9223372036854775807)) AS v(x)
                    """
                ) { row in
                    let integers: [Int] = try [row[0], row[1], row[2], row[10]]
                    #expect(integers == [5, 6, 7, .max])
                    let reals: [Double] = try [row[2], row[3], row[9]]
                    #expect(reals == [7, 7.25, 2.5])
                    let flags: [Bool] = try [row[4], row[5]]
                    #expect(flags == [true, false])
                    let date: CalendarDate = try row[6]
                    #expect(date == CalendarDate("2026-02-28"))
                    let texts: [String] = try [row[7], row[8]]
                    #expect(texts == ["550e8400-e29b-41d4-a716-446655440000", #"{"a": 1}"#])
                    let decimal = try row.value(3)
                    #expect(decimal == .text("7.25"))
                }
            }
        }
    }

    @Test("refuses to read a column as something else")
    func mismatches() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            try await database.read { reading in
                _ = try reading.first("row", "SELECT 1, 'x'::text, 'y'::bytea, NULL::bigint, 1.5::numeric") { row in
                    #expect(throws: SQLError.self) { try row[0] as String }
                    #expect(throws: SQLError.self) { try row[1] as Int }
                    #expect(throws: SQLError.self) { try row[2] as String }
                    #expect(throws: SQLError.self) { try row[3] as Int }
                    #expect(throws: SQLError.self) { try row[4] as Int }
                    #expect(throws: SQLError.self) { try row[5] as Int }
                    let absent: Int? = try row[3]
                    #expect(absent == nil)
                    #expect(row.withBytes(1) { Array($0) } == Array("x".utf8))
                    #expect(row.withBytes(2) { Array($0) } == Array("y".utf8))
                    #expect(row.withBytes(3) { $0.count } == 0)
                }
            }
        }
    }

    @Test("one text with parameters of changing types is prepared for each")
    func changingTypes() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            try await database.write { transaction in
                try transaction.execute("make", "CREATE TABLE t (a DOUBLE PRECISION)")
                for value: SQLValue in [.integer(1), .real(1.5), .null, .text("2.25"), .integer(2)] {
                    try transaction.execute("add", "INSERT INTO t VALUES (\(value))")
                }
            }
            let sum = try await database.read { try $0.scalar("sum", "SELECT sum(a) FROM t", as: Double.self) }
            #expect(sum == 6.75)
        }
    }

    @Test("more statements than are kept go on working")
    func statementsMakeRoom() async throws {
        try await PostgreSQLServer.withEngine {
            $0.statementCapacity = 10
            $0.base = 1
            $0.overflow = 0
            // All reads on one connection; a server on this machine would get several at once.
            $0.localReaders = 1
        } _: { _, database in
            for number in 0..<40 {
                let text = SQL(trusted: "SELECT \(number % 25)")
                let found = try await database.read { try $0.scalar("n", text, as: Int.self) }
                #expect(found == number % 25)
            }
            let kept = try await database.read {
                try $0.scalar("n", "SELECT count(*) FROM pg_prepared_statements", as: Int.self)
            }
            #expect(kept == (PostgreSQLServer.isPooled ? 0 : 10))
        }
    }

    @Test("a statement survives a change of its table")
    func changedTable() async throws {
        try await PostgreSQLServer.withEngine {
            $0.base = 1
            $0.overflow = 0
            $0.lanes = 1
        } _: { _, database in
            try await database.write { transaction in
                try transaction.execute("make", "CREATE TABLE t (a BIGINT)")
                try transaction.execute("add", "INSERT INTO t VALUES (1)")
            }
            let readAll = { @Sendable in
                let single = try await database.fetchFirst("all", "SELECT * FROM t") { $0.columnCount }
                let inside = try await database.write { try $0.first("all", "SELECT * FROM t") { $0.columnCount } }
                return [single, inside]
            }
            #expect(try await readAll() == [1, 1])
            try await database.write { _ = try $0.execute("alter", "ALTER TABLE t ADD COLUMN b BIGINT") }
            #expect(try await readAll() == [2, 2])
        }
    }

    @Test("large results arrive whole and in order, in batches")
    func largeResult() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            let sum = try await database.read { reading in
                var next = 1
                var sum = 0
                try reading.each("series", "SELECT n, repeat('x', 20) FROM generate_series(1, \(2_000_000)) AS n") {
                    row in
                    let number: Int = try row[0]
                    if number != next { throw SQLError(.other, message: "row \(number) is out of order") }
                    next += 1
                    sum += number
                }
                return sum
            }
            #expect(sum == 2_000_000 * 2_000_001 / 2)
        }
    }

    @Test("statements can run while a large result is being read, and it can be left early")
    func nestedStatements() async throws {
        struct Enough: Error {}
        try await PostgreSQLServer.withEngine { _, database in
            let found = try await database.read { reading in
                var found: [Int] = []
                do {
                    try reading.each("outer", "WITH s AS (SELECT generate_series(1, 5000) AS n) SELECT n FROM s") {
                        row in
                        let number: Int = try row[0]
                        found.append(try reading.scalar("inner", "SELECT \(number) * 2", as: Int.self) ?? 0)
                        try reading.each("each", "VALUES (1), (2)") { found[found.count - 1] += try $0[0] as Int }
                        if number == 1000 { throw Enough() }
                    }
                } catch is Enough {
                    found.append(try reading.scalar("after", "SELECT 1", as: Int.self) ?? 0)
                }
                return found
            }
            #expect(found == (1...1000).map { $0 * 2 + 3 } + [1])
        }
    }

    @Test("a statement that changes rows can be read in turn as well")
    func eachOverChanges() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            let numbers = try await database.write { transaction in
                try transaction.execute("make", "CREATE TABLE t (a BIGINT)")
                var numbers: [Int] = []
                try transaction.each(
                    "add", "WITH n AS (INSERT INTO t SELECT generate_series(1, 3) RETURNING a) SELECT a FROM n"
                ) { numbers.append(try $0[0]) }
                try transaction.each("more", "INSERT INTO t VALUES (4) RETURNING a") { numbers.append(try $0[0]) }
                return numbers
            }
            #expect(numbers == [1, 2, 3, 4])
        }
    }

    @Test("a stream reads from one snapshot")
    func stream() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            var count = 0
            let stream = database.stream { reading, emit in
                try reading.each("series", "SELECT generate_series(1, 10000)") { row in
                    try emit(Array("\(try row[0] as Int)\n".utf8))
                }
            }
            for try await chunk in stream { count += chunk.count }
            #expect(count == 9 * 2 + 90 * 3 + 900 * 4 + 9000 * 5 + 6)
        }
    }
}
