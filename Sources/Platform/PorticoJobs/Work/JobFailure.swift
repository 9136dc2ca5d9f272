import PorticoValues

/// How a handler says what is to become of its job. Any other error is tried again as the policy says.
public struct JobFailure: Error, Sendable, Hashable, CustomStringConvertible {
    enum Verdict: Sendable, Hashable {
        case permanent
        case retry(after: Span?)
        case postponed(Span)
    }
    let verdict: Verdict
    /// Stable reason, `snake_case`.
    public let code: String
    /// The reason for whoever follows the job; it is shown to them.
    public let message: String
    /// More for operators; nobody else sees it.
    public let detail: String?
    /// The errors it comes from, for operators.
    let causes: [JobErrorCause]

    /// Another try would bring the same: the job fails now.
    /// - Parameter error: what it comes from, for operators.
    public static func permanent(
        _ code: String, _ message: String, detail: String? = nil, because error: (any Error)? = nil
    ) -> JobFailure {
        JobFailure(.permanent, code, message, detail, error)
    }

    /// Another try may bring more: after `span`, or after the policy's wait when that is longer.
    /// - Parameter error: what it comes from, for operators.
    public static func temporary(
        _ code: String, _ message: String, after span: Span? = nil, detail: String? = nil,
        because error: (any Error)? = nil
    ) -> JobFailure {
        JobFailure(.retry(after: span), code, message, detail, error)
    }

    /// It can't be done yet, through no fault of its own: again after `span`, and this run does not count.
    public static func postponed(by span: Span, _ code: String, _ message: String) -> JobFailure {
        JobFailure(.postponed(span), code, message, nil, nil)
    }

    private init(
        _ verdict: Verdict, _ code: String, _ message: String, _ detail: String?, _ error: (any Error)?
    ) {
        self.verdict = verdict
        self.code = code
        self.message = message
        self.detail = detail
        causes = error.map { JobErrorCause.chain(of: $0) } ?? []
    }

    /// `code: message`.
    public var description: String { "\(code): \(message)" }
}

/// The run is not entitled to its job any more: somebody else has taken it over. Whatever its transaction did is
/// undone.
public struct JobLost: Error, Sendable, Hashable {
    /// Id of the job.
    public let id: Int64
}
