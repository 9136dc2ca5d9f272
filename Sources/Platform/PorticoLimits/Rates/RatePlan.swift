/// What a tier grants instead of a rule's own numbers.
public struct RateAllowance: Sendable, Hashable {
    /// Units per window of the rule.
    public let quota: Int
    /// Units at once; the quota when nil.
    public let burst: Int?

    /// An allowance; ranges as in ``RateRule``.
    public init(quota: Int, burst: Int? = nil) {
        self.quota = quota
        self.burst = burst
    }
}

/// Quotas by key (rule R3): which tier a subject belongs to, and what the tier grants for which rule.
///
/// A subject without a tier, and a rule that its tier does not name, keep the rule's own numbers.
public struct RatePlan: Sendable {
    /// The allowances of every tier by rule name.
    public let tiers: [String: [String: RateAllowance]]
    /// The tier of a subject. It runs for every request: look it up in memory.
    public let tier: @Sendable (RateSubject) -> String?

    /// Nobody has a quota of their own.
    public static let none = RatePlan(tiers: [:]) { _ in nil }

    /// A plan from a table of tiers and a way to find a subject's tier.
    public init(tiers: [String: [String: RateAllowance]], tier: @escaping @Sendable (RateSubject) -> String?) {
        self.tiers = tiers
        self.tier = tier
    }

    /// A rule's variants by tier. Throws when an allowance is out of range.
    func variants(of rule: RateRule) throws(RateRuleError) -> [String: RateRule] {
        var variants: [String: RateRule] = [:]
        for (tier, allowances) in tiers {
            guard let allowance = allowances[rule.name] else { continue }
            variants[tier] = try rule.changed(quota: allowance.quota, burst: allowance.burst ?? allowance.quota)
        }
        return variants
    }
}
