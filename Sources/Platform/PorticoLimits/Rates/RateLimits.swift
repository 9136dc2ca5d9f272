import PorticoValues

/// Rate limits as the pipeline uses them: the book says what the rules are, the store counts.
///
/// When a store that nodes share does not answer, each rule does what it declared; see ``FallbackRateLimiter``.
public struct RateLimits: Sendable {
    /// The rules.
    public let book: RateRuleBook
    private let local: LocalRateLimiter
    private let shared: FallbackRateLimiter?

    /// Limits in this process.
    public init(book: RateRuleBook, local: LocalRateLimiter = LocalRateLimiter()) {
        self.book = book
        self.local = local
        self.shared = nil
    }

    /// Limits in a store that `nodes` nodes share; `local` counts while it does not answer.
    /// - Parameter observe: hears of what the store did not decide, for metrics.
    public init(
        book: RateRuleBook, store: any RateLimitStore, nodes: Int, local: LocalRateLimiter = LocalRateLimiter(),
        observe: @escaping @Sendable (FallbackRateLimiter.Event) -> Void = { _ in }
    ) {
        self.book = book
        self.local = local
        self.shared = FallbackRateLimiter(store, nodes: nodes, local: local, observe: observe)
    }

    /// Decides over a request's claims at once. A claim on a rule that the book does not have is not limited.
    public func decide(_ claims: [RateClaim], at now: Instant) async -> RateDecision {
        let resolved = book.resolve(claims)
        guard !resolved.isEmpty else { return .unlimited }
        let demands = resolved.map(\.demand)
        let decision = await shared?.decide(demands, at: now) ?? local.decide(demands, at: now)
        for (standing, entry) in zip(decision.standings, resolved) {
            entry.tally.count(standing, in: decision)
        }
        return decision
    }

    /// Gives a counter its full allowance back, for example after a successful sign-in. A store that does not answer
    /// keeps its count.
    public func forget(_ key: RateKey) async {
        local.forget(key)
        try? await shared?.forget(key)
    }

    /// The counters of this process, for metrics.
    public var localCounters: LocalRateLimiter { local }
}
