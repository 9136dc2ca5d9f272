import PorticoValues

/// How long to wait before a retry: a random part of a span that doubles with every attempt ("full jitter"), so that
/// clients that failed together do not return together.
public struct Backoff: Sendable, Hashable {
    /// The span of the first retry.
    public let base: Span
    /// The longest span.
    public let most: Span

    /// A backoff; from a tenth of a second to half a minute. Negative spans count as none.
    public init(base: Span = .milliseconds(100), most: Span = .seconds(30)) {
        self.base = max(base, .milliseconds(0))
        self.most = max(most, .milliseconds(0))
    }

    /// The longest wait before retry `attempt`, counted from 1: `base · 2^(attempt − 1)`, at most `most`.
    public func ceiling(attempt: Int) -> Span {
        let doublings = min(max(0, attempt - 1), 62)
        let (length, overflow) = base.milliseconds.multipliedReportingOverflow(by: 1 << doublings)
        return overflow ? most : min(.milliseconds(length), most)
    }

    /// The wait before retry `attempt`: evenly spread between nothing and the ceiling.
    ///
    /// - Parameter atLeast: what the other side asked for in `Retry-After`; it is added, so that the spread remains.
    public func wait(
        attempt: Int, atLeast: Span = .milliseconds(0), using generator: inout some RandomNumberGenerator
    ) -> Span {
        let jitter = Int64.random(in: 0...ceiling(attempt: attempt).milliseconds, using: &generator)
        return .milliseconds(max(0, atLeast.milliseconds) + jitter)
    }

    /// The wait before retry `attempt`, from the system's random numbers.
    public func wait(attempt: Int, atLeast: Span = .milliseconds(0)) -> Span {
        var generator = SystemRandomNumberGenerator()
        return wait(attempt: attempt, atLeast: atLeast, using: &generator)
    }
}
