import PorticoValues

/// How a request stands with one rule after the decision.
public struct RateStanding: Sendable, Hashable {
    /// The rule.
    public let rule: RateRule
    /// Who was counted.
    public let subject: RateSubject
    /// With whom together.
    public let second: RateSubject?
    /// Whether the rule had room for the request. A rule in shadow mode may have had none and still have let it pass.
    public let conforms: Bool
    /// Whole units left.
    public let remaining: Int
    /// The time until the whole allowance is back.
    public let untilFull: Span
    /// The time until the same request fits; none when it did.
    public let retryAfter: Span

    /// A standing as a store found it.
    public init(_ demand: RateDemand, conforms: Bool, level: RateLevel, retryAfter: Span) {
        self.rule = demand.rule
        self.subject = demand.subject
        self.second = demand.second
        self.conforms = conforms
        self.remaining = level.remaining
        self.untilFull = level.untilFull
        self.retryAfter = retryAfter
    }

    /// The counter.
    public var key: RateKey { RateKey(rule: rule.name, subject: subject, and: second) }

    /// Whether this rule refuses the request.
    public var isRefusal: Bool { !conforms && rule.mode == .enforced }

    /// Whether this rule would have refused the request, were it not in shadow mode.
    public var wouldRefuse: Bool { !conforms && rule.mode == .shadow }
}

/// The answer to a request's demands.
public struct RateDecision: Sendable, Hashable {
    /// How the request stands with each rule, in the order of the demands.
    public let standings: [RateStanding]

    /// Whether the request may proceed: no enforced rule refuses it.
    public let isAllowed: Bool

    /// A decision over some standings.
    public init(_ standings: [RateStanding]) {
        self.standings = standings
        self.isAllowed = !standings.contains { $0.isRefusal }
    }

    /// Nothing was asked.
    public static let unlimited = RateDecision([])

    /// When the request may be sent again: the longest wait of the rules that refused it; nil when it is allowed.
    public var retryAfter: Span? {
        standings.filter(\.isRefusal).map(\.retryAfter).max()
    }

    /// The rule that keeps the request away longest, for messages; nil when it is allowed.
    public var refusingRule: RateRule? {
        standings.filter(\.isRefusal).max { $0.retryAfter < $1.retryAfter }?.rule
    }
}
