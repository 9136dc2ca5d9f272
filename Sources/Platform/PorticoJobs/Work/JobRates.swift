import PorticoSQL
import PorticoValues

/// Keeps jobs to the rates of their keys, on all nodes together. Each beginning is written down until it counts no more, so
/// that no stretch of a rate's length sees more than it allows.
struct JobRates {
    let now: Instant

    /// Puts those aside whose rate is used up, and with them what else waits for the same key: it would only be claimed
    /// to be put aside.
    /// - Returns: the others, and when the first of those put aside may begin.
    func keeping(
        _ jobs: [ClaimedJob], in transaction: Transaction
    ) throws -> (jobs: [ClaimedJob], opensAt: Instant?) {
        let keyed = Dictionary(grouping: jobs.filter { $0.rate != nil }) { $0.rate?.key ?? "" }
        guard !keyed.isEmpty else { return (jobs, nil) }
        var excess: Set<Int64> = []
        var opensAt: Instant?
        for (_, claimed) in keyed.sorted(by: { $0.key < $1.key }) {
            guard let rate = claimed.first?.rate else { continue }
            try JobLock.take("rate \(rate.key)", in: transaction)
            let room = try self.room(of: rate, in: transaction)
            guard claimed.count > room else { continue }
            for job in claimed.dropFirst(max(0, room)) {
                try transaction.execute("jobs.throttle", job.returning(to: .throttled))
                excess.insert(job.id)
            }
            try putAside(rate, in: transaction)
            // Where none has begun before, those that begin now are the first to stop to count.
            let opening = try opening(of: rate, in: transaction) ?? now + rate.span
            try note(rate, opensAt: opening, in: transaction)
            opensAt = min(opensAt ?? opening, opening)
        }
        return (jobs.filter { !excess.contains($0.id) }, opensAt)
    }

    /// Writes down that jobs begin.
    func count(_ jobs: [ClaimedJob], in transaction: Transaction) throws {
        let keyed = Dictionary(grouping: jobs.compactMap(\.rate)) { $0.key }
        for (key, rates) in keyed.sorted(by: { $0.key < $1.key }) {
            guard let rate = rates.first else { continue }
            try transaction.execute(
                "jobs.count_start",
                """
                INSERT INTO job_starts (rate_key, started_at, starts, counts_until)
                VALUES (\(key), \(now), \(rates.count), \(now + rate.span))
                ON CONFLICT (rate_key, started_at) DO UPDATE SET starts = job_starts.starts + excluded.starts,
                    counts_until = excluded.counts_until
                """)
        }
    }

    /// Lets jobs go whose rate has room again.
    /// - Returns: when to look next; nil when nothing waits.
    func open(in transaction: Transaction) throws -> (freed: Int, opensAt: Instant?) {
        let due = try transaction.all(
            "jobs.open_rates",
            "SELECT rate_key, most, span FROM job_rates WHERE opens_at <= \(now) ORDER BY rate_key LIMIT 200"
        ) { JobRate(try $0[0], atMost: try $0[1], per: .milliseconds(try $0[2])) }
        let freed = try due.reduce(0) { try $0 + open($1, in: transaction) }
        let next = try transaction.first("jobs.next_rate", "SELECT min(opens_at) FROM job_rates") {
            try $0[0] as Instant?
        }
        return (freed, next ?? nil)
    }

    private func open(_ rate: JobRate, in transaction: Transaction) throws -> Int {
        try JobLock.take("rate \(rate.key)", in: transaction)
        // Those that were let go before and have not begun yet will take their part.
        let underWay = try transaction.scalar(
            "jobs.count_rated", "SELECT count(*) FROM jobs WHERE state = 'queued' AND rate_key = \(rate.key)",
            as: Int.self)
        let room = max(0, try self.room(of: rate, in: transaction) - (underWay ?? 0))
        let freed = try transaction.execute(
            "jobs.open_rate",
            """
            UPDATE jobs SET state = 'queued' WHERE state = 'throttled' AND id IN (
                SELECT id FROM jobs WHERE state = 'throttled' AND rate_key = \(rate.key) ORDER BY rank, id
                LIMIT \(room)\(transaction.dialect.skipLocked))
            """)
        guard freed == room else {
            try transaction.execute("jobs.forget_rate", "DELETE FROM job_rates WHERE rate_key = \(rate.key)")
            return freed
        }
        // A rest in between, so that places that come one by one do not each take a transaction.
        let opening = try self.opening(of: rate, in: transaction) ?? now + .seconds(1)
        try note(rate, opensAt: freed > 0 ? max(opening, now + .milliseconds(50)) : opening, in: transaction)
        return freed
    }

    private func room(of rate: JobRate, in transaction: Transaction) throws -> Int {
        let begun = try transaction.scalar(
            "jobs.begun",
            """
            SELECT coalesce(sum(starts), 0)\(transaction.dialect.asInteger) FROM job_starts
            WHERE rate_key = \(rate.key) AND started_at > \(now - rate.span)
            """, as: Int.self)
        return rate.atMost - (begun ?? 0)
    }

    /// When the oldest beginning that counts stops to count; nil when none counts.
    private func opening(of rate: JobRate, in transaction: Transaction) throws -> Instant? {
        let oldest = try transaction.first(
            "jobs.oldest_start",
            """
            SELECT started_at FROM job_starts WHERE rate_key = \(rate.key) AND started_at > \(now - rate.span)
            ORDER BY started_at LIMIT 1
            """
        ) { try $0[0] as Instant }
        return oldest.map { $0 + rate.span }
    }

    private func putAside(_ rate: JobRate, in transaction: Transaction) throws {
        try transaction.execute(
            "jobs.throttle_rest",
            """
            UPDATE jobs SET state = 'throttled' WHERE state = 'queued' AND id IN (
                SELECT id FROM jobs WHERE state = 'queued' AND rate_key = \(rate.key)
                LIMIT 5000\(transaction.dialect.skipLocked))
            """)
    }

    private func note(_ rate: JobRate, opensAt: Instant, in transaction: Transaction) throws {
        try transaction.execute(
            "jobs.note_rate",
            """
            INSERT INTO job_rates (rate_key, most, span, opens_at)
            VALUES (\(rate.key), \(rate.atMost), \(rate.span.milliseconds), \(opensAt))
            ON CONFLICT (rate_key) DO UPDATE SET most = excluded.most, span = excluded.span,
                opens_at = excluded.opens_at
            """)
    }
}

extension Dialect {
    /// Follows a sum of integers: PostgreSQL's is wider than they are.
    fileprivate var asInteger: SQL {
        switch self {
        case .sqlite: ""
        case .postgresql: "::bigint"
        }
    }
}
