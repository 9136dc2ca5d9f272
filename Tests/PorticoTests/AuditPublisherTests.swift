import Foundation
import Logging
import PorticoTesting
import Testing

@testable import Portico
@testable import PorticoJobs

@Suite(.timeLimit(.minutes(5))) struct AuditPublisherTests {
    /// Some minutes after a whole hour.
    private static let begin = Instant(milliseconds: 1_790_000_000_000)
    private static let keys = AuditCheckpointKeys(
        application: "bags", keys: SecretKeys(master: Secret(Array(repeating: 7, count: 32))))

    /// A house with a database and a folder that its nodes share.
    private struct House: Sendable {
        let test: TestDatabase
        let folder: TemporaryFolder
        let clock = Clock(standingAt: AuditPublisherTests.begin)
        let ring = LogRing(capacity: 100)

        var path: String { folder.file("checkpoints") }

        var lines: [String] {
            ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").map { String($0) }
        }

        /// Writes rows of the audit, and chains them.
        func grow(_ rows: Int = 1) async throws {
            try await test.database.write { transaction in
                for number in 0..<rows {
                    try transaction.audit(
                        AuditEntry("area.created", entity: "A\(number)", at: AuditPublisherTests.begin))
                }
            }
            var chained = 0
            for _ in 0..<10_000 where chained < rows { chained += try await AuditChain.extend(test.database) }
            #expect(chained == rows)
        }

        /// One process of the house.
        func node(_ database: Database? = nil, path: String? = nil, minutes: Int = 60) throws -> HouseNode {
            let configuration = LogConfiguration(sink: .ring(ring), clock: clock)
            let logger = Logger(label: "audit") { ConsoleLogHandler(label: $0, configuration: configuration) }
            let (shared, metrics) = (database ?? test.database, MetricsRegistry())
            let file = AuditCheckpointFile(path: path ?? self.path, keys: AuditPublisherTests.keys)
            let publisher = AuditPublisher(file, of: shared, minutes: minutes, logger: logger, metrics: metrics)
            var book = JobBook()
            let schedule = try publisher.register(in: &book)
            let worker = JobWorker(
                database: shared, queue: JobQueue(clock: clock), book: book, schedules: [schedule],
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: metrics,
                configuration: JobWorker.Configuration(application: "bags"))
            return HouseNode(publisher: publisher, worker: worker, metrics: metrics)
        }

        func states() async throws -> [JobState] {
            try await test.database.read { [clock] in
                try JobQueue(clock: clock).jobs(JobSearch(), in: $0).map(\.state)
            }
        }
    }

    private struct HouseNode: Sendable {
        let publisher: AuditPublisher
        let worker: JobWorker
        let metrics: MetricsRegistry

        /// Whether this came once of a checkpoint that was due.
        func counted(_ result: String) -> Bool {
            String(decoding: metrics.prometheusText(), as: UTF8.self)
                .contains("portico_audit_checkpoints_total{application=\"bags\",result=\"\(result)\"} 1\n")
        }
    }

    private func withHouse(on engine: TestEngine, _ body: (House) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let components = [IdentitySchema.component, JobSchema.component]
        try await withTestDatabase(on: engine, components: components) { test in
            try await body(House(test: test, folder: folder))
        }
    }

    @Test("a checkpoint is written when the chain has grown, and not when it has not", arguments: TestEngine.available)
    func grown(engine: TestEngine) async throws {
        try await withHouse(on: engine) { house in
            let node = try house.node()
            try await house.grow(2)
            try await node.worker.runUntilIdle()
            #expect(house.lines.isEmpty, "not before its time")
            house.clock.advance(by: .hours(1))
            try await node.worker.runUntilIdle()
            #expect(house.lines.count == 1 && node.counted("written"))
            #expect(await node.publisher.check.check().detail.hasPrefix("row 2 at 2026-"))
            house.clock.advance(by: .hours(1))
            try await node.worker.runUntilIdle()
            #expect(house.lines.count == 1 && node.counted("unchanged"))
            try await house.grow()
            house.clock.advance(by: .hours(1))
            try await node.worker.runUntilIdle()
            #expect(house.lines.count == 2)
        }
    }

    @Test("nodes write one together", arguments: TestEngine.available)
    func once(engine: TestEngine) async throws {
        try await withHouse(on: engine) { house in
            let other = try await house.test.openAgain()
            let workers = try [house.node(), house.node(other)].map(\.worker)
            for worker in workers { try await worker.runUntilIdle() }
            for round in 1...4 {
                try await house.grow()
                house.clock.advance(by: .hours(1))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for worker in workers { group.addTask { try await worker.runUntilIdle() } }
                    try await group.waitForAll()
                }
                #expect(house.lines.count == round)
            }
            #expect(try await house.states().count == 4, "one job for each time, whichever node did it")
        }
    }

    @Test("nodes with files of their own share the checkpoints among them", arguments: TestEngine.available)
    func apart(engine: TestEngine) async throws {
        try await withHouse(on: engine) { house in
            let other = try await house.test.openAgain()
            let elsewhere = house.folder.file("elsewhere")
            let workers = try [house.node(), house.node(other, path: elsewhere)].map(\.worker)
            for worker in workers { try await worker.runUntilIdle() }
            try await house.grow()
            house.clock.advance(by: .hours(1))
            for worker in workers { try await worker.runUntilIdle() }
            let there = (try? String(contentsOfFile: elsewhere, encoding: .utf8)) ?? ""
            #expect((house.lines + there.split(separator: "\n").map { String($0) }).count == 1)
        }
    }

    @Test("a file that can't be written to is told, and nothing else fails", arguments: TestEngine.available)
    func unwritable(engine: TestEngine) async throws {
        try await withHouse(on: engine) { house in
            let place = house.folder.file("mounted")
            let node = try house.node(path: "\(place)/checkpoints")
            try await house.grow()
            try await node.worker.runUntilIdle()
            for _ in 0..<2 {
                house.clock.advance(by: .hours(1))
                try await node.worker.runUntilIdle()
            }
            #expect(try await house.states() == [.succeeded, .succeeded])
            let health = await node.publisher.check.check()
            #expect(health.state == .degraded && health.detail.contains("No such file or directory"))
            #expect(!node.publisher.check.isEssential)
            #expect(house.ring.lines.map(\.level) == [.warning], "once, and not every time")
            #expect(house.ring.lines.first?.text.contains("checkpoints of the audit are not written") == true)

            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
            house.clock.advance(by: .hours(1))
            try await node.worker.runUntilIdle()
            #expect(await node.publisher.check.check().state == .healthy && node.counted("written"))
            #expect(house.ring.lines.map(\.level) == [.warning, .notice])
        }
    }

    @Test("a file that can't be opened is told at once, and that it can be again")
    func looks() async throws {
        try await withHouse(on: .sqlite) { house in
            let place = house.folder.file("mounted")
            let node = try house.node(path: "\(place)/checkpoints")
            #expect(await node.publisher.check.check().state == .healthy)
            for _ in 0..<2 { await node.publisher.look() }
            #expect(await node.publisher.check.check().state == .degraded)
            #expect(house.ring.lines.map(\.level) == [.warning])
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
            await node.publisher.look()
            #expect(await node.publisher.check.check().state == .healthy)
            #expect(FileManager.default.fileExists(atPath: "\(place)/checkpoints"))
        }
    }

    @Test("every accepted interval is one that a schedule can keep", arguments: AuditPublisher.intervals)
    func intervals(minutes: Int) throws {
        let cron = try CronExpression(AuditPublisher.cron(every: minutes))
        let occurrences = CronOccurrences(cron: cron, zone: .utc)
        var at = Self.begin
        var times: [Instant] = []
        for _ in 0..<4 {
            at = try #require(occurrences.next(after: at))
            times.append(at)
        }
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == .minutes(Int64(minutes)) })
    }

    @Test("an interval that no schedule can keep is refused with those that are accepted")
    func refusedInterval() throws {
        let mistake = #expect(throws: Settings.Mistake.self) {
            _ = try Settings(PlatformSettings.declarations, flags: [(key: "audit.checkpoint_minutes", value: "45")])
        }
        #expect(mistake?.description.contains("audit.checkpoint_minutes: '45'") == true)
        #expect(mistake?.description.contains("30, 60, 120") == true)
        let usual = try Settings(PlatformSettings.declarations)
        #expect(usual.integer("audit.checkpoint_minutes") == 60 && usual.text("audit.checkpoint_file").isEmpty)
    }
}
