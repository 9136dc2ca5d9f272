import PorticoLimits
import PorticoValues

/// Counts requests by the limit class of their route: by account where somebody is signed in, else by the network of the
/// client's address. Signing in is counted by address always: whoever guesses may be signed in as somebody else.
struct RateGuard {
    /// A sign-in that fails counts as so many.
    private static let failureCost = 10

    let limits: RateLimits

    init?(_ configuration: Site.Configuration) {
        guard let limits = configuration.limits else { return nil }
        self.limits = limits
    }

    /// Counts a request.
    /// - Returns: where the caller stands; nil on routes without a limit.
    func decide(_ exchange: Exchange) async -> RateDecision? {
        guard let claim = claim(of: exchange) else { return nil }
        return await limits.decide([claim], at: exchange.now)
    }

    /// What is answered to a caller beyond the limit.
    static func refusal(_ decision: RateDecision) -> Problem {
        let seconds = max(1, ((decision.retryAfter ?? .seconds(1)).milliseconds + 999) / 1000)
        let wait = seconds == 1 ? "a second" : "\(seconds) seconds"
        return Problem(
            429, "rate_limited", "Too many requests. Try again in \(wait).", type: .quotaExceeded,
            headers: ["retry-after": String(seconds)])
    }

    /// Lets a failed sign-in count for more than one that works, so that guessing is slow and a shift can start.
    func countFailure(_ exchange: Exchange, _ response: Response) async {
        // Whoever is asked for a second factor gave the right password.
        guard response.status == 401, exchange.refusal != "second_factor_required", let served = exchange.served,
            served.route.limit == .signIn,
            let name = served.ruleName
        else { return }
        let subject = RateSubject.address(of: exchange.clientAddress)
        _ = await limits.decide([.charge(name, by: subject, cost: RateGuard.failureCost - 1)], at: exchange.now)
    }

    private func claim(of exchange: Exchange) -> RateClaim? {
        guard let served = exchange.served, let name = served.ruleName else { return nil }
        let person = served.route.limit == .signIn ? nil : exchange.principal
        return RateClaim(name, by: person.map { .account($0.accountID) } ?? .address(of: exchange.clientAddress))
    }
}
