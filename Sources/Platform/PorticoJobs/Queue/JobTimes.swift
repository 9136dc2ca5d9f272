import PorticoSQL
import PorticoValues

/// How long jobs of a queue waited and ran lately, on all nodes.
public struct JobTimes: Sendable, Hashable {
    /// Some points of a distribution.
    public struct Spread: Sendable, Hashable {
        /// Half are at most this long.
        public let half: Span
        /// 95 of 100 are.
        public let most: Span
        /// 99 of 100 are.
        public let nearlyAll: Span

        /// The spread of some times, of which there is at least one (nearest rank).
        init(_ times: [Span]) {
            let sorted = times.sorted()
            func at(_ percent: Int) -> Span { sorted[max(0, (sorted.count * percent + 99) / 100 - 1)] }
            (half, most, nearlyAll) = (at(50), at(95), at(99))
        }
    }

    /// The queue.
    public let queue: String
    /// How many jobs these are.
    public let count: Int
    /// From when they were due to when their last run began.
    public let wait: Spread
    /// How long their last run took.
    public let run: Spread

    /// The jobs that are looked at: those that ended last.
    public static let sample = 2000
}

extension JobQueue {
    /// How long jobs waited and ran, by queue, from the jobs that ended last.
    /// - Throws: ``SQLError``.
    public func times(in session: some SQLSession) throws -> [String: JobTimes] {
        var waits: [String: [Span]] = [:]
        var runs: [String: [Span]] = [:]
        try session.each(
            "jobs.times",
            """
            SELECT queue, started_at - run_at, finished_at - started_at FROM jobs
            WHERE finished_at IS NOT NULL AND started_at IS NOT NULL
            ORDER BY finished_at DESC LIMIT \(JobTimes.sample)
            """
        ) { row in
            let (queue, wait, run): (String, Int64, Int64) = (try row[0], try row[1], try row[2])
            waits[queue, default: []].append(.milliseconds(max(0, wait)))
            runs[queue, default: []].append(.milliseconds(max(0, run)))
        }
        return Dictionary(
            uniqueKeysWithValues: waits.map { queue, waits in
                let times = JobTimes(
                    queue: queue, count: waits.count, wait: JobTimes.Spread(waits),
                    run: JobTimes.Spread(runs[queue] ?? waits))
                return (queue, times)
            })
    }
}
