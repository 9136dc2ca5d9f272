import PorticoValues

/// Where counters live. ``LocalRateLimiter`` keeps them in this process; a store that nodes share follows the same words.
///
/// - A decision is atomic over all its demands: when one enforced rule refuses, nothing is charged anywhere (rule R4).
/// - Demands of rules in shadow mode never refuse; those that conform are charged like the others.
/// - A counter that is named twice in one decision is charged once, by its first demand.
/// - Standings come in the order of the demands and tell what is left after the decision.
/// - ``RateRule`` has the arithmetic, so every store that keeps a ``RateState`` per key decides alike.
public protocol RateLimitStore: Sendable {
    /// Decides at an instant of the store's choosing no earlier than `now`; a store shared by nodes reads its own clock.
    /// Throws when the store cannot be asked, which is not a refusal.
    func decide(_ demands: [RateDemand], at now: Instant) async throws -> RateDecision

    /// Gives a counter its full allowance back, for every algorithm. Throws when the store cannot be asked.
    func forget(_ key: RateKey) async throws
}
