import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Figures that always equal a count (rule R38).
@Suite struct CounterTests {
    @Test("raises the version of an area with every change, and of no other", arguments: TestEngine.available)
    func raisesVersions(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            func version(_ area: String?) async throws -> Int64 {
                try await hall.database.read { try CounterStore.version(area: area, in: $0) }
            }
            #expect(try await version(nil) == 0)
            try await hall.scanParent("SB00001")
            #expect(try await version("lucknow") == 1)
            try await hall.scanParent("SB00002", by: .jaipur)
            #expect(try await version("lucknow") == 1)
            #expect(try await version(nil) == 2)
            try await hall.scanParent("SB00001", id: "client-0001")
            try await hall.scanParent("SB00001", id: "client-0001")
            #expect(try await version("lucknow") == 2)
        }
    }

    @Test("finds drift and is put right by a recount", arguments: TestEngine.available)
    func verifies(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 3)
            try await hall.database.write { transaction in
                try transaction.execute(
                    "test.drift",
                    """
                    UPDATE counters SET value = value + 2 WHERE name = 'child.linked'
                    AND shard = (SELECT min(shard) FROM counters WHERE name = 'child.linked')
                    """)
            }
            let found = try await hall.database.read { try CounterStore.verify(in: $0) }
            let key = CounterChanges.Key(area: "lucknow", name: .children(.linked))
            #expect(found.drift == [key: 2])
            #expect(found.counters[key] == 5 && found.recount[key] == 3)
            let before = try await hall.database.read { try CounterStore.version(area: "lucknow", in: $0) }
            try await hall.database.write { try CounterStore.rebuild(in: $0) }
            try await hall.expectCountsAreRight()
            let after = try await hall.database.read { try CounterStore.version(area: "lucknow", in: $0) }
            #expect(after > before)
            try await hall.scanChild("2903411", into: "SB00001")
            try await hall.expectCountsAreRight()
        }
    }

    @Test("folds the shards of connections that are gone", arguments: TestEngine.available)
    func folds(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 2)
            try await hall.database.write { transaction in
                // No backend has such a number.
                try transaction.execute("test.shard", "UPDATE counters SET shard = -shard WHERE shard > 0")
            }
            let folded = try await hall.database.write { try CounterStore.fold(in: $0) }
            #expect((folded > 0) == (engine == .postgresql))
            #expect(try await hall.number("SELECT count(*) FROM counters WHERE shard < 0") == 0)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("counts hours of activity from the events", arguments: TestEngine.available)
    func projects(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 2)
            let scan = try await hall.scanChild("2903411", into: "SB00001")
            let first = try await hall.events()
            try await hall.database.write { try ActivityProjection().count(first, in: $0) }
            _ = try await hall.services.undo.undo(scan: scan.scanID, reason: nil, by: hall.caller())
            let rest = Array(try await hall.events().dropFirst(first.count))
            try await hall.database.write { try ActivityProjection().count(rest, in: $0) }
            let cells = try await hall.database.read { reading in
                try reading.all(
                    "test.cells",
                    "SELECT date, hour, kind, outcome, count FROM daily_activity WHERE area_code = 'lucknow' ORDER BY kind, outcome"
                ) { row in
                    "\(try row[0] as String) \(try row[1] as Int) \(try row[2] as String) \(try row[3] as String) \(try row[4] as Int)"
                }
            }
            #expect(
                cells == [
                    "2025-11-21 16 child linked 3", "2025-11-21 16 child undone 1", "2025-11-21 16 parent created 1",
                ])
        }
    }
}
