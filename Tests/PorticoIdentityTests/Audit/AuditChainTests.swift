import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoIdentity

@Suite struct AuditChainTests {
    /// An office with `count` rows of audit, all chained.
    private func withChain(
        on engine: TestEngine, rows count: Int = 5, _ body: (Database) async throws -> Void
    ) async throws {
        try await withDatabase(on: engine, components: [IdentitySchema.component]) { database in
            for number in 1...count { try await write(number, to: database) }
            try await chain(database, rows: count)
            try await body(database)
        }
    }

    /// Chains `count` rows. On PostgreSQL the transactions of other tests on the same server may be in the way for a
    /// while.
    private func chain(_ database: Database, rows count: Int, limit: Int = 500) async throws {
        var chained = 0
        for _ in 0..<10_000 where chained < count { chained += try await AuditChain.extend(database, limit: limit) }
        #expect(chained == count)
    }

    private func write(_ number: Int, to database: Database) async throws {
        var entry = AuditEntry(
            "area.updated", entity: "A\(number)", before: .object([("z", 1), ("name", "old")]),
            after: .object([("z", 1), ("name", .string("n\(number)"))]), at: Office.started)
        entry.actorID = 12
        entry.requestID = "r\(number)"
        let written = entry
        try await database.write { try $0.audit(written) }
    }

    private func tamper(_ database: Database, _ sql: SQL) async throws {
        let changed = try await database.write { try $0.execute("test.tamper", sql) }
        #expect(changed == 1)
    }

    @Test("hashes the hash before, a line feed and the canonical members", arguments: TestEngine.available)
    func vector(engine: TestEngine) async throws {
        try await withChain(on: engine, rows: 1) { database in
            let row = try await database.read {
                try $0.first("test.row", "SELECT prev_hash, hash FROM audit_rows") {
                    (try String.read($0, 0), try String.read($0, 1))
                }
            }
            let canonical = """
                {"action":"area.updated","actor_id":"12","after":{"name":"n1"},"at":"\(Office.started.rfc3339)",\
                "before":{"name":"old"},"entity_id":"A1","entity_type":"area","ip":null,"request_id":"r1","seq":1}
                """
            let zeros = String(repeating: "0", count: 64)
            #expect(row?.0 == zeros)
            #expect(row?.1 == Digest.sha256(Array("\(zeros)\n\(canonical)".utf8)).hexadecimal)
        }
    }

    @Test("holds when nobody touched it", arguments: TestEngine.available)
    func intact(engine: TestEngine) async throws {
        try await withChain(on: engine) { database in
            #expect(try await AuditChain.verify(database) == AuditVerification(rows: 5, chained: 5, firstBadSeq: nil))
            try await write(6, to: database)
            #expect(try await AuditChain.verify(database) == AuditVerification(rows: 6, chained: 5, firstBadSeq: nil))
            try await chain(database, rows: 1)
            #expect(try await AuditChain.extend(database) == 0)
            #expect(try await AuditChain.verify(database) == AuditVerification(rows: 6, chained: 6, firstBadSeq: nil))
        }
    }

