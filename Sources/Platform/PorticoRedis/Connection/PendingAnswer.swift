import PorticoValues

/// A command that the server owes an answer to.
struct PendingAnswer: Sendable {
    typealias Caller = CheckedContinuation<Result<RESPValue, RedisError>, Never>

    /// Nil once the caller has been told something; the answer that still comes is then dropped, in its place.
    private(set) var caller: Caller?
    /// When it was handed over, on the monotonic clock in nanoseconds.
    let start: Int64
    /// When the caller stops waiting.
    let deadline: Int64
    /// When the connection is given up if this is the oldest answer it owes.
    let end: Int64
    private let timeout: Span

    init(caller: Caller, start: Int64, timeout: Span, grace: Span) {
        self.caller = caller
        self.start = start
        self.timeout = timeout
        self.deadline = start + timeout.milliseconds * 1_000_000
        self.end = deadline + grace.milliseconds * 1_000_000
    }

    mutating func resolve(_ result: Result<RESPValue, RedisError>) {
        caller?.resume(returning: result)
        caller = nil
    }

    mutating func expire() {
        resolve(.failure(.timeout(timeout)))
    }
}
