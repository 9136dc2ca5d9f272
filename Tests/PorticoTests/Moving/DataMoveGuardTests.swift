import PorticoTesting
import Testing

@testable import Portico

@Suite("A move that must not go on")
struct DataMoveGuardTests {
    struct Change: Sendable, CustomTestStringConvertible {
        let statement: SQL
        /// The table that is named; nil where the move goes on.
        let table: String?
        let testDescription: String
    }

    /// Broken off when all doors and 8 of 12 houses had arrived, up to number 80.
    static let changes = [
        Change(
            statement: "UPDATE houses SET name = 'painted' WHERE id = 80", table: "houses",
            testDescription: "the row that came last"),
        Change(
            statement: "UPDATE houses SET picture = x'00' WHERE id = 20", table: "houses",
            testDescription: "a row that has arrived"),
        Change(
            statement: "INSERT INTO houses (id, name) VALUES (75, 'new')", table: "houses",
            testDescription: "a new row among those that have arrived"),
        Change(
            statement: "DELETE FROM doors WHERE house_id = 30 AND colour = 'red'", table: "doors",
            testDescription: "a row of a table that was done is gone"),
        Change(
            statement: "INSERT INTO doors (house_id, colour) VALUES (120, 'white')", table: "doors",
            testDescription: "a new row behind a table that was done"),
        Change(
            statement: "INSERT INTO empty (id) VALUES (1)", table: "empty",
            testDescription: "a first row of an empty table that was done"),
        Change(
            statement: "CREATE TABLE annex (id INTEGER PRIMARY KEY) STRICT", table: "annex",
            testDescription: "a table more"),
        Change(
            statement: "INSERT INTO houses (id, name) VALUES (125, 'new')", table: nil,
            testDescription: "a row that has not arrived yet"),
    ]

    @Test("a source that has changed is noticed, where what had arrived is not what it was", arguments: changes)
    func changedSource(change: Change) async throws {
        try await MoveFixture.open { fixture in
            try await fixture.breakOff(when: "houses", has: 8)
            try await fixture.source.write { _ = try $0.execute("test.change", change.statement) }
            guard let table = change.table else {
                let tables = try await fixture.run()
                #expect(tables.allSatisfy(\.isWhole) && tables[2].rows == 13)
                return
            }
            let refusal = await #expect(throws: DataMoveRefusal.self) { try await fixture.run() }
            #expect(refusal?.description.contains("the source has changed") == true)
            #expect(refusal?.description.contains(table) == true)
            let arrived = try await fixture.target.read { try MoveLedger.entries(in: $0)[2].digest.rows }
            #expect(arrived == 8)
        }
    }

    @Test("a source that is put back as it was goes on")
    func changedBack() async throws {
        try await MoveFixture.open { fixture in
            try await fixture.breakOff(when: "houses", has: 8)
            try await fixture.source.write {
                _ = try $0.execute("test.change", "UPDATE houses SET name = 'painted' WHERE id = 1")
            }
            await #expect(throws: DataMoveRefusal.self) { try await fixture.run() }
            try await fixture.source.write {
                _ = try $0.execute("test.back", "UPDATE houses SET name = 'built in' WHERE id = 1")
            }
            #expect(try await fixture.run().allSatisfy(\.isWhole))
        }
    }

    @Test("what changes in the source while it is copied shows in the end", .timeLimit(.minutes(2)))
    func changedMeanwhile() async throws {
        try await MoveFixture.open { fixture in
            var move = fixture.move
            let taken = Tally()
            let source = fixture.source
            move.afterStep = {
                guard taken.add() == 14 else { return }
                try await source.write { _ = try $0.execute("test.change", "DELETE FROM doors WHERE house_id = 20") }
            }
            let tables = try await fixture.run(move)
            #expect(tables.filter { !$0.isWhole }.map(\.name) == ["doors"])
            #expect(tables[0].rows == 20 && tables[0].arrived == 22)
        }
    }

    @Test("another source is told from the one that the move began with")
    func anotherSource() async throws {
        try await MoveFixture.open { fixture in
            try await fixture.breakOff(when: "houses", has: 8)
            try await withDatabase(on: .sqlite, components: []) { other in
                _ = try await other.migrate(MoveFixture.components, at: Instant(seconds: 1_780_000_000))
                try await MoveFixture.fill(other)
                let refusal = await #expect(throws: DataMoveRefusal.self) {
                    try await MoveFixture(source: other, target: fixture.target).run()
                }
                #expect(refusal?.description.contains("another source") == true)
                #expect(refusal?.description.contains("from the village") == true)
            }
            #expect(try await fixture.run().allSatisfy(\.isWhole))
        }
    }

    @Test("rows that somebody else has written to the target are not taken for its own")
    func foreignRows() async throws {
        try await MoveFixture.open { fixture in
            try await fixture.breakOff(when: "houses", has: 8)
            try await fixture.target.write {
                _ = try $0.execute("test.foreign", "INSERT INTO seals (seal) VALUES ('\\x01')")
            }
            let refusal = await #expect(throws: DataMoveRefusal.self) { try await fixture.run() }
            #expect(refusal?.description.contains("1 rows in seals, of which this move has written 0") == true)
        }
    }

    @Test("of two moves into one target one goes on, and the other is told", .timeLimit(.minutes(2)))
    func twoAtOnce() async throws {
        try await MoveFixture.open { fixture in
            var move = fixture.move
            let (taken, refused) = (Tally(), Tally())
            move.afterStep = {
                guard taken.add() % 5 == 1 else { return }
                let refusal = await #expect(throws: DataMoveRefusal.self) { try await fixture.run(fixture.hastyMove) }
                if refusal?.description.contains("another move into this target is under way") == true { refused.add() }
            }
            let tables = try await fixture.run(move)
            #expect(tables.allSatisfy { $0.isWhole })
            #expect(refused.value == (taken.value + 4) / 5 && refused.value > 3)
        }
    }

    @Test("one that has lost its lock writes nothing more once another has gone on", .timeLimit(.minutes(2)))
    func lostLock() async throws {
        try await MoveFixture.open { fixture in
            var move = fixture.move
            let taken = Tally()
            let target = fixture.target
            move.afterStep = {
                guard taken.add() == 12 else { return }
                // As a server does that ends what it takes for idle.
                try await target.write { transaction in
                    _ = try transaction.scalar(
                        "test.cut",
                        """
                        SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'
                            AND (classid::bigint << 32 | objid::bigint) = hashtextextended(current_schema(), 7071191)
                        """, as: Int.self)
                }
                #expect(try await fixture.run().allSatisfy(\.isWhole))
            }
            let refusal = await #expect(throws: DataMoveRefusal.self) { try await fixture.run(move) }
            #expect(refusal?.description.contains("another move has gone on") == true)
            let rows = try await target.read {
                try $0.scalar("test.count", "SELECT count(*) FROM houses", as: Int.self)
            }
            #expect(rows == 12)
        }
    }
}
