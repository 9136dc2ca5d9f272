import Synchronization

/// What became of the requests under one rule since the start.
final class RateTally: Sendable {
    private let admitted = Atomic<Int>(0)
    private let refused = Atomic<Int>(0)
    private let shadowed = Atomic<Int>(0)

    func count(_ standing: RateStanding, in decision: RateDecision) {
        if standing.isRefusal {
            refused.wrappingAdd(1, ordering: .relaxed)
        } else if standing.wouldRefuse {
            shadowed.wrappingAdd(1, ordering: .relaxed)
        } else if decision.isAllowed {
            admitted.wrappingAdd(1, ordering: .relaxed)
        }
    }

    func report(on rule: RateRule) -> RateRuleReport {
        RateRuleReport(
            rule: rule, admitted: admitted.load(ordering: .relaxed), refused: refused.load(ordering: .relaxed),
            wouldHaveRefused: shadowed.load(ordering: .relaxed))
    }
}

/// A rule with its counts, for the console and the command line (rules R9, R13).
public struct RateRuleReport: Sendable, Hashable {
    /// The rule as it is in force.
    public let rule: RateRule
    /// Requests that it let pass.
    public let admitted: Int
    /// Requests that it refused.
    public let refused: Int
    /// Requests that it would have refused, were it not in shadow mode.
    public let wouldHaveRefused: Int
}
