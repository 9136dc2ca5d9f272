import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoSQLite

/// What a crash leaves is what the files hold at that moment: a copy of file and log is opened in its place. Checkpoints
/// are kept off meanwhile, so that the file stands still and the log only grows, and the copy is one a crash could leave.
@Suite("SQLite after a crash", .timeLimit(.minutes(10)))
struct SQLiteCrashTests {
    @Test("has every write that was acknowledged, and no half of any")
    func acknowledgedWrites() async throws {
        try await withCrashing { engine, database, folder in
            let acknowledged = Acknowledged()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        for number in 0..<60 {
                            let pair = writer * 1000 + number
                            try await database.write { try $0.insertPair(pair) }
                            acknowledged.add(pair)
                        }
                    }
                }
                group.addTask {
                    for copy in 0..<5 {
                        while acknowledged.all.count < copy * 80 + 20 { await Task.yield() }
                        let before = acknowledged.all
                        let copied = try copyFiles(of: engine, to: folder.file("copy\(copy).sqlite"))
                        let found = try await Self.pairs(in: copied)
                        #expect(found.isSuperset(of: before))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("has whole transactions, the earlier ones, wherever the log was cut off")
    func tornLog() async throws {
        try await withCrashing { engine, database, folder in
            for number in 0..<30 { try await database.write { try $0.insertPair(number) } }
            let log = contents(of: "\(engine.configuration.path)-wal")
            var generator = SystemRandomNumberGenerator()
            for cut in 0..<12 {
                let path = folder.file("torn\(cut).sqlite")
                _ = try copyFiles(of: engine, to: path)
                let length = cut == 0 ? 0 : Int.random(in: 0...log.count, using: &generator)
                try write(Array(log[..<length]), to: "\(path)-wal")
                let found = try await Self.pairs(in: path)
                #expect(found == Set(0..<found.count), "log cut at \(length) of \(log.count)")
            }
        }
    }

    /// The pairs in a database; fails the test when the file is not sound or a pair is not whole.
    private static func pairs(in path: String) async throws -> Set<Int> {
        let engine = try await SQLiteEngine.open(.init(path: path, readers: 1))
        let database = Database(engine: engine, queries: .silent)
        #expect(try await engine.faults() == [])
        let codes = try await database.read { try $0.thingCodes() }
        await engine.close()
        let left = Set(codes.filter { $0.hasPrefix("left") }.compactMap { Int($0.dropFirst(4)) })
        let right = Set(codes.filter { $0.hasPrefix("right") }.compactMap { Int($0.dropFirst(5)) })
        #expect(left == right)
        return left
    }
}

extension Transaction {
    fileprivate func insertPair(_ pair: Int) throws {
        try insertThing("left\(pair)")
        try insertThing("right\(pair)")
    }
}

private final class Acknowledged: Sendable {
    private let numbers = Mutex<Set<Int>>([])

    var all: Set<Int> { numbers.withLock { $0 } }

    func add(_ number: Int) {
        numbers.withLock { _ = $0.insert(number) }
    }
}

private func copyFiles(of engine: SQLiteEngine, to path: String) throws -> String {
    try write(contents(of: engine.configuration.path), to: path)
    try write(contents(of: "\(engine.configuration.path)-wal"), to: "\(path)-wal")
    return path
}

/// An engine that never empties its log, with the schema in the file.
private func withCrashing(_ body: (SQLiteEngine, Database, TemporaryFolder) async throws -> Void) async throws {
    try await withFolder { folder in
        var configuration = SQLiteEngine.Configuration(path: folder.file("test.sqlite"), readers: 2)
        configuration.checkpointPages = 1_000_000_000
        let first = try await SQLiteEngine.open(configuration)
        _ = try await Database(engine: first, queries: .silent).migrate([thingSchema], at: Instant(milliseconds: 0))
        await first.close()
        let engine = try await SQLiteEngine.open(configuration)
        do { try await body(engine, Database(engine: engine, queries: .silent), folder) } catch {
            await engine.close()
            throw error
        }
        await engine.close()
    }
}
