/// One run of one job: what entitles a worker to change the job's row. Whoever claims the job next has another turn.
struct JobTurn: Sendable, Hashable {
    /// The job.
    let id: Int64
    /// Which of its runs, ever.
    let turn: Int64
}

extension ClaimedJob {
    /// The run that this claim is for.
    var key: JobTurn { JobTurn(id: id, turn: turn) }
}
