import PorticoTesting

@testable import Portico

/// A small source with every kind of key, moved in batches of a few rows.
struct MoveFixture {
    static let now = Instant(seconds: 1_790_000_000)

    static let components = [
        SchemaComponent(
            name: "village",
            migrations: [
                Migration(1, "tables") { dialect in
                    """
                    CREATE TABLE houses (
                        id \(dialect.identity), name \(dialect.text) NOT NULL, picture \(dialect.blob),
                        next_id \(dialect.integer) REFERENCES houses (id)) \(dialect.strict);
                    CREATE TABLE doors (
                        house_id \(dialect.integer) NOT NULL REFERENCES houses (id), colour \(dialect.text) NOT NULL,
                        PRIMARY KEY (house_id, colour)) \(dialect.strict);
                    CREATE TABLE empty (id \(dialect.identity)) \(dialect.strict);
                    CREATE TABLE notes (text \(dialect.text) NOT NULL) \(dialect.strict);
                    CREATE TABLE seals (seal \(dialect.blob) NOT NULL PRIMARY KEY) \(dialect.strict);
                    INSERT INTO houses (name) VALUES ('built in');

                    """
                }
            ])
    ]

    /// Rows of each table, in the order in which the tables move.
    static let rows = ["doors": 22, "empty": 0, "houses": 12, "notes": 5, "seals": 9]

    let source: Database
    let target: Database

    /// Gives a filled source and an empty target to `body`; does nothing where there is no server.
    static func open(_ body: (MoveFixture) async throws -> Void) async throws {
        try await withSource { source in
            try await withTarget { try await body(MoveFixture(source: source, target: $0)) }
        }
    }

    /// Gives a filled source to `body`; does nothing where there is no server.
    static func withSource(_ body: (Database) async throws -> Void) async throws {
        guard TestEngine.available.contains(.postgresql) else { return }
        try await withDatabase(on: .sqlite, components: components) { source in
            try await fill(source)
            try await body(source)
        }
    }

    /// Gives an empty target to `body`.
    static func withTarget(_ body: (Database) async throws -> Void) async throws {
        try await withDatabase(on: .postgresql, components: []) { try await body($0) }
    }

    static func fill(_ source: Database) async throws {
        try await source.write { transaction in
            for number in 2...12 {
                try transaction.execute(
                    "test.house", "INSERT INTO houses (id, name) VALUES (\(number * 10), \("house\t\(number) é"))")
                for colour in ["red", "Blue"] {
                    try transaction.execute(
                        "test.door", "INSERT INTO doors (house_id, colour) VALUES (\(number * 10), \(colour))")
                }
            }
            try transaction.execute("test.next", "UPDATE houses SET next_id = 120 WHERE id < 50")
            // Two rows that are the same.
            for note in ["a", "b", "b", "", "c"] {
                try transaction.execute("test.note", "INSERT INTO notes (text) VALUES (\(note))")
            }
            for number in 1...9 {
                let seal = [UInt8](repeating: UInt8(255 - number), count: number)
                try transaction.execute("test.seal", "INSERT INTO seals (seal) VALUES (\(seal))")
            }
        }
    }

    /// A move in batches of four rows.
    var move: DataMove {
        var move = DataMove(from: source, to: target, named: "the village")
        move.batchRows = 4
        return move
    }

    /// The same that waits for nobody.
    var hastyMove: DataMove {
        var move = move
        move.patience = .milliseconds(1)
        return move
    }

    /// Runs a move to its end.
    @discardableResult
    func run(_ move: DataMove? = nil) async throws -> [DataMove.Table] {
        try await (move ?? self.move).run(MoveFixture.components, at: MoveFixture.now)
    }

    /// Breaks a move off after so many steps.
    func breakOff(after steps: Int) async throws {
        var move = move
        let taken = Tally()
        move.afterStep = { if taken.add() == steps { throw MoveBroken() } }
        do {
            try await run(move)
        } catch is MoveBroken {
            return
        }
    }

    /// Breaks a move off when a table has arrived as far as that.
    func breakOff(when table: String, has rows: Int) async throws {
        var move = move
        move.afterStep = { [target] in
            let arrived = try await target.read { reading -> Int? in
                guard try MoveLedger.head(in: reading)?.stage == .copying else { return nil }
                return try MoveLedger.entries(in: reading).first { $0.name == table }?.digest.rows
            }
            if arrived == rows { throw MoveBroken() }
        }
        do {
            try await run(move)
        } catch is MoveBroken {
            return
        }
        throw MoveBroken()
    }

    /// What a target is beside its rows: tables, foreign keys and the next number.
    static func shape(of target: Database) async throws -> [String] {
        let shape = try await target.read { reading in
            try reading.all(
                "test.tables",
                "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
            ) { try $0[0] as String }
                + reading.all(
                    "test.keys",
                    """
                    SELECT pg_get_constraintdef(oid) FROM pg_constraint
                    WHERE connamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) ORDER BY 1
                    """
                ) { try $0[0] as String }
        }
        let next = try await target.write { transaction in
            try transaction.scalar(
                "test.next", "INSERT INTO houses (name) VALUES ('new') RETURNING id", as: Int64.self)
        }
        return shape + ["\(next ?? 0)"]
    }
}

/// What ends a move in a test.
struct MoveBroken: Error {}
