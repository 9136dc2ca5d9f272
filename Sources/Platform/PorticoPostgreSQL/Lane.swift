import CLibPQ
import PorticoSQL

/// A connection that many single statements share. Never blocks.
///
/// Statements of a batch stand before one sync, so that they cost one message to the server and one answer. When one
/// fails the server skips the others of its batch; those are sent again, unprepared and each before a sync of its own,
/// so that nothing else can fail them.
///
/// Behind a pooler a batch is answered to its end before the next is sent: a pooler takes the server's connection away
/// as soon as a transaction has ended, also when the beginning of the next has passed through already.
final class Lane {
    private enum Expectation {
        case job(Multiplexer.Job)
        case preparation(StatementKey, of: Multiplexer.Job)
        case housekeeping
        case sync
    }

    /// The most statements before one sync. The answers to a batch come together, so it is kept short.
    static let batch = 32
    private static let limit = 512

    let link: Link
    /// Statements under way.
    private(set) var load = 0
    private(set) var isLost = false
    /// Whether the socket could not take all there was to send.
    private(set) var wantsToWrite = false
    private var expected: [Expectation] = []
    private var head = 0
    private var skipped: [Multiplexer.Job] = []

    init(_ link: Link) {
        self.link = link
        if PQsetnonblocking(link.handle, 1) != 0 { isLost = true }
    }

    /// Whether nothing is under way.
    var isResting: Bool { head == expected.count && skipped.isEmpty }
    /// Whether the connection is to be replaced when it rests; it takes no more statements.
    var isExpired: Bool { link.isExpired }
    /// How many more statements it takes.
    var room: Int {
        guard !isLost, !isExpired else { return 0 }
        guard isLent else { return Self.limit - load }
        return isResting ? Self.batch : 0
    }

    /// Whether a pooler lends the connection for one transaction at a time.
    private var isLent: Bool { link.preface != nil }

    /// How many of the waiting statements, the first ones, it takes in one go.
    func share(of waiting: ArraySlice<Multiplexer.Job>) -> Int {
        let most = waiting.prefix(min(room, Self.batch))
        guard isLent, let first = most.first else { return most.count }
        return first.isAlone ? 1 : most.prefix { !$0.isAlone }.count
    }

    /// Sends statements, ``share(of:)`` of those that wait. Whatever goes wrong is heard of later, in ``serve()``.
    func send(_ jobs: [Multiplexer.Job]) {
        load += jobs.count
        do {
            var isFirst = true
            for (index, job) in jobs.enumerated() {
                if isFirst { try putPreface() }
                try put(job)
                let isLast = index == jobs.count - 1
                isFirst = isLast || job.isAlone || jobs[index + 1].isAlone
                if isFirst { try sync() }
            }
            flush()
        } catch {
            isLost = true
            // What has not been sent must be failed with what has.
            let known = expected[head...].count { if case .job = $0 { true } else { false } }
            let missing = load - known
            for job in jobs.suffix(max(0, missing)) { expected.append(.job(job)) }
        }
    }

    /// Takes in what has arrived and wakes the callers whose statements have ended.
    /// - Returns: statements that were skipped because of another one's failure, to be sent again.
    func serve() -> [Multiplexer.Job] {
        guard !isLost else { return [] }
        if PQconsumeInput(link.handle) == 0 { isLost = true }
        // Even of a lost connection, what has arrived before counts.
        while head < expected.count, PQisBusy(link.handle) == 0, readNext() {}
        if link.isLost { isLost = true }
        if !isLost, wantsToWrite { flush() }
        defer { skipped = [] }
        return skipped
    }

    /// Fails everything that is under way.
    func failAll() {
        for case .job(let job) in expected[head...] { job.caller.resume(throwing: SQLError.lost) }
        expected = []
        head = 0
        load = 0
    }

    /// What stands before one sync is one transaction, which behind a pooler must be told how to run.
    private func putPreface() throws {
        guard let preface = link.preface else { return }
        try link.sendOnce(preface)
        expected.append(.housekeeping)
    }

    private func put(_ job: Multiplexer.Job) throws {
        guard !job.isAlone else {
            try link.sendOnce(job.sql)
            expected.append(.job(job))
            return
        }
        let preamble = try link.send(job.sql)
        if preamble.forgets { expected.append(.housekeeping) }
        if let key = preamble.prepares { expected.append(.preparation(key, of: job)) }
        expected.append(.job(job))
    }

    private func sync() throws {
        try link.sync()
        expected.append(.sync)
    }

    private func flush() {
        let status = PQflush(link.handle)
        wantsToWrite = status == 1
        if status < 0 { isLost = true }
    }

    /// Takes one result. Returns false when there is none although one is due, which means that the connection is gone.
    private func readNext() -> Bool {
        guard let pointer = PQgetResult(link.handle) else {
            isLost = true
            return false
        }
        let result = ResultSet(pointer)
        let expectation = expected[head]
        advance()
        if case .sync = expectation {
            if result.status != PGRES_PIPELINE_SYNC { isLost = true }
            return !isLost
        }
        // A null ends each statement; it is there as soon as the result is.
        if let extra = PQgetResult(link.handle) {
            PQclear(extra)
            isLost = true
        }
        take(result, for: expectation)
        if result.isFarewell { isLost = true }
        return !isLost
    }

    private func take(_ result: ResultSet, for expectation: Expectation) {
        let isDone = result.status == PGRES_TUPLES_OK || result.status == PGRES_COMMAND_OK
        switch expectation {
        case .preparation(let key, let job):
            guard !isDone else { return }
            link.forget(key)
            // The statement itself is skipped now; what is wrong with it is said here.
            if result.status == PGRES_FATAL_ERROR { failNext(job, SQLError(result)) }
        case .job(let job):
            load -= 1
            isDone ? job.caller.resume(returning: result) : settle(job, result)
        case .housekeeping, .sync: return
        }
    }

    /// The job after its preparation has failed.
    private func failNext(_ job: Multiplexer.Job, _ error: SQLError) {
        guard head < expected.count, case .job = expected[head] else { return }
        expected[head] = .housekeeping
        load -= 1
        job.caller.resume(throwing: error)
    }

    private func settle(_ job: Multiplexer.Job, _ result: ResultSet) {
        let error = SQLError(result)
        let isSkipped = result.status == PGRES_PIPELINE_ABORTED
        // Also what was prepared before its table changed, or whose preparation was skipped, gets another chance.
        guard isSkipped || error.code == .serialization, !job.isAlone else {
            return job.caller.resume(throwing: error)
        }
        if !isSkipped { link.forget(job.sql) }
        var again = job
        again.isAlone = true
        skipped.append(again)
    }

    private func advance() {
        head += 1
        if head == expected.count {
            expected.removeAll(keepingCapacity: true)
            head = 0
        }
    }
}
