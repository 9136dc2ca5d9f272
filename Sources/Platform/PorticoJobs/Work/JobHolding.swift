import PorticoJSON
import PorticoSQL
import PorticoValues

/// What a worker has of the table.
extension JobQueue {
    /// Extends the leases of runs. What is not among them is left to its lease, whoever it belongs to.
    func heartbeat(of turns: [JobTurn], lease: Span, in transaction: Transaction) throws {
        guard !turns.isEmpty else { return }
        try transaction.execute(
            "jobs.heartbeat",
            """
            UPDATE jobs SET lease_until = \(clock.now() + lease) FROM (
                SELECT CAST(value ->> 0 AS BIGINT) AS held_id, CAST(value ->> 1 AS BIGINT) AS held_turn
                FROM \(transaction.dialect.pairs(turns))) AS held
            WHERE id = held_id AND turns = held_turn AND state = 'running'
            """)
    }

    /// The turns that the table says a worker has, with whether their end is asked for.
    func held(by holder: String, in session: some SQLSession) throws -> [JobTurn: Bool] {
        var held: [JobTurn: Bool] = [:]
        try session.each(
            "jobs.held", "SELECT id, turns, cancel_requested FROM jobs WHERE state = 'running' AND holder = \(holder)"
        ) { row in
            held[JobTurn(id: try row[0], turn: try row[1])] = try row[2]
        }
        return held
    }

    /// Gives jobs back that the table says a worker has and of which it knows nothing, as if they had not been claimed.
    /// - Returns: those that were still its.
    func giveBack(_ strays: [JobTurn], of holder: String, in transaction: Transaction) throws -> [ClaimedJob] {
        try strays.sorted { $0.id < $1.id }.compactMap { stray in
            let job = try transaction.first(
                "jobs.stray",
                """
                SELECT \(ClaimedJob.columns) FROM jobs
                WHERE id = \(stray.id) AND turns = \(stray.turn) AND state = 'running' AND holder = \(holder)
                """
            ) { try ClaimedJob($0) }
            guard let job, try end(job, .released, progress: nil, in: transaction) else { return nil }
            return job
        }
    }

    /// The end of a run after which its job would wait again, or a cancellation when somebody asked for that while it
    /// ran: it must not be forgotten with the run that did not heed it.
    func heeding(_ end: JobEnd, of job: ClaimedJob, in transaction: Transaction) throws -> JobEnd {
        switch end {
        case .succeeded, .failed, .cancelled: return end
        case .again, .released: break
        }
        let isUnwanted = try transaction.scalar(
            "jobs.unwanted", "SELECT cancel_requested FROM jobs WHERE \(job.mine)\(transaction.dialect.forUpdate)",
            as: Bool.self)
        return isUnwanted == true ? .cancelled : end
    }
}

extension Dialect {
    /// Turns as rows of one column, `value`, each a list of two: one statement text for any number of them.
    fileprivate func pairs(_ turns: [JobTurn]) -> SQL {
        let list = JSONValue.array(turns.map { .array([.integer($0.id), .integer($0.turn)]) })
        let text = String(decoding: list.bytes, as: UTF8.self)
        return switch self {
        case .sqlite: "json_each(\(text))"
        case .postgresql: "json_array_elements(CAST(\(text) AS json))"
        }
    }
}
