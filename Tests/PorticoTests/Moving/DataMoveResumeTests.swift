import PorticoTesting
import Synchronization
import Testing

@testable import Portico

@Suite("A move that was broken off")
struct DataMoveResumeTests {
    @Test("goes on after whatever step it was, copies nothing twice, and comes to what an unbroken run comes to")
    func goesOn() async throws {
        try await MoveFixture.withSource { source in
            let whole = try await unbroken(source)
            #expect(whole.tables.map(\.name) == MoveFixture.rows.keys.sorted())
            #expect(whole.tables.allSatisfy { $0.isWhole && $0.rows == MoveFixture.rows[$0.name] })
            // Beginning, schema, tables beside it, emptying, batches, foreign keys, comparing, and the end.
            #expect(whole.steps == 4 + 6 + 1 + 3 + 2 + 3 + 1 + 5 + 1)
            for step in 1..<whole.steps {
                try await MoveFixture.withTarget { target in
                    let fixture = MoveFixture(source: source, target: target)
                    try await fixture.breakOff(after: step)
                    #expect(try await fixture.run() == whole.tables, "step \(step)")
                    #expect(loads(target) == whole.loads, "step \(step)")
                    #expect(try await MoveFixture.shape(of: target) == whole.shape, "step \(step)")
                }
            }
        }
    }

    private struct Unbroken {
        let tables: [DataMove.Table]
        let steps: Int
        let loads: Int64
        let shape: [String]
    }

    private func unbroken(_ source: Database) async throws -> Unbroken {
        let result = Mutex<Unbroken?>(nil)
        try await MoveFixture.withTarget { target in
            let fixture = MoveFixture(source: source, target: target)
            var move = fixture.move
            let steps = Tally()
            move.afterStep = { steps.add() }
            let tables = try await fixture.run(move)
            let made = Unbroken(
                tables: tables, steps: steps.value, loads: loads(target),
                shape: try await MoveFixture.shape(of: target))
            result.withLock { $0 = made }
        }
        return try #require(result.withLock { $0 })
    }

    private func loads(_ target: Database) -> Int64 {
        Int64(target.queries.statistics.snapshot().first { $0.name == "move.load" }?.count ?? 0)
    }

    @Test("is refused after its very last step, as any target with rows")
    func ended() async throws {
        try await MoveFixture.open { fixture in
            try await fixture.run()
            await #expect(throws: DataMoveRefusal.self) { try await fixture.run() }
            let rows = try await fixture.target.read { reading in
                try reading.scalar("test.count", "SELECT count(*) FROM houses", as: Int.self)
            }
            #expect(rows == 12)
        }
    }

    @Test("leaves nothing of a batch that failed in the middle")
    func insideABatch() async throws {
        try await MoveFixture.open { fixture in
            try await fixture.breakOff(when: "houses", has: 4)
            try await fixture.target.write { transaction in
                try transaction.execute(
                    "test.fault_function",
                    """
                    CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN RAISE EXCEPTION ''no more''; END'
                    """)
                try transaction.execute(
                    "test.fault",
                    """
                    CREATE TRIGGER fault BEFORE INSERT ON houses FOR EACH ROW
                    WHEN (NEW.id = 60) EXECUTE FUNCTION fault()
                    """)
            }
            await #expect(throws: SQLError.self) { try await fixture.run() }
            let entry = try await fixture.target.read { reading in
                try MoveLedger.entries(in: reading).first { $0.name == "houses" }
            }
            #expect(entry?.digest.rows == 4)
            try await fixture.target.write { _ = try $0.execute("test.mend", "DROP TRIGGER fault ON houses") }
            #expect(try await fixture.run().allSatisfy(\.isWhole))
        }
    }

    @Test("tells what is there, and how far it is")
    func tells() async throws {
        try await MoveFixture.open { fixture in
            try await fixture.breakOff(when: "houses", has: 8)
            let heard = Mutex<[DataMoveNews]>([])
            _ = try await fixture.move.run(MoveFixture.components, at: MoveFixture.now) { news in
                heard.withLock { $0.append(news) }
            }
            let news = heard.withLock { $0 }
            #expect(news.first == .goesOn(DataMoveResumption(begunAt: MoveFixture.now, tables: 2, rows: 30)))
            let progress = news.compactMap { news -> DataMoveProgress? in
                if case .progress(let progress) = news { progress } else { nil }
            }
            let last = Dictionary(progress.map { ($0.stage, $0) }) { $1 }
            #expect(last[.checking]?.done == 30 && last[.checking]?.total == 30)
            #expect(last[.copying]?.done == 48 && last[.copying]?.total == 48)
            #expect(last[.linking]?.done == 2 && last[.linking]?.total == 2)
            #expect(last[.comparing]?.done == 96 && last[.comparing]?.total == 96)
            #expect(progress.first { $0.stage == .copying }?.done == 30)
            #expect(news.count { if case .compared = $0 { true } else { false } } == 5)
        }
    }

    @Test("keeps what has arrived when it is cancelled")
    func cancelled() async throws {
        try await MoveFixture.open { fixture in
            var move = fixture.move
            let taken = Tally()
            move.afterStep = { if taken.add() == 8 { withUnsafeCurrentTask { $0?.cancel() } } }
            let running = Task { [move] in try await fixture.run(move) }
            await #expect(throws: CancellationError.self) { _ = try await running.value }
            let entries = try await fixture.target.read { try MoveLedger.entries(in: $0) }
            #expect(entries.first?.digest.rows == 16)
            #expect(try await fixture.run().allSatisfy(\.isWhole))
        }
    }

    @Test("keeps a node from serving what is there, until it has ended")
    func nobodyServes() async throws {
        try await MoveFixture.open { fixture in
            try await fixture.breakOff(when: "notes", has: 4)
            let refusal = await #expect(throws: DataMoveRefusal.self) {
                try await MoveLedger.refuseUnfinished(fixture.target, of: "village")
            }
            #expect(refusal?.description.contains("portico migrate-data") == true)
            try await fixture.run()
            try await MoveLedger.refuseUnfinished(fixture.target, of: "village")
            try await MoveLedger.refuseUnfinished(fixture.source, of: "village")
        }
    }

    @Test("goes on remembering what it was while a table differs")
    func differs() async throws {
        try await MoveFixture.open { fixture in
            var move = fixture.move
            let target = fixture.target
            move.afterStep = {
                guard try await target.read({ try MoveLedger.head(in: $0)?.stage }) == .comparing else { return }
                try await target.write {
                    _ = try $0.execute("test.spoil", "UPDATE notes SET text = 'z' WHERE text = 'a'")
                }
            }
            let tables = try await fixture.run(move)
            #expect(tables.filter { !$0.isWhole }.map(\.name) == ["notes"])
            #expect(try await fixture.run() == tables)
            await #expect(throws: DataMoveRefusal.self) {
                try await MoveLedger.refuseUnfinished(target, of: "village")
            }
            try await target.write { _ = try $0.execute("test.mend", "UPDATE notes SET text = 'a' WHERE text = 'z'") }
            #expect(try await fixture.run().allSatisfy(\.isWhole))
            try await MoveLedger.refuseUnfinished(target, of: "village")
        }
    }
}