    @Test("holds when there is nothing", arguments: TestEngine.available)
    func empty(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [IdentitySchema.component]) { database in
            let chained = try await AuditChain.extend(database)
            #expect(chained == 0)
            #expect(try await AuditChain.verify(database) == AuditVerification(rows: 0, chained: 0, firstBadSeq: nil))
        }
    }

    @Test(
        "names the row somebody edited, whichever member", arguments: TestEngine.available,
        [
            "actor_id = 13", "actor_id = NULL", "at = at + 1", "action = 'x'", "entity_id = 'A9'",
            "after = '{\"name\":\"m\"}'",
            "after = NULL", "after = 'no json'", "request_id = 'x'", "ip = '::1'", "hash = NULL", "prev_hash = NULL",
        ])
    func edited(engine: TestEngine, change: String) async throws {
        try await withChain(on: engine) { database in
            try await tamper(database, SQL(trusted: "UPDATE audit_rows SET \(change) WHERE seq = 3"))
            let found = try await AuditChain.verify(database)
            #expect(!found.ok && found.firstBadSeq == 3 && found.rows == 5)
        }
    }

    @Test("is not healed by computing the hash of an edited row anew", arguments: TestEngine.available)
    func rehashed(engine: TestEngine) async throws {
        try await withChain(on: engine) { database in
            try await tamper(database, "UPDATE audit_rows SET entity_id = 'A9' WHERE seq = 3")
            let (item, previous) = try await database.read { reading in
                (
                    try reading.first(
                        "test.item", "SELECT \(AuditItem.columns(actorName: "NULL")) FROM audit_rows r WHERE r.seq = 3"
                    ) { try AuditItem($0) },
                    try reading.scalar("test.hash", "SELECT hash FROM audit_rows WHERE seq = 2", as: String.self)
                )
            }
            let hash = try #require(item?.chainHash(after: previous ?? ""))
            try await tamper(database, "UPDATE audit_rows SET hash = \(hash) WHERE seq = 3")
            #expect(try await AuditChain.verify(database).firstBadSeq == 4)
        }
    }

    @Test(
        "shows that a row was removed: the next one no longer fits, or the end is missing",
        arguments: TestEngine.available,
        [(1, 2), (3, 4), (5, 5)] as [(Int64, Int64)])
    func deleted(engine: TestEngine, rows: (removed: Int64, bad: Int64)) async throws {
        try await withChain(on: engine) { database in
            try await tamper(database, "DELETE FROM audit_rows WHERE seq = \(rows.removed)")
            #expect(try await AuditChain.verify(database).firstBadSeq == rows.bad)
            // Later rows do not cover it up.
            try await write(6, to: database)
            try await chain(database, rows: 1)
            #expect(try await AuditChain.verify(database).ok == false)
        }
    }

    @Test("names a row that was put in later", arguments: TestEngine.available)
    func inserted(engine: TestEngine) async throws {
        try await withChain(on: engine) { database in
            try await tamper(database, "DELETE FROM audit_rows WHERE seq = 3")
            try await tamper(
                database,
                "INSERT INTO audit_rows (seq, at, action, entity_type) VALUES (3, 0, 'area.updated', 'area')")
            #expect(try await AuditChain.verify(database).firstBadSeq == 3)
            #expect(try await AuditChain.extend(database) == 0)
        }
    }

    @Test("names a row that was put after the end with hashes of its own", arguments: TestEngine.available)
    func appended(engine: TestEngine) async throws {
        try await withChain(on: engine) { database in
            try await tamper(
                database,
                """
                INSERT INTO audit_rows (seq, at, action, entity_type, prev_hash, hash)
                SELECT 6, 0, 'area.updated', 'area', hash, hash FROM audit_rows WHERE seq = 5
                """)
            #expect(try await AuditChain.verify(database).firstBadSeq == 6)
        }
    }

    @Test("goes on where it stopped, a limited number of rows at a time", arguments: TestEngine.available)
    func batches(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [IdentitySchema.component]) { database in
            for number in 1...5 { try await write(number, to: database) }
            for (rows, chained) in [(2, 2), (2, 4), (1, 5)] {
                try await chain(database, rows: rows, limit: 2)
                #expect(
                    try await AuditChain.verify(database)
                        == AuditVerification(rows: 5, chained: chained, firstBadSeq: nil))
            }
        }
    }

    @Test("chains each row once though two work at the same time", arguments: TestEngine.available)
    func together(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [IdentitySchema.component]) { database in
            for number in 1...20 { try await write(number, to: database) }
            let total = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var chained = 0
                        for _ in 0..<2000 where try await AuditChain.verify(database).chained < 20 {
                            chained += try await AuditChain.extend(database, limit: 3)
                        }
                        return chained
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(total == 20)
            let found = try await AuditChain.verify(database)
            #expect(found.ok && found.chained == 20)
        }
    }

    @Test(
        "waits for a transaction that may still bring an earlier row",
        arguments: TestEngine.available.filter { $0 == .postgresql })
    func outOfOrder(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [IdentitySchema.component]) { database in
            let gate = Gate()
            async let early: Void = database.write { transaction in
                try transaction.audit(AuditEntry("area.created", entity: "A", at: Office.started))
                // Whatever was sent without waiting has arrived once an answer is here.
                _ = try transaction.scalar("test.sync", "SELECT count(*) FROM audit_rows", as: Int.self)
                gate.arriveAndWait()
            }
            await gate.arrived()
            try await write(2, to: database)
            #expect(try await AuditChain.extend(database) == 0)
            #expect(try await AuditChain.extend(database) == 0)
            gate.open()
            try await early
            try await chain(database, rows: 2)
            #expect(try await AuditChain.verify(database).ok)
        }
    }

    @Test("is kept by its worker", arguments: TestEngine.available)
    func worker(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [IdentitySchema.component]) { database in
            for number in 1...3 { try await write(number, to: database) }
            let worker = AuditChainWorker(database: database) { Issue.record($0) }
            var rest = await worker.chainWaiting()
            for _ in 0..<10_000 where rest == .milliseconds(200) { rest = await worker.chainWaiting() }
            #expect(rest == .seconds(1))
            #expect(try await AuditChain.verify(database).chained == 3)
        }
    }

    @Test("tells what its worker could not do, and rests longer")
    func failingWorker() async throws {
        try await withDatabase(on: .sqlite) { database in
            await confirmation { heard in
                let worker = AuditChainWorker(database: database) { _ in heard() }
                #expect(await worker.chainWaiting() == .seconds(5))
            }
        }
    }
}

/// Lets a transaction's thread wait until the test says go.
private final class Gate: Sendable {
    private let lock = ThreadLock()
    private let isOpen = Atomic(false)
    private let arrival = AsyncStream.makeStream(of: Void.self)

    func arriveAndWait() {
        arrival.continuation.finish()
        lock.lock()
        while !isOpen.load(ordering: .acquiring) { lock.wait() }
        lock.unlock()
    }

    func arrived() async {
        for await _ in arrival.stream {}
    }

    func open() {
        lock.withLock {
            isOpen.store(true, ordering: .releasing)
            lock.broadcast()
        }
    }
}
