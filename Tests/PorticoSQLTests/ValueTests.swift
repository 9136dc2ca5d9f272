import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@Suite("Values")
struct ValueTests {
    @Test("come back as they were stored", arguments: TestEngine.available)
    func roundTrip(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            for (id, kept) in Kept.samples.enumerated() {
                try await database.write { try $0.insert(kept, id: id) }
                let found = try await database.read { try $0.kept(id) }
                #expect(found == kept)
            }
        }
    }

    @Test("are read as null into optionals, and refused elsewhere", arguments: TestEngine.available)
    func nulls(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insert(Kept(i: nil, r: nil, t: nil, b: nil), id: 1) }
            let isNull = try await database.read { try $0.first("kept.null", "SELECT t FROM kept") { $0.isNull(0) } }
            #expect(isNull == true)
            let text = try await database.read { try $0.scalar("kept.text", "SELECT t FROM kept", as: String?.self) }
            #expect(text == .some(nil))
            let error = await #expect(throws: SQLError.self) {
                try await database.read { try $0.scalar("kept.number", "SELECT i FROM kept", as: Int.self) }
            }
            #expect(error?.code == .unexpectedNull)
        }
    }

    @Test("are refused when they are of another kind than was asked for", arguments: TestEngine.available)
    func kinds(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insert(Kept(i: 1, r: 1.5, t: "x", b: [1]), id: 1) }
            let asked: [@Sendable (Row) throws -> Void] = [
                { _ = try $0[2] as Int }, { _ = try $0[2] as Double }, { _ = try $0[2] as CalendarDate },
            ]
            for ask in asked {
                let error = await #expect(throws: SQLError.self) {
                    try await database.read { try $0.first("kept.ask", "SELECT i, r, t, b FROM kept", ask) }
                }
                #expect(error?.code == .unexpectedValue)
            }
        }
    }

    @Test("that one engine can't keep are refused by all: NUL in text, not-a-number", arguments: TestEngine.available)
    func unstorable(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            for kept in [Kept(i: 1, r: 1, t: "a\0b", b: []), Kept(i: 1, r: .nan, t: "", b: [])] {
                let error = await #expect(throws: SQLError.self) {
                    try await database.write { try $0.insert(kept, id: 1) }
                }
                #expect(error?.code == .unstorable)
                #expect(error?.statement == "kept.insert")
            }
        }
    }

    @Test("of Swift types are stored as the kinds both engines share", arguments: TestEngine.available)
    func types(engine: TestEngine) async throws {
        let instant = Instant(milliseconds: 1_700_000_000_123)
        let date = try #require(CalendarDate("2024-02-29"))
        try await withThings(engine) { database in
            try await database.write { transaction in
                try transaction.execute("kept.types", "INSERT INTO kept (id, i, t) VALUES (1, \(instant), \(date))")
                try transaction.execute("kept.flag", "INSERT INTO kept (id, i) VALUES (2, \(true))")
            }
            let found = try await database.read {
                try $0.first("kept.first", "SELECT i, t FROM kept WHERE id = 1") {
                    (try $0[0] as Instant, try $0[1] as CalendarDate)
                }
            }
            #expect(found?.0 == instant)
            #expect(found?.1 == date)
            let flag = try await database.read {
                try $0.first("kept.second", "SELECT i FROM kept WHERE id = 2") { (try $0[0] as Bool, try $0[0] as Int) }
            }
            #expect(flag?.0 == true)
            #expect(flag?.1 == 1)
        }
    }

    @Test("give their bytes in place, none when null", arguments: TestEngine.available)
    func bytes(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insert(Kept(i: nil, r: nil, t: "añb", b: [7, 0, 9]), id: 1) }
            let found = try await database.read {
                try $0.first("kept.bytes", "SELECT t, b, i FROM kept") { row in
                    (0..<row.columnCount).map { column in row.withBytes(column) { Array($0) } }
                }
            }
            #expect(found?.first == Array("añb".utf8))
            #expect(found?.last == [])
        }
    }

    @Test("that look like SQL stay values", arguments: TestEngine.available)
    func injection(engine: TestEngine) async throws {
        let attempts = [
            "'; DROP TABLE things; --", "\" OR 1=1 --", "$1", "x' UNION SELECT code FROM things --", "\\'; --", "%_[a]",
        ]
        try await withThings(engine) { database in
            for attempt in attempts { try await database.write { try $0.insertThing(attempt) } }
            for attempt in attempts {
                let found = try await database.read {
                    try $0.all("things.byCode", "SELECT code FROM things WHERE code = \(attempt)") {
                        try $0[0] as String
                    }
                }
                #expect(found == [attempt])
            }
        }
    }
}

private struct Kept: Sendable, Equatable {
    var i: Int64?
    var r: Double?
    var t: String?
    var b: [UInt8]?

    static let samples = [
        Kept(i: .max, r: .greatestFiniteMagnitude, t: "", b: []),
        Kept(i: .min, r: -.leastNonzeroMagnitude, t: "Größe 🧺 नमस्ते e\u{301}", b: Array(0...255)),
        Kept(i: 0, r: 0.1, t: "line\nline\ttab\u{1F}\u{7F}", b: [0]),
        Kept(i: -1, r: .infinity, t: String(repeating: "ж", count: 100_000), b: Array(repeating: 7, count: 300_000)),
        Kept(i: nil, r: nil, t: nil, b: nil),
        Kept(i: 9_007_199_254_740_993, r: 1.0 / 3.0, t: "'\"\\$1", b: [0x5C, 0x78]),
    ]
}

extension Transaction {
    fileprivate func insert(_ kept: Kept, id: Int) throws {
        try execute(
            "kept.insert",
            "INSERT INTO kept (id, i, r, t, b) VALUES (\(id), \(kept.i), \(kept.r), \(kept.t), \(kept.b))")
    }
}

extension SQLSession {
    fileprivate func kept(_ id: Int) throws -> Kept? {
        try first("kept.find", "SELECT i, r, t, b FROM kept WHERE id = \(id)") {
            Kept(i: try $0[0], r: try $0[1], t: try $0[2], b: try $0[3])
        }
    }
}
