import PorticoValues

/// Counters in a store that nodes share while it answers, this process's own while it does not.
///
/// What happens to a rule without the store is the rule's own choice (``RateRule/onStoreFailure``, rule R8):
///
/// - `local` counts here, with the quota and burst divided by the number of nodes, so that all nodes together still admit no
///   more than the rule says (but each at least one unit). Requests that the store admitted through this node are counted here along with it; so the
///   allowance does not start afresh when the store goes away, and a sign-in limit that was used up stays used up.
/// - `admit` lets everything pass, `refuse` nothing.
///
/// Every decision tries the store, which should know at once when it is away; its first answer ends the fallback. Nothing is
/// carried back: what was admitted meanwhile is not charged in the store, at most one more allowance in all.
///
/// Refusals are remembered for up to a second, so that the store is not asked again for each request of a client that has
/// been refused.
public final class FallbackRateLimiter: RateLimitStore {
    /// What the store was not asked for, or could not say.
    public enum Event: Sendable, Hashable {
        /// A rule did without the store what it declares.
        case decidedAlone(RateStoreFailure)
        /// A refusal was repeated from memory.
        case rememberedRefusal
    }

    private let shared: any RateLimitStore
    private let local: LocalRateLimiter
    private let nodes: Int
    private let observe: @Sendable (Event) -> Void
    private let refusals = RefusalMemory()

    /// A limiter over a shared store.
    ///
    /// - Parameters:
    ///   - nodes: nodes that share the store.
    ///   - local: counts while the store is away.
    ///   - observe: hears of what the store did not decide, for metrics.
    public init(
        _ shared: any RateLimitStore, nodes: Int, local: LocalRateLimiter = LocalRateLimiter(),
        observe: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        self.shared = shared
        self.local = local
        self.nodes = max(1, nodes)
        self.observe = observe
    }

    /// Decides over several rules at once; when one refuses, nothing is charged anywhere (rule R4). Never throws.
    public func decide(_ demands: [RateDemand], at now: Instant) async -> RateDecision {
        if let known = refusals.decision(on: demands, at: now) {
            observe(.rememberedRefusal)
            return known
        }
        do {
            let decision = try await shared.decide(demands, at: now)
            if decision.isAllowed {
                follow(decision, demands, at: now)
            } else {
                refusals.remember(decision, on: demands, at: now)
            }
            return decision
        } catch {
            return withoutStore(demands, at: now)
        }
    }

    /// Gives a counter its full allowance back, here in any case.
    /// - Throws: what the store throws.
    public func forget(_ key: RateKey) async throws {
        local.forget(key)
        refusals.forget(key)
        try await shared.forget(key)
        // What another task remembered while the store was at it.
        refusals.forget(key)
    }

    /// Counts here what the store has admitted.
    private func follow(_ decision: RateDecision, _ demands: [RateDemand], at now: Instant) {
        for (demand, standing) in zip(demands, decision.standings)
        where demand.rule.onStoreFailure == .local && standing.conforms && demand.cost > 0 {
            _ = local.decide(share(of: demand), at: now)
        }
    }

    private func withoutStore(_ demands: [RateDemand], at now: Instant) -> RateDecision {
        let refuses = demands.contains { $0.rule.onStoreFailure == .refuse && $0.rule.mode == .enforced }
        let counted = demands.filter { $0.rule.onStoreFailure == .local }.map(share)
        // What is refused in any case charges nothing here either.
        let standings = refuses ? [] : local.decide(counted, at: now).standings
        var next = standings.makeIterator()
        for demand in demands { observe(.decidedAlone(demand.rule.onStoreFailure)) }
        return RateDecision(
            demands.map { demand in
                if demand.rule.onStoreFailure == .local, let standing = next.next() { return standing }
                let conforms = demand.rule.onStoreFailure != .refuse
                let level = RateLevel(remaining: conforms ? demand.rule.quota : 0, untilFull: .milliseconds(0))
                return RateStanding(
                    demand, conforms: conforms, level: level, retryAfter: .milliseconds(conforms ? 0 : 1000))
            })
    }

    /// The same demand on this node's part of the rule.
    private func share(of demand: RateDemand) -> RateDemand {
        let rule = demand.rule.divided(among: nodes)
        if demand.needs == 0 { return .charge(rule, by: demand.subject, and: demand.second, cost: demand.cost) }
        if demand.cost == 0 { return .probe(rule, by: demand.subject, and: demand.second, units: demand.needs) }
        return RateDemand(rule, by: demand.subject, and: demand.second, cost: demand.cost)
    }
}
