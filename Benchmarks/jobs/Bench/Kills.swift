import PorticoJobs
import PorticoSQL
import PorticoValues

/// The parts of the loop that kills workers, each in a process of its own.
enum Kills {
    /// The shortest there is, so that what a dead worker had is found soon.
    private static let lease = Span.seconds(1)

    /// Adds jobs until so many wait; every other one is done once only.
    static func fill(_ database: Database, upTo most: Int) async throws {
        let queue = JobQueue(clock: Clock())
        try await database.write { transaction in
            let all = try count("SELECT count(*) FROM jobs", transaction)
            let waiting = try count("SELECT count(*) FROM jobs WHERE state = 'queued'", transaction)
            let numbers = all..<max(all, all + most - waiting)
            let plain = numbers.filter { $0 % 2 == 0 }.map { PlainChore(Int64($0)) }
            let once = numbers.filter { $0 % 2 == 1 }.map { OnceChore(Int64($0)) }
            try queue.enqueue(all: plain, in: transaction)
            try queue.enqueue(all: once, in: transaction)
        }
    }

    /// Works until it is killed, and says so when the first jobs are done.
    static func work(_ database: Database, places: Int) async throws {
        let tally = Tally()
        let worker = worker(database, JobQueue(clock: Clock()), tally, places: places, lease: lease)
        Task {
            while tally.done < places { try await Task.sleep(for: .milliseconds(2)) }
            tell("working")
        }
        await worker.run()
    }

    /// Works until nothing is left that could be done.
    static func drain(_ database: Database) async throws {
        let worker = worker(database, JobQueue(clock: Clock()), Tally(), places: 16, lease: lease)
        let work = Task { await worker.run() }
        let open: SQL = "SELECT count(*) FROM jobs WHERE state NOT IN ('succeeded', 'failed', 'cancelled')"
        while try await database.read({ try count(open, $0) }) > 0 { try await Task.sleep(for: .milliseconds(100)) }
        work.cancel()
        await work.value
    }

    /// Jobs that the last worker had when it was killed; names of holders rise with time.
    static func held(_ database: Database) async throws {
        let held: SQL = """
            SELECT count(*) FROM jobs WHERE state = 'running'
                AND holder = (SELECT max(holder) FROM jobs WHERE state = 'running')
            """
        tell(try await database.read { try count(held, $0) })
    }

    /// Counts what came of it all.
    static func check(_ database: Database) async throws {
        let figures = try await database.read { reading in
            (
                jobs: try count("SELECT count(*) FROM jobs", reading),
                lost: try count(
                    """
                    SELECT count(*) FROM jobs WHERE state <> 'succeeded'
                        OR NOT EXISTS (SELECT 1 FROM effects WHERE jobs.payload = '{"number":' || number || '}')
                    """, reading),
                interrupted: try count("SELECT count(*) FROM jobs WHERE rescues > 0", reading),
                plain: try count(twice("plain"), reading), once: try count(twice("once"), reading)
            )
        }
        tell("jobs\t\(figures.jobs)\nlost\t\(figures.lost)\ninterrupted and done all the same\t\(figures.interrupted)")
        tell("run twice, of those that may\t\(figures.plain)\nrun twice, of those that must not\t\(figures.once)")
    }

    private static func twice(_ kind: String) -> SQL {
        """
        SELECT count(*) FROM (SELECT number FROM effects WHERE kind = \(kind) GROUP BY number HAVING count(*) > 1) AS twice
        """
    }

    private static func count(_ statement: SQL, _ session: some SQLSession) throws -> Int {
        try session.scalar("bench.count", statement, as: Int.self) ?? 0
    }
}
