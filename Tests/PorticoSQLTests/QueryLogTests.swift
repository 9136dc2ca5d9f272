import Logging
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@Suite("The query log")
struct QueryLogTests {
    @Test("counts runs, rows and failures of each statement by name", arguments: TestEngine.available)
    func figures(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { transaction in
                for code in ["a", "b", "c"] { try transaction.insertThing(code) }
            }
            _ = try await database.read { try $0.thingCodes() }
            await #expect(throws: SQLError.self) { try await database.write { try $0.insertThing("a") } }
            let inserts = try #require(database.figures("things.insert"))
            #expect(inserts.count == 4)
            #expect(inserts.rows == 3)
            #expect(inserts.errors == 1)
            #expect(inserts.totalNanoseconds > 0)
            let codes = try #require(database.figures("things.codes"))
            #expect(codes.count == 1)
            #expect(codes.rows == 3)
            #expect(codes.errors == 0)
        }
    }

    @Test("counts the rows of a bulk insert", arguments: TestEngine.available)
    func bulk(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write {
                try $0.bulkInsert(
                    "things.load", into: "things", columns: ["code"], rows: (0..<40).map { [.text("n\($0)")] })
            }
            let load = try #require(database.figures("things.load"))
            #expect(load.count == 1)
            #expect(load.rows == 40)
        }
    }

    @Test("tells a request what it cost, and what it repeated", arguments: TestEngine.available)
    func request(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let measure = RequestMeasure()
            try await RequestMeasure.$current.withValue(measure) {
                try await database.write { transaction in
                    for number in 0..<6 { try transaction.insertThing("n\(number)") }
                }
                _ = try await database.read { try $0.thingCodes() }
                _ = try await database.fetchAll("things.fetch", "SELECT id FROM things") { try $0[0] as Int64 }
            }
            let summary = measure.summary
            #expect(summary.statements == 8)
            #expect(summary.rows == 18)
            #expect(summary.databaseNanoseconds > 0)
            #expect(summary.repeated.map { "\($0.name) \($0.count)" } == ["things.insert 6"])
        }
    }

    @Test("writes slow statements with their plan and without values", arguments: TestEngine.available)
    func slow(engine: TestEngine) async throws {
        let lines = LineCatcher()
        let log = QueryLog(logger: Logger(label: "test") { _ in lines.handler }, slowMilliseconds: 0)
        try await withDatabase(on: engine, components: [thingSchema], queries: log) { database in
            lines.clear()
            _ = try await database.read {
                try $0.all("things.slow", "SELECT id FROM things WHERE kind = \("sesame")") { try $0[0] as Int64 }
            }
        }
        let line = try #require(lines.all.first)
        #expect(line.contains("slow statement"))
        #expect(line.contains("things.slow"))
        #expect(line.uppercased().contains("SCAN"))
        #expect(!line.contains("sesame"))
    }

    @Test("keeps slow statements with the plan of their slowest run", arguments: TestEngine.available)
    func keptSlow(engine: TestEngine) async throws {
        let clock = Clock(standingAt: Instant(seconds: 1_795_240_800))
        let log = QueryLog(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, slowMilliseconds: 0, clock: clock)
        try await withDatabase(on: engine, components: [thingSchema], queries: log) { database in
            for _ in 0..<2 {
                clock.advance(by: .seconds(1))
                _ = try await database.read {
                    try $0.all("things.slow", "SELECT id FROM things WHERE kind = \("sesame")") { try $0[0] as Int64 }
                }
            }
            let slow = try #require(log.slow.snapshot().first { $0.name == "things.slow" })
            #expect(slow.count == 2 && slow.nanoseconds > 0)
            #expect(slow.lastAt == clock.now())
            let plan = slow.plan.joined()
            #expect(plan.uppercased().contains("SCAN") && !plan.contains("sesame"))
        }
    }

    @Test("keeps slow bulk inserts, which have no plan", arguments: TestEngine.available)
    func slowBulk(engine: TestEngine) async throws {
        let log = QueryLog(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, slowMilliseconds: 0)
        try await withDatabase(on: engine, components: [thingSchema], queries: log) { database in
            try await database.write {
                try $0.bulkInsert("things.load", into: "things", columns: ["code"], rows: [[.text("n1")]])
            }
            let slow = try #require(log.slow.snapshot().first { $0.name == "things.load" })
            #expect(slow.count == 1 && slow.plan.isEmpty)
        }
    }

    @Test("keeps a bounded number of slow statements, the latest")
    func boundedSlow() async throws {
        let clock = Clock(standingAt: Instant(seconds: 1_795_240_800))
        let log = QueryLog(
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, slowMilliseconds: 0, clock: clock)
        try await withDatabase(on: .sqlite, components: [thingSchema], queries: log) { database in
            try await database.read { reading in
                for number in 0...SlowStatements.capacity {
                    clock.advance(by: .seconds(1))
                    _ = try reading.scalar("things.\(number)", "SELECT count(*) FROM things", as: Int.self)
                }
            }
            let names = Set(log.slow.snapshot().map(\.name))
            #expect(names.count == SlowStatements.capacity)
            #expect(names.contains("things.\(SlowStatements.capacity)") && !names.contains("things.0"))
        }
    }

    @Test("writes nothing about statements that are quick enough")
    func quick() async throws {
        let lines = LineCatcher()
        let log = QueryLog(logger: Logger(label: "test") { _ in lines.handler }, slowMilliseconds: 60_000)
        try await withDatabase(on: .sqlite, components: [thingSchema], queries: log) { database in
            _ = try await database.read { try $0.thingCount() }
        }
        #expect(lines.all.isEmpty)
    }
}

extension Database {
    fileprivate func figures(_ name: String) -> NamedStatistic? {
        queries.statistics.snapshot().first { $0.name == name }
    }
}

/// Keeps what is logged.
private final class LineCatcher: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func clear() {
        lines.withLock { $0 = [] }
    }

    var handler: JSONLogHandler {
        let sink = LogSink { line in self.lines.withLock { $0.append(line.text) } }
        return JSONLogHandler(label: "test", configuration: LogConfiguration(sink: sink))
    }
}
