import Logging
import PorticoJobs
import PorticoSQL
import PorticoTelemetry
import PorticoValues

/// How fast empty jobs are enqueued and done.
enum Speed {
    private static let batch = 1000

    /// - Parameters:
    ///   - places: jobs that run at once; nil for what a worker does of itself.
    ///   - drains: whether these are the only jobs there, so that all of them must be done in the end.
    static func measure(_ database: Database, jobs count: Int, places: Int?, drains: Bool = true) async throws {
        let queue = JobQueue(clock: Clock())
        var start = monotonicNanoseconds()
        for first in stride(from: 0, to: count, by: batch) {
            let chores = (first..<min(first + batch, count)).map { EmptyChore(Int64($0)) }
            try await database.write { _ = try queue.enqueue(all: chores, in: $0) }
        }
        tell("enqueued\t\(rate(count, since: start))")
        let tally = Tally()
        let worker = worker(database, queue, tally, places: places)
        start = monotonicNanoseconds()
        let work = Task { await worker.run() }
        // The last job has to be written as done, not only to have been run.
        while tally.done < count || drains && worker.running > 0 { try await Task.sleep(for: .milliseconds(2)) }
        tell("done\t\(rate(tally.done, since: start))")
        work.cancel()
        await work.value
        guard drains else { return }
        let succeeded = try await database.read {
            try $0.scalar("bench.succeeded", "SELECT count(*) FROM jobs WHERE state = 'succeeded'", as: Int.self)
        }
        precondition(succeeded == count, "\(succeeded ?? 0) of \(count) jobs succeeded")
    }

    private static func rate(_ count: Int, since start: Int64) -> Int {
        count * 1_000_000_000 / Int(max(1, monotonicNanoseconds() - start))
    }
}

/// A worker as an application has one.
func worker(
    _ database: Database, _ queue: JobQueue, _ tally: Tally, places: Int?, lease: Span = .seconds(30)
) -> JobWorker {
    var configuration = JobWorker.Configuration(application: "bench", lease: lease)
    if let places { configuration.defaultConcurrency = places }
    return JobWorker(
        database: database, queue: queue, book: chores(database, tally),
        logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
        configuration: configuration)
}
