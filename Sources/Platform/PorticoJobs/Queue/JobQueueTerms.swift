import PorticoSQL
import PorticoValues

/// What operators have said of a queue, until somebody says otherwise. It holds at once where it was said and on nodes that
/// hear calls (``JobQueue/hear(_:in:)``), on the others within a second.
public struct JobQueueTerms: Sendable, Hashable {
    /// Whether no job of it starts.
    public var isPaused = false
    /// The most jobs that run at once on all nodes together; nil for as many as the nodes have places.
    public var atMost: Int?
    /// Places on each node; nil for what the node itself has.
    public var perNode: Int?

    /// Nothing was said.
    public init() {}

    /// The numbers that ``JobQueue/scale(_:atMost:perNode:in:)`` takes.
    public static let range = 1...10_000
}

extension JobQueue {
    /// Lets no job of a queue start until ``resume(_:in:)``, on all nodes. Running ones go on.
    /// - Throws: ``SQLError``.
    public func pause(_ queue: String, in transaction: Transaction) throws {
        try transaction.execute(
            "jobs.pause",
            """
            INSERT INTO job_queues (queue, paused_at) VALUES (\(queue), \(clock.now()))
            ON CONFLICT (queue) DO UPDATE SET paused_at = excluded.paused_at
            """)
        order(in: transaction)
    }

    /// Lets jobs of a queue start again.
    /// - Throws: ``SQLError``.
    public func resume(_ queue: String, in transaction: Transaction) throws {
        try transaction.execute(
            "jobs.resume",
            "UPDATE job_queues SET paused_at = NULL WHERE queue = \(queue) AND paused_at IS NOT NULL")
        try forgetUnsaid(queue, in: transaction)
    }

    /// Changes how many jobs of a queue run at once, on all nodes. Running ones go on.
    /// - Parameters:
    ///   - atMost: on all nodes together; nil for as many as the nodes have places.
    ///   - perNode: places on each node; nil for what the node itself has.
    /// - Throws: ``SQLError``.
    public func scale(_ queue: String, atMost: Int?, perNode: Int?, in transaction: Transaction) throws {
        let numbers = [atMost, perNode].map { number in
            number.map { min(max($0, JobQueueTerms.range.lowerBound), JobQueueTerms.range.upperBound) }
        }
        try transaction.execute(
            "jobs.scale",
            """
            INSERT INTO job_queues (queue, at_most, per_node) VALUES (\(queue), \(numbers[0]), \(numbers[1]))
            ON CONFLICT (queue) DO UPDATE SET at_most = excluded.at_most, per_node = excluded.per_node
            """)
        try forgetUnsaid(queue, in: transaction)
    }

    /// What operators have said, by queue; queues of which nothing was said are not in it.
    /// - Throws: ``SQLError``.
    public func terms(in session: some SQLSession) throws -> [String: JobQueueTerms] {
        var terms: [String: JobQueueTerms] = [:]
        try session.each("jobs.terms", "SELECT queue, paused_at, at_most, per_node FROM job_queues") { row in
            var said = JobQueueTerms()
            said.isPaused = try row[1] as Instant? != nil
            said.atMost = try row[2]
            said.perNode = try row[3]
            terms[try row[0]] = said
        }
        return terms
    }

    private func forgetUnsaid(_ queue: String, in transaction: Transaction) throws {
        try transaction.execute(
            "jobs.forget_queue",
            """
            DELETE FROM job_queues
            WHERE queue = \(queue) AND paused_at IS NULL AND at_most IS NULL AND per_node IS NULL
            """)
        order(in: transaction)
    }
}
