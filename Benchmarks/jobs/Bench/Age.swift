import PorticoJSON
import PorticoJobs
import PorticoSQL
import PorticoValues

/// Whether a table that has grown old is as fast as a young one.
enum Age {
    private static let columns = [
        "name", "queue", "state", "rank", "head_start", "run_at", "payload", "unique_ends_at_start", "turns", "attempt",
        "retries", "rescues", "cancel_requested", "errors", "created_at", "started_at", "finished_at",
    ]

    /// Adds jobs that ended within the last hours, and others that wait.
    static func fill(_ database: Database, finished: Int, waiting: Int) async throws {
        let (now, load) = (Clock().now().milliseconds, 50_000)
        for first in stride(from: 0, to: finished, by: load) {
            let numbers = first..<min(first + load, finished)
            try await database.write { transaction in
                let rows = numbers.lazy.map { number -> [SQLValue] in
                    let at = now - 20_000_000 + Int64(number)
                    return [
                        .text("bench.empty"), .text("default"), .text("succeeded"), .integer(at), .integer(0),
                        .integer(at), .text("{\"number\":\(number)}"), .integer(0), .integer(1), .integer(1),
                        .integer(3),
                        .integer(0), .integer(0), .text("[]"), .integer(at), .integer(at + 5), .integer(at + 9),
                    ]
                }
                try transaction.bulkInsert("bench.fill", into: "jobs", columns: columns, rows: rows)
            }
        }
        let queue = JobQueue(clock: Clock())
        for first in stride(from: 0, to: waiting, by: load) {
            let chores = (first..<min(first + load, waiting)).map { EmptyChore(Int64($0)) }
            try await database.write { _ = try queue.enqueue(all: chores, in: $0) }
        }
        // A server that has run for a while knows its tables.
        try await database.write { try $0.execute("bench.analyze", "ANALYZE") }
    }
}
