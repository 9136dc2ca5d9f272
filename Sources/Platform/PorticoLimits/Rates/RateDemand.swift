import PorticoValues

/// What one request asks of one rule.
public struct RateDemand: Sendable, Hashable {
    /// The rule.
    public let rule: RateRule
    /// Who is counted.
    public let subject: RateSubject
    /// With whom together.
    public let second: RateSubject?
    /// Units that are taken when the whole request is admitted.
    public let cost: Int
    /// Units that must be there.
    public let needs: Int

    /// A demand of `cost` units, which must be there (rule R5). Negative numbers count as none.
    public init(_ rule: RateRule, by subject: RateSubject, and second: RateSubject? = nil, cost: Int = 1) {
        self.init(rule, by: subject, and: second, cost: cost, needs: cost)
    }

    private init(_ rule: RateRule, by subject: RateSubject, and second: RateSubject?, cost: Int, needs: Int) {
        self.rule = rule
        self.subject = subject
        self.second = second
        self.cost = min(max(0, cost), RateRule.largestQuota)
        self.needs = min(max(0, needs), RateRule.largestQuota)
    }

    /// Takes nothing and is admitted while at least `units` are left: the question before something that only costs when
    /// it fails.
    public static func probe(
        _ rule: RateRule, by subject: RateSubject, and second: RateSubject? = nil, units: Int = 1
    ) -> RateDemand {
        RateDemand(rule, by: subject, and: second, cost: 0, needs: units)
    }

    /// Takes `cost` units whether they are there or not; what is missing becomes debt, at most one allowance deep. For
    /// what has happened already: a failed sign-in, bytes that were sent.
    ///
    /// Alone it is always recorded; beside a demand that is refused it is not.
    public static func charge(
        _ rule: RateRule, by subject: RateSubject, and second: RateSubject? = nil, cost: Int = 1
    ) -> RateDemand {
        RateDemand(rule, by: subject, and: second, cost: cost, needs: 0)
    }

    /// The counter.
    public var key: RateKey { RateKey(rule: rule.name, subject: subject, and: second) }

    /// The same demand under another rule of the same name.
    func under(_ other: RateRule) -> RateDemand {
        RateDemand(other, by: subject, and: second, cost: cost, needs: needs)
    }

    /// Whether the rule and its state let this demand pass.
    func conforms(to state: RateState?, at now: Instant) -> Bool {
        needs == 0 || rule.admits(needs, on: state, at: now)
    }

    /// The time until this demand fits.
    func wait(on state: RateState?, conforms: Bool, at now: Instant) -> Span {
        conforms ? .milliseconds(0) : rule.wait(for: needs, on: state, at: now)
    }
}
