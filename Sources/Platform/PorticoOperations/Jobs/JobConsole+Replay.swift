import PorticoHTTP
import PorticoJobs
import PorticoSQL

/// Trying jobs again, and what is said where that can't be.
extension JobConsole {
    /// Tries a job again.
    /// - Returns: whether it stood so that it could be.
    /// - Throws: ``Problem`` 409 that says what stands in the way; ``SQLError``.
    func replayOrRefuse(_ id: Int64, in transaction: Transaction) throws -> Bool {
        do {
            return try queue.replay(id, in: transaction)
        } catch let refused as JobReplayError {
            throw refused.problem
        }
    }

    /// Tries the jobs that fit again, and leaves those that can't be.
    func replayAll(_ search: JobSearch, in transaction: Transaction) throws -> Count {
        do {
            let replays = try queue.replay(search, in: transaction)
            return Count(done: replays.replayed, skipped: replays.skipped)
        } catch let refused as JobReplayError {
            throw refused.problem
        }
    }

    /// Does something with one of the jobs that were chosen.
    /// - Returns: why it was not done; nil when it was.
    func refusal(of deed: Deed, _ id: Int64, in transaction: Transaction) throws -> Problem? {
        guard deed == .replay else {
            return try queue.discard(id, in: transaction) ? nil : JobConsole.neededByWorkflow
        }
        do {
            _ = try queue.replay(id, in: transaction)
            return nil
        } catch let refused as JobReplayError {
            return refused.problem
        }
    }

    /// A job that ended and may not go.
    static var neededByWorkflow: Problem {
        Problem(409, "workflow_open", "Its workflow has not ended: later steps may read its result.")
    }
}

extension JobReplayError {
    /// As operators are told.
    var problem: Problem {
        switch self {
        case .taken: Problem(409, "job_key_taken", description)
        case .workflowEnded:
            Problem(409, "workflow_ended", "\(description) Try the workflow as a whole again.")
        }
    }
}
