import PorticoValues

/// Rate limits as the pipeline uses them: the book says what the rules are, the store counts.
///
/// When a store does not answer, each rule does what it declared (``RateStoreFailure``): it counts in this process with
/// its share of the quota, lets everything pass, or refuses everything.
public struct RateLimits: Sendable {
    /// The rules.
    public let book: RateRuleBook
    private let store: any RateLimitStore
    private let local: LocalRateLimiter
    private let isLocal: Bool
    private let nodes: Int

    /// Limits in this process.
    public init(book: RateRuleBook, local: LocalRateLimiter = LocalRateLimiter()) {
        self.book = book
        self.store = local
        self.local = local
        self.isLocal = true
        self.nodes = 1
    }

    /// Limits in a store that `nodes` nodes share; `local` counts while it does not answer.
    public init(
        book: RateRuleBook, store: any RateLimitStore, nodes: Int, local: LocalRateLimiter = LocalRateLimiter()
    ) {
        self.book = book
        self.store = store
        self.local = local
        self.isLocal = false
        self.nodes = max(1, nodes)
    }

    /// Decides over a request's claims at once. A claim on a rule that the book does not have is not limited.
    public func decide(_ claims: [RateClaim], at now: Instant) async -> RateDecision {
        let resolved = book.resolve(claims)
        guard !resolved.isEmpty else { return .unlimited }
        let decision = await decision(on: resolved.map(\.demand), at: now)
        for (standing, entry) in zip(decision.standings, resolved) {
            entry.tally.count(standing, in: decision)
        }
        return decision
    }

    /// Gives a counter its full allowance back, for example after a successful sign-in. A store that does not answer
    /// keeps its count.
    public func forget(_ key: RateKey) async {
        local.forget(key)
        if !isLocal { try? await store.forget(key) }
    }

    /// The counters of this process, for metrics.
    public var localCounters: LocalRateLimiter { local }

    private func decision(on demands: [RateDemand], at now: Instant) async -> RateDecision {
        guard !isLocal else { return local.decide(demands, at: now) }
        do {
            return try await store.decide(demands, at: now)
        } catch {
            return withoutStore(demands, at: now)
        }
    }

    private func withoutStore(_ demands: [RateDemand], at now: Instant) -> RateDecision {
        let refuses = demands.contains { $0.rule.onStoreFailure == .refuse && $0.rule.mode == .enforced }
        let counted = demands.filter { $0.rule.onStoreFailure == .local }
            .map { $0.under($0.rule.divided(among: nodes)) }
        // What is refused in any case charges nothing here either.
        let standings = refuses ? [] : local.decide(counted, at: now).standings
        var next = standings.makeIterator()
        return RateDecision(
            demands.map { demand in
                if demand.rule.onStoreFailure == .local, let standing = next.next() { return standing }
                let conforms = demand.rule.onStoreFailure != .refuse
                let level = RateLevel(remaining: conforms ? demand.rule.quota : 0, untilFull: .milliseconds(0))
                let retryAfter = Span.milliseconds(conforms ? 0 : 1000)
                return RateStanding(demand, conforms: conforms, level: level, retryAfter: retryAfter)
            })
    }
}
