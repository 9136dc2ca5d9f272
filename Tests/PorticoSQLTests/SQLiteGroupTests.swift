import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoSQLite

@Suite("Group commit", .timeLimit(.minutes(10)))
struct SQLiteGroupTests {
    @Test("shares one commit among those who wait")
    func sharing() async throws {
        try await withGroups { groups in
            await groups.together((0..<20).map { number in { try $0.insertThing("n\(number)") } })
            let left = try await groups.database.read { try $0.thingCount() }
            #expect(left == 20)
            // The schema's commits, the one that held the writer, and one for all twenty.
            #expect(groups.sizes.last == 21)
        }
    }

    @Test("keeps no more in one commit than the limit")
    func limit() async throws {
        try await withGroups(limit: 8) { groups in
            await groups.together((0..<20).map { number in { try $0.insertThing("n\(number)") } })
            let left = try await groups.database.read { try $0.thingCount() }
            #expect(left == 20)
            #expect(groups.sizes.suffix(3) == [8, 8, 5])
        }
    }

    @Test("takes no more writes after its time, however many wait")
    func hold() async throws {
        try await withGroups(hold: .milliseconds(0)) { groups in
            await groups.together((0..<5).map { number in { try $0.insertThing("n\(number)") } })
            #expect(groups.sizes.suffix(6) == [1, 1, 1, 1, 1, 1])
        }
    }

    @Test("undoes a member that throws, alone")
    func failingMember() async throws {
        try await withGroups { groups in
            let outcomes = await groups.together([
                { try $0.insertThing("a") },
                { transaction in
                    try transaction.insertThing("gone")
                    throw Refusal()
                },
                { try $0.insertThing("a") },
                { try $0.insertThing("b") },
            ])
            #expect(outcomes.map(\.isSuccess) == [true, false, false, true])
            #expect(outcomes[2].code == .uniqueViolation)
            let codes = try await groups.database.read { try $0.thingCodes() }
            #expect(codes == ["a", "b"])
        }
    }

    @Test("goes on when its first member throws")
    func failingFirst() async throws {
        try await withGroups { groups in
            let outcomes = await groups.together(
                first: { _ in throw Refusal() },
                [{ try $0.insertThing("a") }, { try $0.insertThing("b") }])
            #expect(outcomes.map(\.isSuccess) == [true, true])
            let codes = try await groups.database.read { try $0.thingCodes() }
            #expect(codes == ["a", "b"])
        }
    }

    @Test("refuses only the member that breaks a deferred reference")
    func deferred() async throws {
        try await withGroups { groups in
            let outcomes = await groups.together([
                { try $0.insertThing("a") },
                { try $0.execute("late", "INSERT INTO things (code, late) VALUES (\("x"), 999)") },
                { try $0.insertThing("b") },
            ])
            #expect(outcomes.map(\.isSuccess) == [true, false, true])
            #expect(outcomes[1].code == .foreignKeyViolation)
            let codes = try await groups.database.read { try $0.thingCodes() }
            #expect(codes == ["a", "b"])
        }
    }

    @Test("runs the others again when a member loses the whole transaction")
    func lostTransaction() async throws {
        try await withGroups { groups in
            let tally = Tally()
            let outcomes = await groups.together([
                { transaction in
                    transaction.afterCommit { tally.add() }
                    try transaction.insertThing("a")
                },
                { try $0.execute("rollback", "INSERT OR ROLLBACK INTO things (code) VALUES (\("a"))") },
                { try $0.insertThing("b") },
            ])
            #expect(outcomes.map(\.isSuccess) == [true, false, true])
            let codes = try await groups.database.read { try $0.thingCodes() }
            #expect(codes == ["a", "b"])
            #expect(tally.value == 1)
        }
    }

