import Foundation
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

/// Metrics that alerts stand on, and the alerts.
@Suite(.timeLimit(.minutes(5))) struct JobAlertTests {
    private let oldest = "portico_jobs_oldest_due_timestamp_seconds{application=\"test\",queue=\"default\"}"
    private let dead = "portico_jobs_dead_total{application=\"test\",queue=\"default\"}"

    @Test("metrics tell since when the oldest job is due, and when none is", arguments: TestEngine.available)
    func tellsOldest(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { try shop.queue.pause("default", in: $0) }
            try await shop.enqueue(Chore(1))
            shop.clock.advance(by: .minutes(10))
            try await shop.enqueue(Chore(2))
            let worker = shop.worker()
            try await worker.runUntilIdle()
            #expect(shop.figures.contains("\(oldest) \(Workshop.start.milliseconds / 1000)\n"))
            try await shop.database.write { try shop.queue.resume("default", in: $0) }
            try await worker.runUntilIdle()
            #expect(shop.done.sorted() == [1, 2])
            shop.pass(.seconds(15))
            try await worker.runUntilIdle()
            #expect(shop.figures.contains("\(oldest) 0\n"))
        }
    }

    @Test("dead letters are counted from none on", arguments: TestEngine.available)
    func countsDead(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let worker = shop.worker { _, _ in throw JobFailure.permanent("no_use", "No use.") }
            try await worker.runUntilIdle()
            #expect(shop.figures.contains("\(dead) 0\n"), "a series that begins with 1 is not seen to grow")
            try await shop.enqueue(Chore(1))
            try await worker.runUntilIdle()
            #expect(shop.figures.contains("\(dead) 1\n"))
        }
    }

    @Test("alerts ask only for metrics that jobs have")
    func rules() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let rules = try String(contentsOf: root.appending(path: "deploy/prometheus/jobs.rules.yml"), encoding: .utf8)
        let names = Set(rules.matches(of: /portico_[a-z_]+/).map { String($0.0) })
        #expect(names.count >= 2)
        try await withWorkshop(on: .sqlite) { shop in
            try await shop.worker().runUntilIdle()
            for name in names { #expect(shop.figures.contains("\n\(name){application="), "\(name)") }
        }
    }
}
