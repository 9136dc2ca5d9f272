import PorticoJSON
import PorticoSQL
import PorticoValues

/// A process that does jobs, as it last said of itself.
public struct JobWorkerStanding: Sendable, Hashable {
    /// What it signs its jobs with.
    public let holder: String
    /// The node it is part of.
    public let node: String
    /// How many jobs of a queue it does at once, by queue.
    public let places: [String: Int]
    /// The jobs it can do, with the highest version of their payload that it knows.
    public let kinds: [String: Int]
    /// Since when it works.
    public let startedAt: Instant
    /// When it last gave a sign of life.
    public let seenAt: Instant
    /// From when its program is; the beginning of 1970 where that is not known.
    public let programAt: Instant

    /// How often it gives one.
    static let sign = Span.seconds(30)
    /// After which time without one it is thought to be gone.
    public static let patience = Span.seconds(90)

    /// Whether it could do a job.
    func knows(_ job: JobRecord) -> Bool {
        (kinds[job.name] ?? 0) >= job.version
    }
}

extension JobQueue {
    /// The processes that do jobs now, the oldest first.
    /// - Throws: ``SQLError``.
    public func workers(in session: some SQLSession) throws -> [JobWorkerStanding] {
        try session.all(
            "jobs.workers",
            """
            SELECT holder, node, places, kinds, started_at, seen_at, program_at FROM job_workers
            WHERE seen_at > \(clock.now() - JobWorkerStanding.patience) ORDER BY started_at, holder
            """
        ) { row in
            try JobWorkerStanding(
                holder: row[0], node: row[1], places: JobQueue.numbers(row[2]), kinds: JobQueue.numbers(row[3]),
                startedAt: row[4], seenAt: row[5], programAt: row[6])
        }
    }

    /// Takes a worker's sign of life.
    func enlist(_ worker: JobWorkerStanding, in transaction: Transaction) throws {
        try transaction.execute(
            "jobs.enlist",
            """
            INSERT INTO job_workers (holder, node, places, kinds, started_at, seen_at, program_at)
            VALUES (\(worker.holder), \(worker.node), \(JobQueue.text(worker.places)), \(JobQueue.text(worker.kinds)),
                \(worker.startedAt), \(worker.seenAt), \(worker.programAt))
            ON CONFLICT (holder) DO UPDATE SET seen_at = excluded.seen_at
            """)
        try transaction.execute(
            "jobs.forget_workers",
            "DELETE FROM job_workers WHERE seen_at <= \(worker.seenAt - .hours(24))")
    }

    /// Whether a process of a newer program works now.
    func isOutdated(_ programAt: Instant, in transaction: Transaction) throws -> Bool {
        let newer = try transaction.scalar(
            "jobs.newer_workers",
            """
            SELECT count(*) FROM job_workers
            WHERE program_at > \(programAt) AND seen_at > \(clock.now() - JobWorkerStanding.patience)
            """, as: Int.self)
        return (newer ?? 0) > 0
    }

    /// The node of a worker that is known, or was lately.
    func node(of holder: String, in session: some SQLSession) throws -> String? {
        try session.scalar("jobs.node", "SELECT node FROM job_workers WHERE holder = \(holder)", as: String.self)
    }

    /// Forgets a worker that ends.
    func dismiss(_ holder: String, in transaction: Transaction) throws {
        try transaction.execute("jobs.dismiss", "DELETE FROM job_workers WHERE holder = \(holder)")
    }

    private static func text(_ numbers: [String: Int]) -> String {
        let members = numbers.sorted { $0.key < $1.key }.map {
            (key: $0.key, value: JSONValue.integer(Int64($0.value)))
        }
        return String(decoding: JSONValue.object(members).bytes, as: UTF8.self)
    }

    private static func numbers(_ text: String) throws -> [String: Int] {
        guard case .object(let members) = try JSONValue(parsing: Array(text.utf8)) else { return [:] }
        return Dictionary(members.map { ($0.key, Int($0.value.int64 ?? 0)) }, uniquingKeysWith: { first, _ in first })
    }
}