    @Test("gives up a write that has no turn in time")
    func timeout() async throws {
        try await withGroups(writeTimeout: .milliseconds(500)) { groups in
            let hasBegun = Signal()
            let gate = ThreadDoor()
            async let holding: Void = groups.database.write { _ in
                hasBegun.give()
                gate.pass()
            }
            await hasBegun.wait()
            let error = await #expect(throws: SQLError.self) {
                try await groups.database.write { try $0.insertThing("late") }
            }
            #expect(error?.code == .poolTimeout)
            gate.open()
            try await holding
            #expect(try await groups.database.read { try $0.thingCount() } == 0)
        }
    }

    @Test("waits for another process that writes as long as for its turn, also after it has emptied the log")
    func patience() async throws {
        try await withGroups(writeTimeout: .seconds(17), checkpointPages: 20) { groups in
            for round in 0..<40 {
                let patience = try await groups.database.write { transaction in
                    try transaction.insertThing("\(round)-\(String(repeating: "x", count: 5000))")
                    return try transaction.scalar("patience", "SELECT timeout FROM pragma_busy_timeout", as: Int64.self)
                }
                #expect(patience == 17_000)
            }
        }
    }

    @Test("empties the log between groups when it has grown, again and again, though readers come and go")
    func checkpoints() async throws {
        try await withGroups(checkpointPages: 20) { groups in
            let database = groups.database
            let readers = Task {
                while !Task.isCancelled { _ = try? await database.read { try $0.thingCount() } }
            }
            defer { readers.cancel() }
            // Another thread copies when it gets a processor, so nobody can say after how many rounds.
            while groups.newLogs < 3 {
                try await groups.database.write { transaction in
                    for _ in 0..<5 {
                        let number = UInt64.random(in: 0 ... .max)
                        try transaction.insertThing("\(number)-\(String(repeating: "x", count: 900))")
                    }
                }
            }
            #expect(groups.logPages.max() ?? 0 >= 20)
        }
    }

    @Test("lets a checkpoint be due again only when the log has grown")
    func checkpointPlan() {
        var plan = CheckpointPlan()
        #expect(plan.due(5, pages: 10, copied: nil) == nil)
        #expect(plan.due(10, pages: 10, copied: nil) == .ask)
        #expect(plan.due(15, pages: 10, copied: nil) == nil)
        #expect(plan.due(20, pages: 10, copied: nil) == .ask)
        #expect(plan.due(85, pages: 10, copied: nil) == .restart)
        #expect(plan.due(120, pages: 10, copied: nil) == nil)
        #expect(plan.due(3, pages: 10, copied: nil) == nil)
        #expect(plan.due(12, pages: 10, copied: nil) == .ask)
    }

    @Test("has the writer copy the little that came while the log was copied beside it, or all when it falls behind")
    func checkpointEnd() {
        var plan = CheckpointPlan()
        #expect(plan.due(100, pages: 100, copied: nil) == .ask)
        #expect(plan.due(150, pages: 100, copied: 100) == .ask)
        #expect(plan.due(160, pages: 100, copied: nil) == nil)
        #expect(plan.due(162, pages: 100, copied: 150) == .finish)
        #expect(plan.due(300, pages: 100, copied: nil) == .ask)
        #expect(plan.due(399, pages: 100, copied: nil) == nil)
        #expect(plan.due(400, pages: 100, copied: nil) == .finish)
        #expect(plan.due(450, pages: 100, copied: 1) == .ask)
        // What was told too late is no part of a log that has started anew.
        #expect(plan.due(20, pages: 100, copied: 400) == nil)
    }

    @Test("copies the log beside the writer, and is gone when the engine is closed")
    func checkpointer() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let configuration = SQLiteEngine.Configuration(path: folder.file("a.sqlite"))
        let engine = try await SQLiteEngine.open(configuration)
        let database = Database(engine: engine, queries: .silent)
        try await database.write { try $0.execute("make", "CREATE TABLE t (a TEXT)") }
        try await database.write { transaction in
            for _ in 0..<200 {
                try transaction.execute("add", "INSERT INTO t VALUES (\(String(repeating: "x", count: 3000)))")
            }
        }
        let checkpointer = Checkpointer { try configuration.writingConnection() }
        checkpointer.ask()
        var copied: Int?
        while copied == nil {
            copied = checkpointer.takeCopied()
            await Task.yield()
        }
        #expect(copied ?? 0 >= 200)
        #expect(checkpointer.takeCopied() == nil)
        checkpointer.close()
        checkpointer.ask()
        #expect(checkpointer.takeCopied() == nil)
        #expect(try await database.read { try $0.scalar("n", "SELECT count(*) FROM t", as: Int.self) } == 200)
        await engine.close()
    }
}

/// An engine whose writer can be held back, so that writes gather.
private final class Groups: Sendable {
    typealias Body = @Sendable (Transaction) throws -> Void
    let engine: SQLiteEngine
    let database: Database
    private let seen: GroupSizes

    init(_ engine: SQLiteEngine) {
        self.engine = engine
        database = Database(engine: engine, queries: .silent)
        seen = GroupSizes()
        engine.figures.watch { [seen] in seen.add($0, $1) }
    }

    var sizes: [Int] { seen.all.map(\.0) }
    var logPages: [Int] { seen.all.map(\.1) }
    /// How often the log began anew.
    var newLogs: Int { zip(logPages, logPages.dropFirst()).count { $1 < $0 } }

    /// Holds the writer in `first` until all `bodies` wait in order, and gives their outcomes.
    @discardableResult
    func together(first: @escaping Body = { _ in }, _ bodies: [Body]) async -> [Outcome] {
        let gate = ThreadDoor()
        let hasBegun = Signal()
        let database = database
        let holding = Task {
            try await database.write { transaction in
                hasBegun.give()
                gate.pass()
                try first(transaction)
            }
        }
        await hasBegun.wait()
        var tasks: [Task<Void, any Error>] = []
        for (index, body) in bodies.enumerated() {
            tasks.append(Task { try await database.write(body) })
            while engine.writers.status.waiting <= index { await Task.yield() }
        }
        gate.open()
        _ = await holding.result
        var outcomes: [Outcome] = []
        for task in tasks { outcomes.append(Outcome(await task.result)) }
        return outcomes
    }
}

private struct Outcome {
    let isSuccess: Bool
    let code: SQLError.Code?

    init(_ result: Result<Void, any Error>) {
        switch result {
        case .success: (isSuccess, code) = (true, nil)
        case .failure(let error): (isSuccess, code) = (false, (error as? SQLError)?.code)
        }
    }
}

private final class GroupSizes: Sendable {
    private let commits = Mutex<[(Int, Int)]>([])

    var all: [(Int, Int)] { commits.withLock { $0 } }

    func add(_ writes: Int, _ logPages: Int) {
        commits.withLock { $0.append((writes, logPages)) }
    }
}

private func withGroups(
    limit: Int = 256, hold: Span = .seconds(60), writeTimeout: Span = .seconds(30), checkpointPages: Int = 2000,
    _ body: (Groups) async throws -> Void
) async throws {
    try await withFolder { folder in
        var configuration = SQLiteEngine.Configuration(path: folder.file("test.sqlite"), readers: 2)
        configuration.groupLimit = limit
        configuration.groupHold = hold
        configuration.checkpointPages = checkpointPages
        let first = try await SQLiteEngine.open(configuration)
        _ = try await Database(engine: first, queries: .silent).migrate([thingSchema], at: Instant(milliseconds: 0))
        await first.close()
        configuration.writeTimeout = writeTimeout
        let groups = Groups(try await SQLiteEngine.open(configuration))
        do { try await body(groups) } catch {
            await groups.engine.close()
            throw error
        }
        await groups.engine.close()
    }
}
