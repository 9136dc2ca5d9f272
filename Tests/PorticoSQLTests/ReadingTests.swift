import PorticoSQL
import PorticoTesting
import Testing

@Suite("Reading", .timeLimit(.minutes(10)))
struct ReadingTests {
    @Test("sees one snapshot from its first statement to its end", arguments: TestEngine.available)
    func snapshot(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insertThing("before") }
            let hasBegun = Signal()
            let gate = ThreadDoor()
            async let counts = database.read { reading in
                let first = try reading.thingCount()
                hasBegun.give()
                gate.pass()
                return [first, try reading.thingCount()]
            }
            await hasBegun.wait()
            try await database.write { try $0.insertThing("meanwhile") }
            gate.open()
            #expect(try await counts == [1, 1])
            #expect(try await database.read { try $0.thingCount() } == 2)
        }
    }

    @Test("at length sees one snapshot too", arguments: TestEngine.available)
    func lengthySnapshot(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let hasBegun = Signal()
            let gate = ThreadDoor()
            async let counts = database.readAtLength { reading in
                let first = try reading.thingCount()
                hasBegun.give()
                gate.pass()
                return [first, try reading.thingCount()]
            }
            await hasBegun.wait()
            try await database.write { try $0.insertThing("meanwhile") }
            gate.open()
            #expect(try await counts == [0, 0])
        }
    }

    @Test("sees every write that has returned", arguments: TestEngine.available)
    func readYourWrites(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            for number in 1...100 {
                try await database.write { try $0.insertThing("thing \(number)") }
                #expect(try await database.read { try $0.thingCount() } == number)
            }
        }
    }

    @Test("can't change anything", arguments: TestEngine.available)
    func readOnly(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let error = await #expect(throws: SQLError.self) {
                try await database.read {
                    try $0.all("things.sneak", "INSERT INTO things (code) VALUES (\("x")) RETURNING id") { _ in }
                }
            }
            #expect(error?.code == .readOnly)
            let left = try await database.read { try $0.thingCount() }
            #expect(left == 0)
        }
    }

    @Test("goes on for others after a closure has thrown", arguments: TestEngine.available)
    func throwing(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            for _ in 0..<20 {
                await #expect(throws: Refusal.self) {
                    try await database.read { reading in
                        _ = try reading.thingCount()
                        throw Refusal()
                    }
                }
            }
            let left = try await database.read { try $0.thingCount() }
            #expect(left == 0)
        }
    }

    @Test("stops at the row whose closure throws", arguments: TestEngine.available)
    func throwingRow(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insertMany(50) }
            await #expect(throws: Refusal.self) {
                try await database.read { reading in
                    var seen = 0
                    try reading.each("things.each", "SELECT id FROM things") { _ in
                        seen += 1
                        if seen == 3 { throw Refusal() }
                    }
                }
            }
            #expect(try await database.read { try $0.thingCount() } == 50)
        }
    }

    @Test("gives rows in order, the first, and one column", arguments: TestEngine.available)
    func shapes(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insertMany(3) }
            let found = try await database.read { reading in
                let codes: SQL = "SELECT code FROM things ORDER BY code"
                var each: [String] = []
                try reading.each("things.each", codes) { each.append(try $0[0]) }
                return (
                    try reading.all("things.all", codes) { try $0[0] as String },
                    try reading.first("things.first", codes) { try $0[0] as String },
                    try reading.scalar("things.none", "SELECT code FROM things WHERE 1 = 0", as: String.self), each
                )
            }
            #expect(found.0 == ["t00", "t01", "t02"])
            #expect(found.1 == "t00")
            #expect(found.2 == nil)
            #expect(found.3 == found.0)
        }
    }

    @Test("of a single statement gives the same as in a closure", arguments: TestEngine.available)
    func single(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insertMany(3) }
            let all = try await database.fetchAll("things.all", "SELECT code FROM things ORDER BY code") {
                try $0[0] as String
            }
            #expect(all == ["t00", "t01", "t02"])
            let first = try await database.fetchFirst(
                "things.one", "SELECT code FROM things WHERE code = \("t01")", { try $0[0] as String })
            #expect(first == "t01")
            let none = try await database.fetchFirst("things.no", "SELECT code FROM things WHERE 1 = 0") { _ in 1 }
            #expect(none == nil)
        }
    }

    @Test("plans a statement that says so once for all values, and no other one", arguments: TestEngine.available)
    func plannedOnce(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insertThing("one") }
            let codes: SQL = "SELECT code FROM things WHERE code = \("one")"
            let mode: SQL =
                database.dialect == .postgresql
                ? "SELECT current_setting('plan_cache_mode')" : "SELECT 'no such setting'"
            let seen = try await database.read { reading in
                [
                    try reading.scalar("things.codes", codes.plannedOnce, as: String.self),
                    try reading.scalar("things.mode", mode.plannedOnce, as: String.self),
                    try reading.scalar("things.mode", mode, as: String.self),
                    try reading.scalar("things.mode", mode.plannedOnce, as: String.self),
                ]
            }
            let next = try await database.read { try $0.scalar("things.mode", mode, as: String.self) }
            let usual = database.dialect == .postgresql ? "auto" : "no such setting"
            let once = database.dialect == .postgresql ? "force_generic_plan" : "no such setting"
            #expect(seen == ["one", once, usual, once])
            #expect(next == usual)
        }
    }

    @Test("answers a ping and counts its connections", arguments: TestEngine.available)
    func ping(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let time = try await database.engine.ping()
            #expect(time > 0)
            let pool = database.engine.pool
            #expect(pool.capacity >= pool.inUse + pool.idle)
            #expect(pool.idle + pool.inUse > 0)
        }
    }
}

extension Transaction {
    fileprivate func insertMany(_ count: Int) throws {
        for number in 0..<count { try insertThing(number < 10 ? "t0\(number)" : "t\(number)") }
    }
}
