import PorticoValues
import Synchronization

/// The rules by name, changed while the server runs (rule R13): the next request already follows the new ones.
///
/// A changed quota, window or burst keeps the counters: who had to wait ten seconds waits ten seconds, but no longer than
/// two full buckets of the new rule. A changed algorithm starts afresh.
public final class RateRuleBook: Sendable {
    private struct Entry: Sendable {
        var rule: RateRule
        var variants: [String: RateRule]
        let tally: RateTally
    }

    private struct Content: Sendable {
        var entries: [String: Entry] = [:]
        var plan: RatePlan
        var isShadow = false
    }

    private let content: Mutex<Content>

    /// A book of rules; of two with the same name the later counts. An allowance of the plan that is out of range is a
    /// mistake and stops the process; ``replacePlan(_:)`` throws instead.
    public init(_ rules: [RateRule], plan: RatePlan = .none) {
        var content = Content(plan: plan)
        for rule in rules {
            guard let variants = try? plan.variants(of: rule) else {
                preconditionFailure("the plan's allowance for \(rule.name) is out of range")
            }
            content.entries[rule.name] = Entry(rule: rule, variants: variants, tally: RateTally())
        }
        self.content = Mutex(content)
    }

    /// All rules by name, as they are in force.
    public var rules: [RateRule] { reports.map(\.rule) }

    /// All rules by name with their counts.
    public var reports: [RateRuleReport] {
        content.withLock { content in
            content.entries.values
                .map { $0.tally.report(on: content.isShadow ? $0.rule.inMode(.shadow) : $0.rule) }
                .sorted { $0.rule.name < $1.rule.name }
        }
    }

    /// The rule as it is in force for a subject: with the allowance of its tier, and in shadow mode while the whole book
    /// is. Nil when there is no such rule.
    public func rule(_ name: String, for subject: RateSubject = .everyone) -> RateRule? {
        let content = snapshot()
        return content.entries[name].map { RateRuleBook.rule(of: $0, for: subject, in: content) }
    }

    /// Adds a rule or replaces the one of its name. Throws when the plan's allowance does not fit the rule.
    public func set(_ rule: RateRule) throws(RateRuleError) {
        try content.withLock { content throws(RateRuleError) in
            let variants = try content.plan.variants(of: rule)
            let tally = content.entries[rule.name]?.tally ?? RateTally()
            content.entries[rule.name] = Entry(rule: rule, variants: variants, tally: tally)
        }
    }

    /// Changes some values of a rule; nil keeps what is there. Throws when there is no such rule or a value is out of
    /// range.
    public func change(
        _ name: String, quota: Int? = nil, window: Span? = nil, burst: Int? = nil, mode: RateMode? = nil
    ) throws(RateRuleError) {
        try content.withLock { content throws(RateRuleError) in
            guard let entry = content.entries[name] else {
                throw RateRuleError(description: "There is no rule named \(name).")
            }
            let rule = try entry.rule.changed(quota: quota, window: window, burst: burst, mode: mode)
            content.entries[name] = Entry(
                rule: rule, variants: try content.plan.variants(of: rule), tally: entry.tally)
        }
    }

    /// Removes a rule: its class is no longer limited.
    public func remove(_ name: String) {
        content.withLock { _ = $0.entries.removeValue(forKey: name) }
    }

    /// Replaces the quotas by key. Throws, and changes nothing, when an allowance is out of range.
    public func replacePlan(_ plan: RatePlan) throws(RateRuleError) {
        try content.withLock { content throws(RateRuleError) in
            var entries = content.entries
            for (name, entry) in entries {
                entries[name]?.variants = try plan.variants(of: entry.rule)
            }
            content.entries = entries
            content.plan = plan
        }
    }

    /// Whether all rules are in shadow mode.
    public var isShadow: Bool { content.withLock { $0.isShadow } }

    /// Puts all rules in shadow mode, or each back in its own.
    public func setShadow(_ isShadow: Bool) {
        content.withLock { $0.isShadow = isShadow }
    }

    /// Which of these names have no rule: routes are checked at start, because a class without a rule is not limited.
    public func missing(_ names: some Sequence<String>) -> [String] {
        content.withLock { content in names.filter { content.entries[$0] == nil } }
    }

    /// What claims mean under the present rules.
    func resolve(_ claims: [RateClaim]) -> [(demand: RateDemand, tally: RateTally)] {
        let content = snapshot()
        return claims.compactMap { claim in
            guard let entry = content.entries[claim.rule] else { return nil }
            let rule = RateRuleBook.rule(of: entry, for: claim.subject, in: content)
            return (claim.demand(under: rule), entry.tally)
        }
    }

    /// The content, copied out by reference, so that the plan's own code runs without the lock.
    private func snapshot() -> Content {
        content.withLock { $0 }
    }

    private static func rule(of entry: Entry, for subject: RateSubject, in content: Content) -> RateRule {
        var rule = entry.rule
        if !entry.variants.isEmpty, let tier = content.plan.tier(subject), let variant = entry.variants[tier] {
            rule = variant
        }
        return content.isShadow ? rule.inMode(.shadow) : rule
    }
}
